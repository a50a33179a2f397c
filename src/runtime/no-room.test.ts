/** A store without room: the release stands still and loses nothing, whoever is on call can take it back, and it goes on when there is room. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { aroundStore } from '../../test/fixtures/around-store.ts'
import { FakeWorld, quickStart, rina, signUntil } from '../../test/fixtures/fake-world.ts'
import { isOver } from '../core/release/release.ts'
import { StoreRefusal } from '../ports/store-refusal.ts'
import { createMemoryStore } from '../store/memory.ts'
import { ReleaseRunner } from './release-runner.ts'
import { soleLease } from './sole-leases.ts'
import { systemClock } from './system-clock.ts'

let stop = new AbortController()
beforeEach(() => {
  stop = new AbortController()
})
afterEach(() => stop.abort())

/** A store that is full once the first stage is entered, and then has room for going back alone. */
function crampedStore() {
  const inner = createMemoryStore()
  const disk = { isFull: false, wasFull: false }
  const store = aroundStore(inner, {
    append: async (stream, version, events, options) => {
      if (disk.isFull && !options?.mayUseReserve) return { ok: false, error: 'full', message: 'the disk is full' }
      if (!disk.wasFull && events.some(({ event }) => event.type === 'StageEntered'))
        Object.assign(disk, { isFull: true, wasFull: true })
      return inner.append(stream, version, events, options)
    },
  })
  return { store, disk }
}

async function atFirstStage() {
  const world = new FakeWorld()
  const told: string[] = []
  const { store, disk } = crampedStore()
  const onHeldUp = (stream: string, message: string) => void told.push(`${stream}: ${message}`)
  const runner = new ReleaseRunner({ store, drivers: world.drivers(), clock: systemClock, onHeldUp }, 'default/r1')
  await runner.submit({ type: 'start', start: quickStart, actor: rina })
  const ended = runner.run(soleLease(stop.signal))
  await signUntil(runner, () => disk.isFull)
  await expect.poll(() => told).toEqual(['default/r1: the disk is full'])
  return { world, runner, disk, ended, told }
}

const abort = { type: 'abort' as const, reason: 'no room' }
const pause = { type: 'pause' as const, reason: 'no room' }

describe('a release whose store has no room', () => {
  it('stands still, refuses what people say with the reason, and goes on to its end once there is room', async () => {
    const { world, runner, disk, ended, told } = await atFirstStage()
    const { version } = runner.release
    await expect(runner.submit({ type: 'command', command: pause, actor: rina })).rejects.toThrow(
      new StoreRefusal('the disk is full', 'full'),
    )
    expect([runner.release.version, world.shares.v2]).toEqual([version, 10])
    disk.isFull = false
    await signUntil(runner, () => isOver(runner.release))
    await ended
    expect(runner.release.status).toBe('Succeeded')
    expect(told).toHaveLength(1)
    expect(world.calls.map(({ what }) => what)).toEqual([
      'deploy staging',
      'deploy production',
      'set 10',
      'set 50',
      'set 100',
    ])
  })

  it('can be taken back all the same', async () => {
    const { world, runner, ended, disk } = await atFirstStage()
    await runner.submit({ type: 'command', command: abort, actor: rina })
    await ended
    expect([runner.release.status, world.shares.v2, disk.isFull]).toEqual(['RolledBack', 0, true])
  })

  it('goes back by itself when a trigger fires: looks go on, and the one that shows it is recorded', async () => {
    const { world, runner, ended } = await atFirstStage()
    world.errorRate = 0.5
    await ended
    expect([runner.release.status, world.shares.v2]).toEqual(['RolledBack', 0])
  })
})
