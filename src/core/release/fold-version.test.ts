/**
 * Logs as they were stored, kept as they are for ever: whatever Tidegate becomes, it reads them, and what it makes of them changes only with the
 * fold's version, for snapshots outlive an upgrade.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { digestOf } from '../canonical.ts'
import { firstBreak } from './chain.ts'
import { EventEnvelope } from './events.ts'
import { foldVersion, releaseOf } from './evolve.ts'

/** What each log gives, by the version of the fold. Raise `foldVersion` when a state changes, and add its digests. */
const known: Record<number, Record<string, string>> = {
  1: {
    degraded: 'aa1f44aafad1396c2cefd414ef290488690238a4fbcc8e23a5f6ed3fca28c4bf',
    'succeeded-after-holds': '3288e05b8fb48f8296433891e30557be78dca2ce61df443c17c3850e4ba4d9d9',
    'train-rolled-back': 'bdc362f1ba9e5168d85f6acc2b06b156621be484ef8175f694440b376e4cb8f1',
  },
}

const folder = join(import.meta.dirname, '../../../test/golden/logs')
const logs = readdirSync(folder).map((file) => ({
  name: file.replace('.jsonl', ''),
  events: readFileSync(join(folder, file), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => EventEnvelope.parse(JSON.parse(line))),
}))

describe('a stored log', () => {
  it.each(logs)('$name is read whole, and gives the state that this version of the fold gives', ({ name, events }) => {
    expect(firstBreak(events)).toBeNull()
    expect(digestOf(releaseOf(events))).toBe(known[foldVersion]?.[name])
  })

  it('each is known', () => {
    expect(logs.map(({ name }) => name).sort()).toEqual(Object.keys(known[foldVersion] ?? {}).sort())
  })
})
