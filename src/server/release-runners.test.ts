/** What a controller takes up when it starts: whatever still has something to do, over or not. */
import { expect, it } from 'vitest'
import { noDrivers } from '../../test/fixtures/no-drivers.ts'
import { storedLog } from '../../test/fixtures/stored-log.ts'
import { World } from '../../test/simulation/world.ts'
import { fail, succeed } from '../core/release/outcome.ts'
import type { DriverSet } from '../ports/drivers.ts'
import { createSoleLeases } from '../runtime/sole-leases.ts'
import { systemClock } from '../runtime/system-clock.ts'
import { createMemoryStore } from '../store/memory.ts'
import { ReleaseRunners } from './release-runners.ts'

/** Taken up, and stopped at once; gives what was told, and the last event. */
async function takeUp(isTold: boolean, tellMs = 0): Promise<{ told: string[]; last: string | undefined }> {
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
    notify: async (_, { subject }, { signal }) => {
      await systemClock.sleep(tellMs, signal)
      if (signal.aborted) return fail('unavailable', 'stopped')
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
  await runners.close()
  return { told, last: (await store.read('default/r1')).at(-1)?.event.type }
}

const told = [expect.stringContaining('succeeded')]

it('a release that ended, and whose notice a crash kept back: everybody is told', async () => {
  expect(await takeUp(false)).toEqual({ told, last: 'EffectSettled' })
})

it('and stops only when they are, if that takes no longer than a while', async () => {
  expect(await takeUp(false, 300)).toEqual({ told, last: 'EffectSettled' })
})

it('not one that ended and was told', async () => {
  expect(await takeUp(true)).toEqual({ told: [], last: 'EffectSettled' })
})
