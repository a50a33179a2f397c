/** A register's flags in flagd's format, for one environment: what every OpenFeature client of flagd understands. */
import type { Logic } from './cohort-rule.ts'
import { type FlagRegister, offVariantOf, type RegisteredFlag, settingOf, variantsOf } from './flag-register.ts'
import { type VariantRule, VariantRules } from './variant-rules.ts'

/** JSON for flagd (https://flagd.dev/reference/flag-definitions/). */
export interface PublishedFlags {
  $schema: string
  flags: Record<string, object>
  $evaluators?: Record<string, object>
  metadata?: object
}

/** The register has no faults, and the environment is one of it. */
export function publishRegister(register: FlagRegister, environment: string): PublishedFlags {
  const rules = new VariantRules(register, environment)
  const shared = new SharedRules(register.evaluators ?? {})
  const flags = Object.entries(register.flags).map(([key, flag]) => {
    const rule = rules.placed(key, (condition, name) => shared.refer(condition, name))
    return [key, definitionOf(flag, environment, rule)] as const
  })
  const { evaluators } = shared
  return {
    $schema: 'https://flagd.dev/schema/v0/flags.json',
    flags: Object.fromEntries(flags),
    ...(Object.keys(evaluators).length > 0 && { $evaluators: evaluators }),
    ...(register.metadata && { metadata: register.metadata }),
  }
}

function definitionOf(flag: RegisteredFlag, environment: string, rule: VariantRule): object {
  const { targeting, otherwise } = settingOf(flag, environment)
  const metadata = metadataOf(flag)
  const isConstant = typeof rule !== 'object' || rule === null
  const fallback = targeting === undefined || otherwise === undefined ? offVariantOf(flag) : otherwise
  return {
    state: rule === null ? 'DISABLED' : 'ENABLED',
    variants: variantsOf(flag),
    defaultVariant: isConstant ? (rule ?? offVariantOf(flag)) : fallback,
    ...(!isConstant && Object.keys(rule).length > 0 && { targeting: rule }),
    ...(Object.keys(metadata).length > 0 && { metadata }),
  }
}

function metadataOf({ metadata, owner, ticket, expires }: RegisteredFlag): object {
  return {
    ...metadata,
    ...(owner !== undefined && { owner }),
    ...(ticket !== undefined && { ticket }),
    ...(expires !== undefined && { expires }),
  }
}

/** Conditions that flags refer to, by names that no reader of the format stumbles over. */
class SharedRules {
  readonly evaluators: Record<string, object>
  /** By the condition as text. */
  readonly #names = new Map<string, string>()

  constructor(evaluators: Readonly<Record<string, object>>) {
    this.evaluators = { ...evaluators }
  }

  /** flagd puts what is referred to in place as text, and a dollar has a meaning of its own there. */
  refer(condition: Logic, about: string): Logic {
    const text = JSON.stringify(condition)
    if (text.includes('$')) return condition
    const name = this.#names.get(text) ?? this.#newName(about)
    this.#names.set(text, name)
    this.evaluators[name] = condition
    return { $ref: name }
  }

  #newName(about: string): string {
    const plain = about.replace(/[^A-Za-z0-9-]/g, '_')
    let name = plain
    for (let next = 2; Object.hasOwn(this.evaluators, name); next++) name = `${plain}-${next}`
    return name
  }
}
