/**
 * Releases that began under an older version of Tidegate and were stopped in the middle, as they were stored then: today's engine takes them up
 * and brings them to their end.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeWorld, signUntil } from '../../test/fixtures/fake-world.ts'
import { goldenLog } from '../../test/fixtures/golden-logs.ts'
import { olderDatabase } from '../../test/fixtures/older-database.ts'
import { LogAudit } from '../core/audit/log-audit.ts'
import { firstBreak } from '../core/release/chain.ts'
import { isOver } from '../core/release/release.ts'
import { eventSchemaVersion } from '../core/release/upcast/event-schema.ts'
import type { EventStore } from '../ports/event-store.ts'
import { reportOf } from '../projections/report.ts'
import { sqliteMigrations } from '../store/migrations/sqlite-migrations.ts'
import { openSqliteStore } from '../store/sqlite.ts'

import { openRelease } from './open-release.ts'
import { ReleaseRunner } from './release-runner.ts'
import { soleLease } from './sole-leases.ts'
import { systemClock } from './system-clock.ts'

const stream = 'default/r1'
const sixWeeksMs = 42 * 86_400_000
let folder = ''
let store: EventStore

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-older-'))
})

afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true })
})

/** The database that an older version of Tidegate left, the first one unless another is named, opened by this one. */
function open(log: string, schema = 1): void {
  const file = join(folder, 'events.db')
  olderDatabase(file, schema, goldenLog(log))
  const result = openSqliteStore(file)
  if (!result.ok) throw new Error(result.message)
  store = result.store
}

/** By a controller that was away for so long, on another boot of the machine. */
async function takenUp(world: FakeWorld, awayMs: number): Promise<ReleaseRunner> {
  const opened = await openRelease(store, stream)
  if (!opened) throw new Error('there is no release')
  const zeroMs = Date.parse(opened.last.at) + awayMs - systemClock.monotonicMs()
  const clock = { ...systemClock, wallMs: () => zeroMs + systemClock.monotonicMs() }
  const runner = new ReleaseRunner({ store, drivers: world.drivers(), clock }, stream)
  runner.resume(opened)
  const stop = new AbortController()
  const running = runner.run(soleLease(stop.signal))
  await signUntil(runner, () => isOver(runner.release))
  await running
  return runner
}

describe('a release of an older version', () => {
  it.each([
    ['version-1-in-a-stage', 50, 'Succeeded', ['set 100'], 0, sixWeeksMs],
    ['version-1-held', 10, 'Succeeded', ['set 50', 'set 100'], 1, sixWeeksMs],
    ['version-1-going-back', 0, 'RolledBack', [], 0, 1_000],
    ['version-1-going-back', 0, 'Degraded', [], 0, sixWeeksMs],
  ])('%s goes on at %i %% and ends: %s', async (log, share, ended, calls, holds, awayMs) => {
    open(log)
    expect((await openRelease(store, stream))?.release.holds).toHaveLength(holds)
    const world = new FakeWorld()
    world.shares = { v1: 100 - share, v2: share }
    const { release } = await takenUp(world, awayMs)
    expect(release).toMatchObject({ status: ended, holds: [] })
    expect(world.calls.map(({ what }) => what)).toEqual(calls)
  })

  it('one that bets judge, stopped in a stage, keeps its odds and ends', async () => {
    open('version-2-judged-by-bets', sqliteMigrations.length)
    const taken = await openRelease(store, stream)
    const { exposure } = taken?.release.services.backend ?? {}
    const odds = exposure?.judges['canary/errors']?.bets
    expect(odds?.good.wealth.reduce((sum, wealth) => sum + wealth, 0)).toBeGreaterThan(1)
    const world = new FakeWorld()
    world.shares = { v1: 90, v2: 10 }
    const { release } = await takenUp(world, 1_000)
    expect(release).toMatchObject({ status: 'Succeeded', holds: [] })
    expect(world.calls.map(({ what }) => what)).toEqual(['set 50', 'set 100'])
  })

  it('keeps what was stored as it was; what follows is of today, and one chain holds over both', async () => {
    open('version-1-in-a-stage')
    const before = goldenLog('version-1-in-a-stage')
    const world = new FakeWorld()
    world.shares = { v1: 50, v2: 50 }
    await takenUp(world, sixWeeksMs)
    const stored = await store.readAll(0, 10_000)
    expect(stored.slice(0, before.length)).toEqual(before)
    const added = stored.slice(before.length)
    expect(added.length).toBeGreaterThan(10)
    expect(new Set(added.map(({ schema }) => schema))).toEqual(new Set([eventSchemaVersion]))
    const audit = new LogAudit({ heads: [], leaves: [], position: 0, problems: [], torn: 0 })
    for (const event of stored) audit.add(event)
    expect(audit.report().findings).toEqual([])
    const events = await store.read(stream)
    expect(firstBreak(events)).toBeNull()
    expect(reportOf(events)).toContain('the chain holds from the first event to the last')
  })

  it('reads the same from any event on', async () => {
    open('version-1-succeeded')
    const events = await store.read(stream)
    for (let from = 1; from <= events.length; from += 10)
      expect(await store.read(stream, from)).toEqual(events.slice(from - 1))
  })
})
