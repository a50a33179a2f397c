/** What a controller takes up when it starts: whatever still has something to do, over or not. */
import { expect, it } from 'vitest'
import { noDrivers } from '../../test/fixtures/no-drivers.ts'
import { storedLog } from '../../test/fixtures/stored-log.ts'
import { World } from '../../test/simulation/world.ts'
import { succeed } from '../core/release/outcome.ts'
import type { DriverSet } from '../ports/drivers.ts'
import { createSoleLeases } from '../runtime/sole-leases.ts'
import { systemClock } from '../runtime/system-clock.ts'
import { createMemoryStore } from '../store/memory.ts'
import { ReleaseRunners } from './release-runners.ts'

async function takeUp(isTold: boolean): Promise<string[]> {
  const world = new World()
  world.run()
  const notice = world.events('EffectRequested').findLast(({ effect }) => effect.kind === 'notify')
  if (!notice) throw new Error('nobody is told')
  const outcome = succeed({ kind: 'notify' as const })
  if (isTold) world.record({ type: 'EffectSettled', effectId: notice.effectId, outcome }, 'tidegate')
  const store = createMemoryStore()
  const events = storedLog(world.log).map(({ event, actor, at, elapsedMs, clock }) => ({
    event,
    actor,
    at,
    elapsedMs,
    clock,
  }))
  expect(await store.append('default/r1', 0, events)).toMatchObject({ ok: true })
  const told: string[] = []
  const notifier: ReturnType<DriverSet['notifiers']>[number]['notifier'] = {
    name: 'fake',
    ping: async () => succeed(undefined),
    notify: async (_, { subject }) => {
      told.push(subject)
      return succeed(undefined)
    },
  }
  const drivers: DriverSet = {
    ...noDrivers,
    notifiers: () => [{ channel: 'log', notifier }],
  }
  const leases = createSoleLeases()
  const runners = new ReleaseRunners({
    store,
    drivers,
    clock: systemClock,
    leases,
    purpose: 'run',
    onStopped: () => undefined,
  })
  await runners.resume()
  if (!isTold) await expect.poll(() => told).toHaveLength(1)
  await runners.close()
  return told
}

it('a release that ended, and whose notice a crash kept back: everybody is told', async () => {
  expect(await takeUp(false)).toEqual([expect.stringContaining('succeeded')])
})

it('not one that ended and was told', async () => {
  expect(await takeUp(true)).toEqual([])
})
