/** One flag, ready to answer: its rule as a closure, and every answer it can give, made beforehand. */
import { checkTargeting } from './check-targeting.ts'
import type { Fault } from './fault.ts'
import type { FlagDefinition } from './flag-definition.ts'
import { deferred, type FlagMetadata, type FlagValue, failed, type Resolution, resolved } from './resolution.ts'
import { compileRule } from './rules/compile-rule.ts'
import { type Rule, RuleError } from './rules/rule.ts'

export interface CompiledFlag {
  readonly key: string
  /** Its definition as JSON: as long as that is the same, so is the flag. */
  readonly source: string
  /** Absent where `standing` is the only answer. */
  readonly rule: Rule<Resolution> | undefined
  /** The answer of a flag without a rule, and of one whose rule gives none. */
  readonly standing: Resolution
  readonly metadata: FlagMetadata
  /** Without lines. A flag with faults answers like any evaluator of flagd would: as far as it can be read. */
  readonly faults: readonly Fault[]
}

export interface SharedDefinitions {
  evaluators: Readonly<Record<string, unknown>>
  metadata: FlagMetadata
  fractionalVersion: 2 | 3
}

export function compileFlag(
  key: string,
  definition: FlagDefinition,
  { source, shared }: { source: string; shared: SharedDefinitions },
): CompiledFlag {
  const faults: Fault[] = []
  checkValues(definition, ['flags', key], faults)
  const metadata = Object.freeze({ ...shared.metadata, ...definition.metadata }) as FlagMetadata
  const flag = { key, source, metadata, faults, rule: undefined }
  const { targeting } = definition
  const rule =
    targeting && hasRules(targeting)
      ? ruleOf(key, targeting, { shared, faults, outcome: outcomesOf(key, definition, metadata) })
      : undefined
  if (definition.state === 'DISABLED') return { ...flag, standing: deferred('DISABLED', metadata) }
  if (typeof rule === 'string') return { ...flag, standing: failed('PARSE_ERROR', rule, metadata) }
  return { ...flag, rule, standing: standingOf(definition, rule === undefined ? 'STATIC' : 'DEFAULT', metadata) }
}

const hasRules = (targeting: object): boolean => Object.keys(targeting).length > 0

/** An empty name is none, as for flagd. */
function standingOf(
  { defaultVariant, variants }: FlagDefinition,
  reason: 'STATIC' | 'DEFAULT',
  metadata: FlagMetadata,
) {
  if (!defaultVariant) return deferred('DEFAULT', metadata)
  return resolved(variants[defaultVariant] as FlagValue, defaultVariant, reason, metadata)
}

/** The answer for each result of the flag's rule: made beforehand for every variant, which are few enough to look through. */
function outcomesOf(key: string, definition: FlagDefinition, metadata: FlagMetadata): (result: unknown) => Resolution {
  const standing = standingOf(definition, 'DEFAULT', metadata)
  const variants = Object.keys(definition.variants)
  const answers = variants.map((name) =>
    resolved(definition.variants[name] as FlagValue, name, 'TARGETING_MATCH', metadata),
  )
  return (result) => {
    if (result === null || result === undefined) return standing
    const variant = typeof result === 'string' ? result : String(result)
    for (let at = 0; at < variants.length; at++) if (variants[at] === variant) return answers[at] as Resolution
    const message = `the targeting of flag '${key}' gave '${variant.slice(0, 100)}', which is no variant`
    return failed('GENERAL', message, metadata)
  }
}

interface RuleMaking {
  shared: SharedDefinitions
  faults: Fault[]
  outcome: (result: unknown) => Resolution
}

/** A text says why there is none. */
function ruleOf(key: string, targeting: object, { shared, faults, outcome }: RuleMaking): Rule<Resolution> | string {
  const { evaluators, fractionalVersion } = shared
  const path = ['flags', key, 'targeting']
  const before = faults.length
  checkTargeting(targeting, path, { evaluators, faults })
  try {
    return compileRule(targeting, { flagKey: key, fractionalVersion, evaluators, outcome })
  } catch (error) {
    if (!(error instanceof RuleError)) throw error
    if (faults.length === before) faults.push({ path, message: error.message })
    return `the targeting of flag '${key}' cannot be read: ${error.message}`
  }
}

/** All variants have values of one type, and metadata hold plain values. */
export function checkValues(
  { variants, metadata }: Pick<FlagDefinition, 'variants' | 'metadata'>,
  path: string[],
  faults: Fault[],
): void {
  let type: string | undefined
  for (const name in variants) {
    const value = variants[name]
    const own = Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value
    if (type === undefined) type = own
    if (own === 'list' || own === 'null')
      faults.push({ path: [...path, 'variants', name], message: `a value is no ${own}` })
    else if (own !== type)
      faults.push({ path: [...path, 'variants', name], message: `the values of a flag have one type, here ${type}` })
  }
  if (metadata !== undefined) checkMetadata(metadata, [...path, 'metadata'], faults)
}

export function checkMetadata(metadata: object, path: string[], faults: Fault[]): void {
  for (const [name, value] of Object.entries(metadata))
    if (!['string', 'number', 'boolean'].includes(typeof value))
      faults.push({ path: [...path, name], message: 'metadata are texts, numbers and booleans' })
}
