/** A release opened from a snapshot is the one that its events give; a snapshot that is not of this log, or not of this fold, is passed over. */
import { describe, expect, it } from 'vitest'
import { randomScenario } from '../../test/simulation/scenario.ts'
import { simulateRelease } from '../../test/simulation/simulate-release.ts'
import { releaseOf } from '../core/release/evolve.ts'
import type { EventStore, NewEvent, Snapshot } from '../ports/event-store.ts'
import { createMemoryStore } from '../store/memory.ts'
import { openRelease, snapshotEvery, snapshotOf } from './open-release.ts'

const stream = 'default/r1'

/** A simulated release as a store holds it. */
async function stored(seed: number): Promise<EventStore> {
  const store = createMemoryStore()
  const events = simulateRelease(randomScenario(seed)).log.map(
    ({ event, actor, at, elapsedMs }): NewEvent => ({
      event,
      actor,
      at,
      elapsedMs,
      clock: { bootId: 'b', monotonicMs: elapsedMs },
    }),
  )
  expect(await store.append(stream, 0, events)).toMatchObject({ ok: true })
  return store
}

async function snapshotAt(store: EventStore, version: number): Promise<Snapshot> {
  const events = (await store.read(stream)).slice(0, version)
  const last = events.at(-1)
  if (!last) throw new Error('no events')
  return snapshotOf({ release: releaseOf(events), last })
}

describe('a snapshot', () => {
  it('gives the same release, wherever in a simulated release it was taken', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const store = await stored(seed)
      const events = await store.read(stream)
      const whole = releaseOf(events)
      for (let version = 1; version <= events.length; version += 7) {
        const snapshot = await snapshotAt(store, version)
        await store.keepSnapshot(stream, snapshot)
        const opened = await openRelease(store, stream)
        expect(opened, `seed ${seed}, version ${version}`).toEqual({ release: whole, last: events.at(-1) })
      }
    }
  })

  it.each([
    ['of another log', { hash: 'f'.repeat(64) }],
    ['of another fold', { fold: 0 }],
    ['whose state was changed', { state: '{"version":3}' }],
    ['that is no JSON', { state: '{' }],
    ['from beyond the end of the log', { version: 1_000_000 }],
  ])('%s is passed over', async (_, change) => {
    const store = await stored(1)
    const events = await store.read(stream)
    const changed = { ...(await snapshotAt(store, 3)), ...change }
    await store.keepSnapshot(stream, changed)
    expect(await openRelease(store, stream)).toEqual({ release: releaseOf(events), last: events.at(-1) })
  })

  it('is kept when a long release is opened', async () => {
    const store = createMemoryStore()
    const [start] = simulateRelease(randomScenario(1)).log
    if (!start) throw new Error('no events')
    const clock = { bootId: 'b', monotonicMs: 0 }
    const told: NewEvent = {
      event: { type: 'ReleasePaused', reason: 'long' },
      actor: start.actor,
      at: start.at,
      elapsedMs: 0,
      clock,
    }
    const { event, actor, at, elapsedMs } = start
    await store.append(stream, 0, [{ event, actor, at, elapsedMs, clock }])
    await store.append(stream, 1, new Array<NewEvent>(snapshotEvery).fill(told))
    const opened = await openRelease(store, stream)
    expect(await store.readSnapshot(stream)).toMatchObject({ version: snapshotEvery + 1 })
    expect(await openRelease(store, stream)).toEqual(opened)
  })
})
