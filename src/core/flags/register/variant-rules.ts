/**
 * Which variant of a flag a user gets in an environment, as a rule: its rollback toggle first, then what it requires, then cohorts, then the share.
 * What is the same for everybody is worked out here, so that definitions stay small and say what is so.
 */
import { anyOf, cohortRule, type Logic } from './cohort-rule.ts'
import {
  type FlagRegister,
  member,
  offVariantOf,
  onVariantOf,
  type RegisteredFlag,
  settingOf,
  togglesOf,
  totalWeight,
  weightOf,
} from './flag-register.ts'

/** The variant that everybody gets; `null`: the default in the code's call. */
export type VariantRule = string | null | Logic

/** Puts a condition that several flags may share into a rule: as it is, or as a reference. `name` says what it is about. */
type Place = (condition: Logic, name: string) => Logic

const asItIs: Place = (condition) => condition

export class VariantRules {
  readonly #register: FlagRegister
  readonly #environment: string
  readonly #toggles: ReadonlyMap<string, string>
  /** Without references: those of flagd lead one step far. */
  readonly #whole = new Map<string, VariantRule>()

  /** The register has no faults: circles would not end. */
  constructor(register: FlagRegister, environment: string) {
    this.#register = register
    this.#environment = environment
    this.#toggles = togglesOf(register)
  }

  /** Everything written out. */
  of(key: string): VariantRule {
    const known = this.#whole.get(key)
    if (known !== undefined) return known
    const rule = this.placed(key, asItIs)
    this.#whole.set(key, rule)
    return rule
  }

  /** With conditions on other flags and cohorts put by `place`. */
  placed(key: string, place: Place): VariantRule {
    const flag = member(this.#register.flags, key) as RegisteredFlag
    const { state = 'on', targeting } = settingOf(flag, this.#environment)
    const off = offVariantOf(flag)
    if (state !== 'on') return state === 'off' ? off : null
    const guards = this.#guards(key, flag, place)
    if (guards === 'closed') return off
    const branches = guards.length > 0 ? [anyOf(guards), off] : []
    if (targeting === undefined) return this.#shared(key, flag, { branches, place })
    if (branches.length === 0) return targeting
    return { if: Object.keys(targeting).length > 0 ? [...branches, targeting] : branches }
  }

  /** Whether the flag gives the variant: for everybody, for nobody, or for whom. */
  condition(key: string, variant: string): boolean | Logic {
    const rule = this.of(key)
    return typeof rule === 'object' && rule !== null ? { '===': [rule, variant] } : rule === variant
  }

  /** What takes the flag from a user; `closed` where it is taken from everybody. */
  #guards(key: string, { requires = {} }: RegisteredFlag, place: Place): Logic[] | 'closed' {
    const guards: Logic[] = []
    const toggle = this.#toggles.get(key)
    if (toggle !== undefined) {
      const variant = onVariantOf(member(this.#register.flags, toggle) as RegisteredFlag)
      const isOn = this.condition(toggle, variant)
      if (isOn === true) return 'closed'
      if (isOn !== false) guards.push(place(isOn, `flag-${toggle}-is-${variant}`))
    }
    for (const [other, variant] of Object.entries(requires)) {
      const isMet = this.condition(other, variant)
      if (isMet === false) return 'closed'
      if (isMet !== true) guards.push({ '!': [place(isMet, `flag-${other}-is-${variant}`)] })
    }
    return guards
  }

  #shared(key: string, flag: RegisteredFlag, { branches, place }: { branches: unknown[]; place: Place }): VariantRule {
    const { share = 0, cohorts = [] } = settingOf(flag, this.#environment)
    const [on, off] = [onVariantOf(flag), offVariantOf(flag)]
    const parts = [...branches]
    const isForAll = share === 100
    if (cohorts.length > 0 && !isForAll) {
      const rules = cohorts.map((name) =>
        place(cohortRule(member(this.#register.cohorts, name) ?? []), `cohort-${name}`),
      )
      parts.push(anyOf(rules), on)
    }
    // Without a key all would fall into one bucket, and have the flag together or not at all.
    if (share > 0 && !isForAll) parts.push({ '!!': [{ var: 'targetingKey' }] }, splitRule(key, flag, share))
    const last = isForAll ? on : off
    return parts.length === 0 || on === off ? last : { if: [...parts, last] }
  }
}

/** "On" first and a total that never changes: who has it keeps it while the share rises. The seed is not the key, so that renaming moves nobody. */
function splitRule(key: string, flag: RegisteredFlag, share: number): Logic {
  const weight = weightOf(share)
  return {
    fractional: [
      { cat: [flag.seed ?? key, { var: 'targetingKey' }] },
      [onVariantOf(flag), weight],
      [offVariantOf(flag), totalWeight - weight],
    ],
  }
}
