/**
 * Three controllers share a database while it is killed, they are stopped past the end of their leases, and their ways are cut. One after another, in
 * turn over the controllers; `REPLICA_FAULTS=full` does it until there were 20 kills and 50 stops. Nothing may be promoted twice, no share may stay wrong.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstBreak } from '../../src/core/release/chain.ts'
import type { EventEnvelope, EventOf, ReleaseEvent } from '../../src/core/release/events.ts'
import type { Shares } from '../../src/core/release/evidence.ts'
import { hasPostgres } from '../contract/postgres-server.ts'
import { ReplicaWorld } from './replica-world.ts'

const isFull = process.env.REPLICA_FAULTS === 'full'
const goal = isFull ? { databaseKills: 20, stops: 50, cuts: 20 } : { databaseKills: 2, stops: 4, cuts: 3 }
const limit = { timeout: isFull ? 3_600_000 : 600_000 }

/** Past the end of a lease, which lasts three seconds. */
const faultMs = 4_000
/** One look of the plan, and what a busy machine adds to reading it. */
const tickMs = 1_000

const faults = { databaseKills: 0, stops: 0, cuts: 0 }
let world: ReplicaWorld

beforeAll(async () => {
  if (hasPostgres) world = await ReplicaWorld.open(3)
})
afterAll(() => world?.close())

async function stopOne(index: number): Promise<void> {
  const { child } = world.replicas[index % world.replicas.length] ?? {}
  child?.kill('SIGSTOP')
  await pause(faultMs)
  child?.kill('SIGCONT')
  faults.stops++
}

async function killDatabase(): Promise<void> {
  await world.server.kill()
  await pause(300)
  await world.server.start()
  faults.databaseKills++
}

async function cutOne(index: number, way: 'database' | 'proxy'): Promise<void> {
  const cut = world.replicas[index % world.replicas.length]?.[way]
  cut?.cut()
  await pause(faultMs)
  cut?.mend()
  faults.cuts++
}

/** Stops outnumber the rest, as the goal has it. */
const rounds: ((index: number) => Promise<void>)[] = [
  stopOne,
  (index) => cutOne(index, 'database'),
  stopOne,
  killDatabase,
  stopOne,
  (index) => cutOne(index, 'proxy'),
]
let round = 0

async function faultsUntil(done: () => Promise<boolean>): Promise<void> {
  for (let count = 0; count < 200 && !(await done()); count++) {
    await rounds[round % rounds.length]?.(round)
    round++
    // Something has to get on between two faults, or the test proves nothing.
    await pause(1_500)
  }
}

const isEnough = () => Object.entries(goal).every(([fault, count]) => faults[fault as keyof typeof faults] >= count)

const eventsOf = <T extends ReleaseEvent['type']>(events: readonly EventEnvelope[], type: T): EventOf<T>[] =>
  events.flatMap(({ event }) => (event.type === type ? [event as EventOf<T>] : []))

/** Every event that somebody read is in the log at the end, unchanged. */
class Reader {
  readonly #seen = new Map<number, string>()

  async read(releaseId: string): Promise<EventEnvelope[]> {
    for (const index of world.replicas.keys()) {
      const answer = await world
        .api(index)
        .then((api) => api.events(releaseId, 1))
        .catch(() => undefined)
      if (!answer?.ok) continue
      for (const { version, hash } of answer.value) {
        expect(this.#seen.get(version) ?? hash, `event ${version}, read again`).toBe(hash)
        this.#seen.set(version, hash)
      }
      return answer.value
    }
    return []
  }

  expectAllIn(events: readonly EventEnvelope[]): void {
    for (const [version, hash] of this.#seen) expect(events[version - 1]?.hash, `event ${version}`).toBe(hash)
  }
}

const isOver = (events: readonly EventEnvelope[]): boolean =>
  events.some(({ event }) => ['ReleaseSucceeded', 'ReleaseRolledBack', 'ReleaseDegraded'].includes(event.type))

/** The longest time the proxy held shares that the log neither had asked for last nor was just changing, in milliseconds. */
function longestWrongMs(events: readonly EventEnvelope[], baseline: Shares): number {
  const writes = events.flatMap(({ event, at }) => {
    if (event.type !== 'EffectRequested' || event.effect.kind !== 'setShares') return []
    const settled = events.find(
      (other) => other.event.type === 'EffectSettled' && other.event.effectId === event.effectId,
    )
    return [
      { shares: event.effect.shares, fromMs: Date.parse(at), settledMs: settled ? Date.parse(settled.at) : Infinity },
    ]
  })
  const startMs = Date.parse(events[0]?.at ?? '')
  const endMs = Date.parse(events.at(-1)?.at ?? '')
  let longestMs = 0
  let wrongSinceMs: number | null = null
  for (const { atMs, shares } of world.samples) {
    if (atMs < startMs || atMs > endMs) continue
    const made = writes.filter(({ fromMs }) => fromMs <= atMs + 50)
    const last = made.at(-1)
    const before = made.at(-2)?.shares ?? baseline
    const allowed = last ? (atMs <= last.settledMs ? [last.shares, before] : [last.shares]) : [baseline]
    const isRight = allowed.some((one) => (one.v1 ?? 0) === (shares.v1 ?? 0))
    wrongSinceMs = isRight ? null : (wrongSinceMs ?? atMs)
    if (wrongSinceMs !== null) longestMs = Math.max(longestMs, atMs - wrongSinceMs)
  }
  return longestMs
}

async function runThroughFaults(candidate: 'good' | 'bad'): Promise<EventEnvelope[]> {
  await world.giveAllToBaseline()
  const reader = new Reader()
  const releaseId = await world.start(candidate)
  await faultsUntil(async () => isOver(await reader.read(releaseId)))
  await world.until('the end', async () => isOver(await reader.read(releaseId)))
  const events = await world.events(releaseId)
  reader.expectAllIn(events)
  expect(firstBreak(events)).toBeNull()
  const elapsed = events.map(({ elapsedMs }) => elapsedMs)
  expect(elapsed, 'release time never runs backwards').toEqual([...elapsed].sort((a, b) => a - b))
  expect(longestWrongMs(events, { v1: 100 }), 'milliseconds with wrong shares').toBeLessThanOrEqual(tickMs)
  return events
}

describe.runIf(hasPostgres)('three controllers on one database, with faults', () => {
  it('promote a good version once, stage by stage, again and again', limit, async () => {
    do {
      const events = await runThroughFaults('good')
      expect(eventsOf(events, 'ReleaseSucceeded')).toHaveLength(1)
      const entered = eventsOf(events, 'StageEntered').map(({ stageId }) => stageId)
      expect(new Set(entered).size, 'no stage is entered twice').toBe(3)
      expect(entered).toHaveLength(3)
      expect(eventsOf(events, 'StagePassed').map(({ stageId }) => stageId)).toEqual(entered)
    } while (!isEnough())
    process.stdout.write(`${JSON.stringify({ ...faults, ...world.users, samples: world.samples.length })}\n`)
    expect(world.users.requests).toBeGreaterThan(500)
    expect(world.users.errors, 'users met no error').toBe(0)
  })

  it('take a bad version back', limit, async () => {
    const events = await runThroughFaults('bad')
    expect(eventsOf(events, 'TriggerFired')).toHaveLength(1)
    expect(eventsOf(events, 'ReleaseRolledBack')).toHaveLength(1)
    expect(eventsOf(events, 'StageEntered')).toHaveLength(1)
    expect(world.samples.at(-1)?.shares.v1).toBe(100)
  })
})
