/** What is wrong with a register beyond its form: names of nothing, circles, and what cannot stand together. */
import { nearestNames } from '../../nearest-names.ts'
import { checkTargeting } from '../check-targeting.ts'
import { checkValues } from '../compile-flag.ts'
import type { Fault } from '../fault.ts'
import { readFlagSet } from '../read-flag-set.ts'
import { findEntanglements } from './find-entanglements.ts'
import {
  type EnvironmentSetting,
  type FlagRegister,
  member,
  offVariantOf,
  onVariantOf,
  type RegisteredFlag,
  variantsOf,
} from './flag-register.ts'
import { publishRegister } from './publish-register.ts'

const maximumFaults = 20
const namesShown = 5

/** At most 20, without lines. Of one without faults, every environment can be published and is read without faults. */
export function checkRegister(register: FlagRegister): Fault[] {
  const faults: Fault[] = []
  const { evaluators = {} } = register
  for (const [name, rule] of Object.entries(evaluators))
    checkTargeting(rule, ['evaluators', name], { evaluators, faults })
  const toggles = new Map<string, string>()
  for (const [key, flag] of Object.entries(register.flags)) {
    checkFlag(register, key, flag, faults)
    checkToggle(register, key, { flag, toggles, faults })
  }
  if (faults.length === 0) faults.push(...findEntanglements(register))
  if (faults.length === 0) faults.push(...publishedFaults(register))
  return faults.slice(0, maximumFaults)
}

function checkFlag(register: FlagRegister, key: string, flag: RegisteredFlag, faults: Fault[]): void {
  const path = ['flags', key]
  const variants = variantsOf(flag)
  const names = Object.keys(variants)
  checkValues({ variants }, path, faults)
  for (const [role, name] of [
    ['onVariant', onVariantOf(flag)],
    ['offVariant', offVariantOf(flag)],
  ] as const) {
    if (names.includes(name)) continue
    const message =
      flag[role] === undefined ? `say which of the variants it is: ${shown(names)}` : unknown('variant', name, names)
    faults.push({ path: [...path, role], message })
  }
  for (const [other, variant] of Object.entries(flag.requires ?? {}))
    checkRequired(register, [...path, 'requires', other], { key, other, variant, faults })
  for (const [name, setting] of Object.entries(flag.environments ?? {})) {
    const place = [...path, 'environments', name]
    if (!register.environments.includes(name))
      faults.push({ path: place, message: unknown('environment', name, register.environments) })
    checkSetting(register, place, { setting, names, faults })
  }
}

function checkRequired(
  { flags }: FlagRegister,
  path: string[],
  { key, other, variant, faults }: { key: string; other: string; variant: string; faults: Fault[] },
): void {
  const flag = member(flags, other)
  if (flag === undefined) faults.push({ path, message: unknown('flag', other, Object.keys(flags)) })
  else if (other === key) faults.push({ path, message: 'a flag cannot require itself' })
  else if (!Object.hasOwn(variantsOf(flag), variant))
    faults.push({ path, message: unknown(`variant of "${other}"`, variant, Object.keys(variantsOf(flag))) })
  else refuseTargeting(flag, other, path, faults)
}

function checkToggle(
  { flags }: FlagRegister,
  key: string,
  { flag, toggles, faults }: { flag: RegisteredFlag; toggles: Map<string, string>; faults: Fault[] },
): void {
  const { undoes, deadline } = flag
  const path = ['flags', key, 'undoes']
  if (undoes === undefined) {
    if (deadline !== undefined)
      faults.push({
        path: ['flags', key, 'deadline'],
        message: 'only a rollback toggle has one; say which flag it `undoes`',
      })
    return
  }
  const before = toggles.get(undoes)
  toggles.set(undoes, key)
  if (!Object.hasOwn(flags, undoes)) faults.push({ path, message: unknown('flag', undoes, Object.keys(flags)) })
  else if (undoes === key) faults.push({ path, message: 'a flag cannot undo itself' })
  else if (before !== undefined)
    faults.push({ path, message: `"${before}" undoes "${undoes}" already; a flag has one rollback toggle` })
  else if (onVariantOf(flag) === offVariantOf(flag))
    faults.push({ path, message: 'a rollback toggle needs two variants, one for on and one for off' })
  refuseTargeting(flag, key, path, faults)
}

/** Rules by hand may read the key of the flag that they stand in, and would read another one's there. */
function refuseTargeting({ environments = {} }: RegisteredFlag, key: string, path: string[], faults: Fault[]): void {
  const [name] = Object.entries(environments).find(([, { targeting }]) => targeting !== undefined) ?? []
  if (name === undefined) return
  const message = `"${key}" has targeting of its own in ${name}, on which other flags cannot depend; use cohorts and a share`
  faults.push({ path, message })
}

function checkSetting(
  { cohorts = {}, evaluators = {} }: FlagRegister,
  path: string[],
  { setting, names, faults }: { setting: EnvironmentSetting; names: readonly string[]; faults: Fault[] },
): void {
  const { share, cohorts: own = [], targeting, otherwise } = setting
  for (const [at, name] of own.entries())
    if (!Object.hasOwn(cohorts, name))
      faults.push({ path: [...path, 'cohorts', at], message: unknown('cohort', name, Object.keys(cohorts)) })
  if (targeting === undefined) {
    if (otherwise !== undefined)
      faults.push({ path: [...path, 'otherwise'], message: 'it goes with `targeting`; without it, say `offVariant`' })
    return
  }
  if (share !== undefined || own.length > 0)
    faults.push({
      path: [...path, 'targeting'],
      message: 'it stands in place of `share` and `cohorts`; take it or them out',
    })
  if (typeof otherwise === 'string' && !names.includes(otherwise))
    faults.push({ path: [...path, 'otherwise'], message: unknown('variant', otherwise, names) })
  if (Object.keys(targeting).length > 0) checkTargeting(targeting, [...path, 'targeting'], { evaluators, faults })
}

/** What only shows when all is put together, such as rules that became too large. */
function publishedFaults(register: FlagRegister): Fault[] {
  return register.environments.flatMap((environment) => {
    const { faults } = readFlagSet(JSON.stringify(publishRegister(register, environment)))
    return faults.map(({ path, message }): Fault => {
      const [top, key] = path
      const place = top === 'flags' && key !== undefined ? [top, key] : path
      return { path: place, message: `in ${environment}, as it is published: ${message}` }
    })
  })
}

function unknown(what: string, name: string, known: readonly string[]): string {
  return `there is no ${what} "${name}"; there are: ${shown(nearestNames(name, known.slice(0, 1_000), namesShown), known.length)}`
}

function shown(names: readonly string[], total = names.length): string {
  const some = names.slice(0, namesShown)
  return `${some.join(', ') || 'none'}${total > some.length ? `, and ${total - some.length} more` : ''}`
}
