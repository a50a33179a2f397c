/** Changes of a register as commands: each gives another register, or says why not and what to do. */
import { z } from 'zod'
import { type Fault, formatFault } from '../fault.ts'
import { checkRegister } from './check-register.ts'
import {
  Cohort,
  type EnvironmentSetting,
  FlagRegister,
  flagStates,
  type Holder,
  member,
  Name,
  RegisteredFlag,
  SharePercent,
  settingOf,
} from './flag-register.ts'

export const RegisterCommand = z.discriminatedUnion('do', [
  /** Absolute, so that it can be repeated. What is not named stays. */
  z.strictObject({
    do: z.literal('set'),
    flag: Name,
    environment: Name,
    state: z.enum(flagStates).optional(),
    share: SharePercent.optional(),
    cohorts: z.array(Name).max(100).optional(),
  }),
  /** Makes a flag, or another one of it. */
  z.strictObject({ do: z.literal('put'), flag: Name, definition: RegisteredFlag }),
  z.strictObject({ do: z.literal('remove'), flag: Name }),
  z.strictObject({ do: z.literal('rename'), flag: Name, to: Name }),
  z.strictObject({ do: z.literal('putCohort'), cohort: Name, definition: Cohort }),
  z.strictObject({ do: z.literal('removeCohort'), cohort: Name }),
  /** Takes a flag out of the hands of the release that set it. */
  z.strictObject({ do: z.literal('release'), flag: Name, environment: Name }),
  z.strictObject({ do: z.literal('replace'), register: FlagRegister }),
])
export type RegisterCommand = z.infer<typeof RegisterCommand>
type SetCommand = Extract<RegisterCommand, { do: 'set' }>

/** `stale`: somebody newer holds it. */
export interface ChangeRefusal {
  code: 'notFound' | 'stale' | 'invalid'
  message: string
}

export type ChangeResult = { ok: true; register: FlagRegister } | { ok: false; refusal: ChangeRefusal }

const refuse = (code: ChangeRefusal['code'], message: string): ChangeResult => ({
  ok: false,
  refusal: { code, message },
})

const faultsShown = 3

/** The register has no faults, and neither has the one that it becomes. With a `holder` only `set` is meant. */
export function changeRegister(register: FlagRegister, command: RegisterCommand, holder?: Holder): ChangeResult {
  const changed = change(register, command, holder)
  if (!changed.ok) return changed
  const parsed = FlagRegister.safeParse(changed.register)
  const faults = parsed.success ? checkRegister(parsed.data) : parsed.error.issues.map(faultOf)
  if (parsed.success && faults.length === 0) return { ok: true, register: parsed.data }
  const more = faults.length > faultsShown ? `; and ${faults.length - faultsShown} more` : ''
  return refuse('invalid', `${faults.slice(0, faultsShown).map(formatFault).join('; ')}${more}`)
}

function change(register: FlagRegister, command: RegisterCommand, holder: Holder | undefined): ChangeResult {
  if (holder !== undefined && command.do !== 'set')
    return refuse('invalid', 'a fence goes with the command `set` alone')
  switch (command.do) {
    case 'set':
      return setFlag(register, command, holder)
    case 'put': {
      // Written down, so that the flag may be renamed by hand as well.
      const definition = { ...command.definition, seed: command.definition.seed ?? seedOf(register, command.flag) }
      return withFlags(register, { ...register.flags, [command.flag]: definition })
    }
    case 'remove':
      return removeFlag(register, command.flag)
    case 'rename':
      return renameFlag(register, command.flag, command.to)
    case 'putCohort':
      return {
        ok: true,
        register: { ...register, cohorts: { ...register.cohorts, [command.cohort]: command.definition } },
      }
    case 'removeCohort':
      return removeCohort(register, command.cohort)
    case 'release': {
      const { flag: key, environment } = command
      return changeSetting(register, key, environment, ({ heldBy: _heldBy, ...setting }) => setting)
    }
    case 'replace':
      return { ok: true, register: command.register }
  }
}

const seedOf = ({ flags }: FlagRegister, key: string): string => member(flags, key)?.seed ?? key

function setFlag(register: FlagRegister, command: SetCommand, holder: Holder | undefined): ChangeResult {
  const { flag: key, environment, state, share, cohorts } = command
  const flag = member(register.flags, key)
  if (flag === undefined) return noFlag(key)
  const { heldBy, targeting } = settingOf(flag, environment)
  if (holder && heldBy && holder.fence < heldBy.fence)
    return refuse(
      'stale',
      `fence ${holder.fence} is older than ${heldBy.fence}, which is held for "${key}" in ${environment}`,
    )
  const isSpread = share !== undefined || (cohorts?.length ?? 0) > 0
  if (isSpread && targeting !== undefined && !(holder && heldBy))
    return refuse(
      'invalid',
      `"${key}" has targeting of its own in ${environment}; take that out (\`put\`) before it gets a share or cohorts`,
    )
  return changeSetting(register, key, environment, (setting) => {
    // In the hands of a release its share is what counts, or going back would depend on what was put there meanwhile.
    const { targeting: rule, otherwise, ...plain } = setting
    const kept = isSpread || rule === undefined ? plain : setting
    return {
      ...kept,
      ...(state !== undefined && { state }),
      ...(share !== undefined && { share }),
      ...(cohorts !== undefined && { cohorts }),
      ...(holder && { heldBy: holder }),
    }
  })
}

function changeSetting(
  register: FlagRegister,
  key: string,
  environment: string,
  change: (setting: EnvironmentSetting) => EnvironmentSetting,
): ChangeResult {
  const flag = member(register.flags, key)
  if (flag === undefined) return noFlag(key)
  if (!register.environments.includes(environment))
    return refuse(
      'notFound',
      `there is no environment "${environment}"; there are: ${register.environments.join(', ')}`,
    )
  const environments = { ...flag.environments, [environment]: tidied(change(settingOf(flag, environment))) }
  return withFlags(register, { ...register.flags, [key]: { ...flag, environments } })
}

/** Without an empty list of cohorts, as people write it. */
function tidied({ cohorts, ...setting }: EnvironmentSetting): EnvironmentSetting {
  return cohorts === undefined || cohorts.length === 0 ? setting : { ...setting, cohorts }
}

function removeFlag(register: FlagRegister, key: string): ChangeResult {
  if (!Object.hasOwn(register.flags, key)) return noFlag(key)
  const users = Object.entries(register.flags).filter(
    ([, { undoes, requires = {} }]) => undoes === key || Object.hasOwn(requires, key),
  )
  if (users.length > 0)
    return refuse(
      'invalid',
      `"${key}" is named by ${users.map(([user]) => `"${user}"`).join(', ')}; change or remove that first`,
    )
  const { [key]: _removed, ...flags } = register.flags
  return withFlags(register, flags)
}

/** Keeps its place, its seed (so that nobody moves), and what other flags say of it. */
function renameFlag(register: FlagRegister, key: string, to: string): ChangeResult {
  if (!Object.hasOwn(register.flags, key)) return noFlag(key)
  if (Object.hasOwn(register.flags, to)) return refuse('invalid', `there is a flag "${to}" already`)
  const flags = Object.entries(register.flags).map(([own, flag]): [string, RegisteredFlag] => {
    const { undoes, requires } = flag
    const seed = own === key ? { seed: flag.seed ?? key } : {}
    const toggled = undoes === key ? { undoes: to } : {}
    const required = requires && Object.hasOwn(requires, key) ? { requires: renamedIn(requires, key, to) } : {}
    return [own === key ? to : own, { ...flag, ...seed, ...toggled, ...required }]
  })
  return withFlags(register, Object.fromEntries(flags))
}

const renamedIn = (record: Readonly<Record<string, string>>, from: string, to: string): Record<string, string> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key === from ? to : key, value]))

function removeCohort(register: FlagRegister, name: string): ChangeResult {
  if (member(register.cohorts, name) === undefined)
    return refuse(
      'notFound',
      `there is no cohort "${name}"; there are: ${Object.keys(register.cohorts ?? {}).join(', ') || 'none'}`,
    )
  const { [name]: _removed, ...cohorts } = register.cohorts ?? {}
  return { ok: true, register: { ...register, cohorts } }
}

const withFlags = (register: FlagRegister, flags: FlagRegister['flags']): ChangeResult => ({
  ok: true,
  register: { ...register, flags },
})

/** Of a name that is none, why. */
function faultOf(issue: z.core.$ZodIssue): Fault {
  const message = issue.code === 'invalid_key' ? issue.issues[0]?.message : undefined
  return { path: issue.path.map(String), message: message ?? issue.message }
}

const noFlag = (key: string): ChangeResult =>
  refuse('notFound', `there is no flag "${key}" in the register; add it there, turned off`)
