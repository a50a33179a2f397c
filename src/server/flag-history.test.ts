import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { FlagRegister } from '../core/flags/register/flag-register.ts'
import { breakBetween, type HistoryEntry, sealEntry } from '../core/flags/register/history-entry.ts'
import { FlagHistory } from './flag-history.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-history-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'flags.history.jsonl')
beforeEach(() => rmSync(path, { force: true }))

const register = (share: number, description = 'd') =>
  FlagRegister.parse({
    tidegateFlags: 1,
    environments: ['live'],
    flags: { basket: { description, environments: { live: { share } } } },
  })
const make = (share: number, description?: string) => (last: HistoryEntry | undefined) =>
  sealEntry(
    {
      at: '2026-12-01T10:00:00.000Z',
      actor: 'ann',
      kind: 'asked',
      cause: undefined,
      before: register(share),
      after: register(share + 1, description),
    },
    last,
  )
const seqs = (entries: HistoryEntry[]) => entries.map(({ seq }) => seq)

it('is only ever added to, and each entry follows the one before', async () => {
  const history = new FlagHistory(path)
  expect([await history.last(), await history.page({ limit: 5 })]).toEqual([undefined, { entries: [], unreadable: 0 }])
  for (let share = 0; share < 5; share++) await history.append(make(share))
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const entries = lines.map((line) => JSON.parse(line) as HistoryEntry)
  expect(entries.map((entry, at) => breakBetween(entries[at - 1], entry))).toEqual(Array(5).fill(undefined))
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(await new FlagHistory(path).last()).toEqual(entries[4])
})

it('is read in pages, the newest first', async () => {
  const history = new FlagHistory(path)
  for (let share = 0; share < 5; share++) await history.append(make(share))
  const first = await history.page({ limit: 2 })
  const second = await history.page({ limit: 2, before: first.next })
  const third = await history.page({ limit: 2, before: second.next })
  expect([first, second, third].map(({ entries }) => seqs(entries))).toEqual([[5, 4], [3, 2], [1]])
  expect(third.next).toBeUndefined()
  for (const before of [3, 1e9]) await expect(history.page({ limit: 2, before })).rejects.toThrow(RangeError)
})

it('goes on after a line that was half written, and after another writer', async () => {
  const history = new FlagHistory(path)
  await history.append(make(0))
  appendFileSync(path, '{"seq": 2, "at": "202')
  expect((await history.append(make(1))).seq).toBe(2)
  expect(await history.page({ limit: 5 })).toMatchObject({ unreadable: 1 })
  expect((await new FlagHistory(path).append(make(2))).seq).toBe(3)
  expect((await history.append(make(3))).seq).toBe(4)
  expect(seqs((await history.page({ limit: 9 })).entries)).toEqual([4, 3, 2, 1])
})

it('reads no more at once than it says, however long it is', async () => {
  const history = new FlagHistory(path)
  const entry = await history.append(make(0))
  const line = `${JSON.stringify(entry)}\n`
  writeFileSync(path, line.repeat(Math.ceil(3_000_000 / line.length)))
  const { entries, next } = await new FlagHistory(path).page({ limit: 1_000 })
  expect(entries).toHaveLength(100)
  expect(next).toBe(statSync(path).size - 100 * line.length)
})
