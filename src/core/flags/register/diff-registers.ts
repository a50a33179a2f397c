/** What differs between two registers, member by member, for programs and for people. */
import { canonicalJson } from '../../canonical.ts'
import { type EnvironmentSetting, type FlagRegister, member, type RegisteredFlag } from './flag-register.ts'

/** `path` leads to what differs in the register. A flag that goes by another key has both keys as texts in `before` and `after`. */
export interface RegisterChange {
  path: string[]
  kind: 'added' | 'removed' | 'changed' | 'renamed'
  before?: unknown
  after?: unknown
}

/** In the order of the second register, what is gone first. */
export function diffRegisters(before: FlagRegister, after: FlagRegister): RegisterChange[] {
  const renamed = renamedFlags(before.flags, after.flags)
  const known = Object.fromEntries(
    Object.entries(before.flags).map(([key, flag]) => {
      const to = renamed.get(key)
      return to === undefined ? [key, flag] : [to, { ...flag, seed: flag.seed ?? key }]
    }),
  )
  return [
    ...diffMember(['environments'], before.environments, after.environments),
    ...diffMembers(['cohorts'], before.cohorts, after.cohorts),
    ...[...renamed].map(
      ([from, to]): RegisterChange => ({ path: ['flags', to], kind: 'renamed', before: from, after: to }),
    ),
    ...diffMembers(['flags'], known, after.flags, (path, old, now) => diffFlag(path, old, now)),
    ...diffMembers(['evaluators'], before.evaluators, after.evaluators),
    ...diffMembers(['metadata'], before.metadata, after.metadata),
  ]
}

/** A flag that is gone, and a new one that says the same and has its seed, are one. */
function renamedFlags(
  before: Readonly<Record<string, RegisteredFlag>>,
  after: Readonly<Record<string, RegisteredFlag>>,
): Map<string, string> {
  const spread = (key: string, flag: RegisteredFlag) => canonicalJson({ ...flag, seed: flag.seed ?? key })
  const fresh = new Map<string, string>()
  for (const [key, flag] of Object.entries(after)) if (!Object.hasOwn(before, key)) fresh.set(spread(key, flag), key)
  const renamed = new Map<string, string>()
  for (const [key, flag] of Object.entries(before)) {
    const to = Object.hasOwn(after, key) ? undefined : fresh.get(spread(key, flag))
    if (to === undefined) continue
    renamed.set(key, to)
    fresh.delete(spread(key, flag))
  }
  return renamed
}

function diffFlag(path: string[], before: RegisteredFlag, after: RegisteredFlag): RegisterChange[] {
  const { environments: from, ...old } = before
  const { environments: to, ...now } = after
  const inside = (place: string[], one: EnvironmentSetting = {}, other: EnvironmentSetting = {}) =>
    diffMembers(place, one, other)
  const names = [...new Set([...Object.keys(from ?? {}), ...Object.keys(to ?? {})])]
  return [
    // A seed that was the key all the time and is now written down is no change.
    ...diffMembers(path, { ...old, seed: old.seed ?? path.at(-1) }, { ...now, seed: now.seed ?? path.at(-1) }),
    ...names.flatMap((name) => inside([...path, 'environments', name], member(from, name), member(to, name))),
  ]
}

function diffMembers<T>(
  path: string[],
  before: Readonly<Record<string, T>> | undefined,
  after: Readonly<Record<string, T>> | undefined,
  deeper: (path: string[], before: T, after: T) => RegisterChange[] = diffMember,
): RegisterChange[] {
  const [old, now] = [membersOf(before), membersOf(after)]
  const gone = [...old.keys()].filter((name) => !now.has(name))
  return [
    ...gone.map((name): RegisterChange => ({ path: [...path, name], kind: 'removed', before: old.get(name) })),
    ...[...now].flatMap(([name, value]): RegisterChange[] => {
      const place = [...path, name]
      const was = old.get(name)
      return was === undefined ? [{ path: place, kind: 'added', after: value }] : deeper(place, was, value)
    }),
  ]
}

const membersOf = <T>(record: Readonly<Record<string, T>> = {}): Map<string, T> =>
  new Map(Object.entries(record).filter(([, value]) => value !== undefined))

function diffMember(path: string[], before: unknown, after: unknown): RegisterChange[] {
  return canonicalJson(before) === canonicalJson(after) ? [] : [{ path, kind: 'changed', before, after }]
}
