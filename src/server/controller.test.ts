/** What a controller says of releases that are stored: of those that keep their document, and of older ones. */
import { expect, it } from 'vitest'
import { noDrivers } from '../../test/fixtures/no-drivers.ts'
import { storedLog } from '../../test/fixtures/stored-log.ts'
import { World } from '../../test/simulation/world.ts'
import { Operator } from '../core/plan/operator.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import { createSoleLeases } from '../runtime/sole-leases.ts'
import { VirtualClock } from '../runtime/virtual-clock.ts'
import { createMemoryStore } from '../store/memory.ts'
import { Controller } from './controller.ts'

async function controllerWith(events: EventEnvelope[]): Promise<Controller> {
  const store = createMemoryStore()
  const recorded = events.map(({ event, actor, at, elapsedMs, clock }) => ({ event, actor, at, elapsedMs, clock }))
  expect(await store.append('default/r1', 0, recorded)).toMatchObject({ ok: true })
  const operator = Operator.parse({ people: {}, targets: {} })
  return new Controller({
    store,
    leases: createSoleLeases(),
    drivers: noDrivers,
    clock: new VirtualClock(),
    operator,
    purpose: 'record',
    version: '0',
    onStopped: () => undefined,
  })
}

function endedRelease(document?: string): EventEnvelope[] {
  const world = new World()
  world.run()
  return storedLog(world.log).map((envelope) =>
    envelope.event.type === 'ReleaseStarted' && document !== undefined
      ? { ...envelope, event: { ...envelope.event, document } }
      : envelope,
  )
}

it('shows the document that the release started from as a tree, with notes at its lines', async () => {
  const controller = await controllerWith(endedRelease('# Example\n\n[x](javascript:1)\n'))
  expect(await controller.document('r1')).toMatchObject({
    ok: true,
    value: {
      status: { releaseId: 'r1', document: 'ROLLOUT.md' },
      document: {
        tree: {
          blocks: [
            { kind: 'heading', start: 1 },
            { kind: 'paragraph', children: [{ kind: 'text', text: 'x' }] },
          ],
        },
        notes: [{ line: 1, form: 'status', shape: '●', words: 'Tidegate release r1' }],
      },
    },
  })
})

it('has the status of a release that kept no document, and nothing of one that is not there', async () => {
  const controller = await controllerWith(endedRelease())
  expect(await controller.document('r1')).toMatchObject({ ok: true, value: { document: null } })
  expect(await controller.document('r9')).toMatchObject({ ok: false, problem: { status: 404 } })
})
