/** The loop over a real store with drivers that are slow, hang, throw or lie; real time, short intervals. */
import { afterEach, describe, expect, it } from 'vitest'
import { aroundStore } from '../../test/fixtures/around-store.ts'
import { FakeWorld, quickStart, rina, signUntil } from '../../test/fixtures/fake-world.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import { releaseOf } from '../core/release/evolve.ts'
import { fail, type Outcome } from '../core/release/outcome.ts'
import { isOver } from '../core/release/release.ts'
import type { EventStore } from '../ports/event-store.ts'
import { createMemoryStore } from '../store/memory.ts'
import { ReleaseRunner } from './release-runner.ts'
import { soleLease } from './sole-leases.ts'
import { systemClock } from './system-clock.ts'

const stops: AbortController[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop.abort()
})

function runnerOf(world: FakeWorld, store: EventStore) {
  const stop = new AbortController()
  stops.push(stop)
  const runner = new ReleaseRunner({ store, drivers: world.drivers(), clock: systemClock }, 'default/r1')
  return { runner, run: () => runner.run(soleLease(stop.signal)), stop: () => stop.abort() }
}

async function started(world: FakeWorld, store = createMemoryStore()) {
  const parts = runnerOf(world, store)
  await parts.runner.submit({ type: 'start', start: quickStart, actor: rina })
  return { ...parts, store }
}

function openedFrom(events: readonly EventEnvelope[]) {
  const last = events.at(-1)
  if (!last) throw new Error('no events')
  return { release: releaseOf(events), last }
}

describe('ReleaseRunner', () => {
  it('runs a release to its end, each effect once, fences rising', async () => {
    const world = new FakeWorld()
    const { runner, run } = await started(world)
    const running = run()
    await signUntil(runner, () => isOver(runner.release))
    await running
    expect(runner.release.status).toBe('Succeeded')
    expect(world.calls.map(({ what }) => what)).toEqual([
      'deploy staging',
      'deploy production',
      'set 10',
      'set 50',
      'set 100',
    ])
    const fences = world.calls.map(({ context }) => context.fence)
    expect(fences).toEqual([...fences].sort((a, b) => a - b))
    expect(new Set(fences).size).toBe(fences.length)
  })

  it('writes down why: a command, an effect that settled, a look, the clock', async () => {
    const { runner, run, store } = await started(new FakeWorld())
    const running = run()
    await signUntil(runner, () => isOver(runner.release))
    await running
    const events = await store.read('default/r1')
    const causesOf = (type: string) => events.filter(({ event }) => event.type === type).map(({ cause }) => cause)
    expect(causesOf('ReleaseStarted')).toEqual([{ kind: 'command', command: 'start' }])
    expect(new Set(causesOf('SignOffGiven').map((cause) => JSON.stringify(cause)))).toEqual(
      new Set([JSON.stringify({ kind: 'command', command: 'approve' })]),
    )
    for (const { event, cause } of events)
      if (event.type === 'EffectSettled') expect(cause).toEqual({ kind: 'effect', effectId: event.effectId })
    expect(causesOf('StageObserved')).toContainEqual(expect.objectContaining({ kind: 'look' }))
    expect(events.every(({ cause }) => cause !== undefined)).toBe(true)
  })

  it('only records until it runs: a word without a controller starts nothing', async () => {
    const world = new FakeWorld()
    const { runner, run } = await started(world)
    await runner.submit({
      type: 'command',
      command: { type: 'approve', gateId: 'staging/prepared' },
      actor: rina,
    })
    expect(Object.keys(runner.release.effects)).toHaveLength(1)
    expect(world.calls).toEqual([])
    void run()
    await signUntil(runner, () => world.calls.length > 0)
    expect(world.calls[0]?.what).toBe('deploy staging')
  })

  it('aborts at once while a driver hangs, and stops its call', async () => {
    const world = new FakeWorld()
    let stopped = false
    world.deployer.deploy = (_target, _version, { signal }) =>
      new Promise<Outcome<never>>((resolve) => {
        signal.addEventListener('abort', () => {
          stopped = true
          resolve(fail('unavailable', 'stopped'))
        })
      })
    const { runner, run } = await started(world)
    const running = run()
    await signUntil(runner, () => Object.keys(runner.release.effects).length > 0)
    const beganMs = performance.now()
    await runner.submit({ type: 'command', command: { type: 'abort', reason: 'drill' }, actor: rina })
    expect(runner.release.status).toBe('RolledBack')
    expect(performance.now() - beganMs).toBeLessThan(1_000)
    await running
    expect(stopped).toBe(true)
  })

  it('goes back from 10 % when errors come, with the old write ended first', async () => {
    const world = new FakeWorld()
    world.errorRate = 0.5
    const { runner, run } = await started(world)
    const running = run()
    await signUntil(runner, () => isOver(runner.release))
    await running
    expect(runner.release.status).toBe('RolledBack')
    expect(world.shares).toEqual({ v1: 100, v2: 0 })
  })

  it('records a driver that throws as a failure, and asks a person', async () => {
    const world = new FakeWorld()
    world.deployer.deploy = async () => {
      throw new Error('a bug in the driver')
    }
    const { runner, run } = await started(world)
    const running = run()
    await signUntil(runner, () => runner.release.status === 'Held')
    expect(runner.release.holds[0]?.reason).toContain('a bug in the driver')
    await runner.submit({ type: 'command', command: { type: 'abort', reason: 'given up' }, actor: rina })
    await running
    expect(runner.release.status).toBe('RolledBack')
  })

  it('is taken up by another runner where the log ends, and performs what was asked and not settled', async () => {
    const world = new FakeWorld()
    const first = await started(world)
    const running = first.run()
    await signUntil(first.runner, () => first.runner.release.services.backend?.exposure != null)
    first.stop()
    await running
    const events = await first.store.read('default/r1')
    const second = runnerOf(world, first.store)
    second.runner.resume(openedFrom(events))
    expect(second.runner.elapsedMs()).toBeGreaterThanOrEqual(events.at(-1)?.elapsedMs ?? 0)
    const going = second.run()
    await signUntil(second.runner, () => isOver(second.runner.release))
    await going
    expect(second.runner.release.status).toBe('Succeeded')
    expect(second.runner.release.services.backend?.confirmedPercents).toEqual([10, 50, 100])
  })

  it('tells the driver of an effect that somebody else may have performed, and of no other', async () => {
    const { runner, run, stop, store } = await started(new FakeWorld())
    const running = run()
    const isRequested = () => Object.values(runner.release.effects).some(({ effect }) => effect.kind === 'deploy')
    await signUntil(runner, isRequested)
    stop()
    await running
    const events = await store.read('default/r1')
    const asked = events.findIndex(({ event }) => event.type === 'EffectRequested' && event.effect.kind === 'deploy')
    const copy = createMemoryStore()
    const asNew = ({ event, actor, at, elapsedMs, clock }: EventEnvelope) => ({ event, actor, at, elapsedMs, clock })
    await copy.append('default/r1', 0, events.slice(0, asked + 1).map(asNew))
    const world = new FakeWorld()
    const second = runnerOf(world, copy)
    second.runner.resume(openedFrom(await copy.read('default/r1')))
    const going = second.run()
    await signUntil(second.runner, () => world.calls.length > 1)
    second.stop()
    await going
    expect(world.calls.slice(0, 2).map(({ context }) => context.isTakenUp)).toEqual([true, false])
  })

  it.each([
    ['an hour ahead', 3_600_000, 'same', 5_000],
    ['an hour back', -3_600_000, 'same', 5_000],
    ['right, after a reboot', 5_000, 'other', 5_000],
    ['an hour back, after a reboot', -3_600_000, 'other', 0],
  ])(
    'after a restart with the wall clock %s, release time goes on by what really passed',
    async (_jump, wallMs, boot, awayMs) => {
      const { runner, store } = await started(new FakeWorld())
      const events = await store.read('default/r1')
      const last = events.at(-1)
      if (!last) throw new Error('no events')
      const clock = {
        ...systemClock,
        wallMs: () => Date.parse(last.at) + wallMs,
        monotonicMs: () => (boot === 'same' ? last.clock.monotonicMs + 5_000 : 1_000),
        bootId: () => (boot === 'same' ? last.clock.bootId : 'another boot'),
      }
      const ports = { store, drivers: new FakeWorld().drivers(), clock }
      const taken = new ReleaseRunner(ports, 'default/r1')
      taken.resume(openedFrom(events))
      expect(taken.elapsedMs() - runner.release.elapsedMs).toBeCloseTo(awayMs)
    },
  )

  /** What others suffer from: argoproj/argo-rollouts#2117. */
  it('case 23: of two leaders that decide at the same moment one is recorded; the other stops and has called no driver', async () => {
    const { store } = await started(new FakeWorld())
    const events = await store.read('default/r1')
    const approve = { type: 'approve' as const, gateId: 'staging/prepared' }
    const leaders = [new FakeWorld(), new FakeWorld()].map((world) => {
      const { runner, run } = runnerOf(world, store)
      runner.resume(openedFrom(events))
      const ended = run().then(
        () => 'ran',
        (error: Error) => error.message,
      )
      return { world, runner, ended, decision: runner.submit({ type: 'command', command: approve, actor: rina }) }
    })
    const answers = await Promise.allSettled(leaders.map(({ decision }) => decision))
    const lost = leaders.filter((_, index) => answers[index]?.status === 'rejected')
    const [won] = leaders.filter((_, index) => answers[index]?.status === 'fulfilled')
    if (lost.length !== 1 || !won) throw new Error('one of them is recorded')
    expect(await lost[0]?.ended).toContain('another controller wrote to default/r1')
    await signUntil(won.runner, () => won.world.calls.length > 0)
    expect(lost[0]?.world.calls).toEqual([])
    const recorded = (await store.read('default/r1')).filter(
      ({ event }) => event.type === 'SignOffGiven' && event.gateId === approve.gateId,
    )
    expect(recorded).toHaveLength(1)
  })
})

describe('ReleaseRunner on a store that others share', () => {
  const shared = (store: EventStore) => aroundStore(store, { isShared: true })
  const approve = {
    type: 'command' as const,
    command: { type: 'approve' as const, gateId: 'staging/prepared' },
    actor: rina,
  }
  const pause = { type: 'command' as const, command: { type: 'pause' as const, reason: 'lunch' }, actor: rina }

  async function twoRunners() {
    const store = shared(createMemoryStore())
    const world = new FakeWorld()
    await started(world, store)
    const events = await store.read('default/r1')
    const runners = [runnerOf(world, store).runner, runnerOf(world, store).runner] as const
    for (const runner of runners) runner.resume(openedFrom(events))
    return { store, world, runners }
  }

  it('decides again on what another controller wrote, and loses neither word', async () => {
    const { store, runners } = await twoRunners()
    await Promise.all([runners[0].submit(approve), runners[1].submit(pause)])
    const types = (await store.read('default/r1')).map(({ event }) => event.type)
    expect(types).toEqual(expect.arrayContaining(['SignOffGiven', 'ReleasePaused']))
    await runners[0].catchUp()
    expect(runners[0].release).toEqual(runners[1].release)
  })

  it('refuses by what is true now: the second of two equal words is too late', async () => {
    const { runners } = await twoRunners()
    const answers = await Promise.all([runners[0].submit(pause), runners[1].submit(pause)])
    expect(answers.filter(({ rejected }) => rejected)).toHaveLength(1)
  })

  it('never turns the time back when whoever wrote was ahead', async () => {
    const { store, runners } = await twoRunners()
    const [last] = (await store.read('default/r1')).slice(-1)
    if (!last) throw new Error('no events')
    const { actor, at, clock, version, elapsedMs } = last
    const ahead = {
      event: { type: 'ReleasePaused' as const, reason: 'x' },
      actor,
      at,
      clock,
      elapsedMs: elapsedMs + 60_000,
    }
    expect(await store.append('default/r1', version, [ahead])).toMatchObject({ ok: true })
    await runners[0].catchUp()
    expect(runners[0].elapsedMs()).toBeGreaterThanOrEqual(elapsedMs + 60_000)
  })

  it('calls no driver once its lease may be another’s, and leaves what was asked to that one', async () => {
    const { store, world, runners } = await twoRunners()
    let holds = true
    const stop = new AbortController()
    stops.push(stop)
    const lease = { ...soleLease(stop.signal), holds: () => holds }
    const running = runners[0].run(lease)
    holds = false
    await runners[0].submit(approve)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(Object.keys(runners[0].release.effects)).toHaveLength(1)
    expect(world.calls).toEqual([])
    stop.abort()
    await running
    const other = runnerOf(world, store)
    other.runner.resume(openedFrom(await store.read('default/r1')))
    void other.run()
    await signUntil(other.runner, () => world.calls.length > 0)
    expect(world.calls[0]?.what).toBe('deploy staging')
  })

  it('rests when nothing is to do for longer than its lease allows, and says when to come back', async () => {
    const { runners } = await twoRunners()
    const stop = new AbortController()
    const rest = await runners[0].run({ ...soleLease(stop.signal), restAfterMs: 1_000 })
    expect(stop.signal.aborted).toBe(false)
    expect(rest).toEqual({ version: runners[0].release.version, wakeUp: { afterMs: expect.any(Number) } })
    expect(rest.wakeUp.afterMs).toBeGreaterThan(1_000)
  })
})
