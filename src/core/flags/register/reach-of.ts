/** Who has a flag, as far as its share and its cohorts say, and what keeps it from everybody. */
import { type FlagRegister, member, onVariantOf, settingOf, togglesOf } from './flag-register.ts'
import { VariantRules } from './variant-rules.ts'

export interface Reach {
  /** Of users that are in none of the cohorts; what partly holds of other flags is not counted in. */
  percent: number
  cohorts: string[]
  /** Why nobody has it, although its share or cohorts are set. */
  blockedBy?: string
}

/** `undefined` for a flag with targeting of its own, of which only an evaluation tells. The register has no faults and this flag. */
export function reachOf(register: FlagRegister, environment: string, key: string): Reach | undefined {
  const flag = member(register.flags, key)
  if (flag === undefined) return undefined
  const { share = 0, cohorts = [], state = 'on', targeting } = settingOf(flag, environment)
  const isSet = share > 0 || cohorts.length > 0
  if (state !== 'on')
    return { percent: 0, cohorts: [], ...(isSet && { blockedBy: `it is ${state} in ${environment}` }) }
  const blockedBy = blockOf(register, environment, key)
  if (blockedBy !== undefined) return { percent: 0, cohorts: [], ...(isSet && { blockedBy }) }
  return targeting === undefined ? { percent: share, cohorts: [...cohorts] } : undefined
}

function blockOf(register: FlagRegister, environment: string, key: string): string | undefined {
  const rules = new VariantRules(register, environment)
  const toggle = togglesOf(register).get(key)
  const toggleFlag = toggle === undefined ? undefined : member(register.flags, toggle)
  if (toggle !== undefined && toggleFlag && rules.condition(toggle, onVariantOf(toggleFlag)) === true)
    return `its rollback toggle "${toggle}" is on for everybody in ${environment}`
  const required = Object.entries(member(register.flags, key)?.requires ?? {})
  const unmet = required.find(([other, variant]) => rules.condition(other, variant) === false)
  return unmet && `it requires "${unmet[0]}" to be ${unmet[1]}, which it is for nobody in ${environment}`
}
