import { expect, it } from 'vitest'
import { FlagRegister } from './flag-register.ts'
import {
  breakBetween,
  type HistoryEntry,
  readHistoryLine,
  sealEntry,
  sealWithdrawal,
  versionOf,
} from './history-entry.ts'

const register = (share: number, description?: string): FlagRegister =>
  FlagRegister.parse({
    tidegateFlags: 1,
    environments: ['live'],
    flags: { basket: { ...(description && { description }), environments: { live: { share } } } },
  })
const entry = (from: number, to: number, last?: HistoryEntry) =>
  sealEntry(
    {
      at: '2026-12-01T10:00:00.000Z',
      actor: 'release',
      kind: 'asked',
      cause: { release: 'r1', effect: 'r1/2', stage: 's1' },
      before: register(from),
      after: register(to),
    },
    last,
  )
const first = entry(0, 10)
const second = entry(10, 50, first)

it('says what changed, why, and between which versions', () => {
  expect(second).toMatchObject({
    seq: 2,
    actor: 'release',
    cause: { release: 'r1', effect: 'r1/2', stage: 's1' },
    changes: [{ path: ['flags', 'basket', 'environments', 'live', 'share'], kind: 'changed', before: 10, after: 50 }],
    omitted: 0,
    before: versionOf(register(10)),
    after: versionOf(register(50)),
    previous: first.hash,
  })
  expect(readHistoryLine(JSON.stringify(second))).toEqual(second)
})

it('is a chain: an entry that was changed, taken out or put in elsewhere breaks it', () => {
  const third = sealWithdrawal('2026-12-01T10:00:01.000Z', second)
  expect([breakBetween(undefined, first), breakBetween(first, second), breakBetween(second, third)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect([third.before, third.after]).toEqual([second.after, second.before])
  expect(breakBetween(first, { ...second, actor: 'ann' })).toBe('entry 2 was changed')
  expect(breakBetween(first, third)).toBe('entry 3 follows 1; some are missing')
  expect(breakBetween(undefined, second)).toBe('entry 2 follows nothing; some are missing')
  expect(breakBetween(entry(0, 20), second)).toBe('entry 2 does not follow the one before it')
})

it('stays small: large values are digests, and many changes are counted', () => {
  const flags = Object.fromEntries(Array.from({ length: 150 }, (_, at) => [`f${at}`, { description: 'd'.repeat(500) }]))
  const many = FlagRegister.parse({ tidegateFlags: 1, environments: ['live'], flags })
  const { changes, omitted } = sealEntry(
    { at: '', actor: 'ann', kind: 'asked', cause: undefined, before: register(0), after: many },
    undefined,
  )
  expect([changes.length, omitted]).toEqual([100, 51])
  expect(changes[1]?.after).toMatch(/^sha256:[\da-f]{64}$/)
})

it.each(['', '{', '{"seq": 1}', 'null'])('is not %j', (line) => expect(readHistoryLine(line)).toBeUndefined())
