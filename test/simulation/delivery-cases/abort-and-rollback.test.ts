/**
 * Aborting and going back. What others suffer from: argoproj/argo-rollouts#4128, #4461 (1), #841, #3120 (2), #1774 and
 * fluxcd/flagger#639 (3), argoproj/argo-rollouts#3941, #4612 (4), fluxcd/flagger#1898, #1931 (7).
 */
import { describe, expect, it } from 'vitest'
import type { Effect, EffectOutcome } from '../../../src/core/release/effect.ts'
import { pendingEffects } from '../../../src/core/release/effects.ts'
import { fail, succeed } from '../../../src/core/release/outcome.ts'
import { backMs } from '../../../src/core/release/release.ts'
import { capacityWaitMs } from '../../../src/core/release/rollback-limits.ts'
import { exposedServices } from '../../../src/core/release/scope.ts'
import { plan } from '../../fixtures/plan.ts'
import { trainPlan } from '../../fixtures/train-plan.ts'
import { everyMoment } from '../every-moment.ts'
import { type Behaviour, World } from '../world.ts'

type Perform = Behaviour['perform']

const bad = { errorRate: (arm: string) => (arm === 'candidate' ? 0.4 : 0) }
const isMove = (effect: Effect) => effect.kind === 'setShares' || effect.kind === 'setFlag'
const candidateShares = ({ shares, state }: World) =>
  state.plan.services.map(({ name, candidate }) => shares[name]?.[candidate] ?? 0)
const pages = (world: World) =>
  world.events('EffectRequested').flatMap(({ effect }) => (effect.kind === 'notify' ? [effect.message.subject] : []))

const runs: [string, () => World][] = [
  ['a good candidate', () => new World({}, plan, 10)],
  ['a bad one that is going back', () => new World(bad, plan, 10)],
  ['an undecided one', () => new World({ errorRate: (arm) => (arm === 'candidate' ? 0.03 : 0) }, plan, 10)],
  ['no data at all', () => new World({ metrics: () => 'down' }, plan, 10)],
  ['nobody to sign', () => new World({ signs: false }, plan, 10)],
  ['a deploy that keeps failing', () => new World({ perform: deploysFail }, plan, 10)],
  ['full promotion under way for ever', () => new World({ perform: fullTrafficHangs }, plan, 10)],
  ['the release paused', paused],
  ['a train of four services', () => new World({}, trainPlan, 10)],
]

function deploysFail({ effect }: Parameters<Perform>[0]): EffectOutcome | undefined {
  return effect.kind === 'deploy' ? fail('timeout', 'never healthy') : undefined
}

function paused(): World {
  const world = new World({}, plan, 10)
  world.run({ until: ({ service }) => service.exposure !== null })
  world.command({ type: 'pause', reason: 'lunch' })
  return world
}

function fullTrafficHangs({ effect }: Parameters<Perform>[0]): 'hang' | undefined {
  return effect.kind === 'setShares' && effect.shares.v2 === 100 ? 'hang' : undefined
}

describe.each(runs)('case 1: an abort at every moment, with %s', (_what, start) => {
  const moments = everyMoment(start())

  /** What the abort came to at each moment, in a world that behaves so from then on. */
  const aborted = (behaviour: Partial<Behaviour>, untilMs: number) =>
    moments.map((moment) => {
      const world = moment.fork(behaviour)
      const exposed = exposedServices(world.state)
      const abortedMs = world.nowMs
      const decision = world.command({ type: 'abort', reason: 'drill' }, 'anybody')
      world.run({ untilMs: abortedMs + untilMs })
      const tookMs = (backMs(world.state) ?? abortedMs) - abortedMs
      return { world, exposed, decision, tookMs, after: moment.types().at(-1) }
    })

  it.each([
    ['every driver answering', {}, 1_000],
    ['the metric source down', { metrics: () => 'down' }, 1_000],
    ...(['deploy', 'runCheck', 'runCommand', 'notify'] as const).flatMap(
      (kind) =>
        [
          [`${kind} hanging`, { perform: ({ effect }) => (effect.kind === kind ? 'hang' : undefined) }, 1_000],
          [
            `${kind} failing`,
            { perform: ({ effect }) => (effect.kind === kind ? fail('rejected', 'no') : undefined) },
            1_000,
          ],
        ] as [string, Partial<Behaviour>, number][],
    ),
    [
      'the health of the baseline unknown',
      { perform: ({ effect }) => (effect.kind === 'readVersions' ? 'hang' : undefined) },
      capacityWaitMs,
    ],
  ] as [string, Partial<Behaviour>, number][])('brings every user back, with %s', (_fault, behaviour, limitMs) => {
    for (const { world, decision, tookMs, after } of aborted({ perform: () => undefined, ...behaviour }, 60_000)) {
      expect(decision.rejected, after).toBe(false)
      expect(world.state.status, after).toBe('RolledBack')
      expect(Math.max(...candidateShares(world)), after).toBe(0)
      expect(tookMs, after).toBeLessThanOrEqual(limitMs)
    }
  })

  it('is never called done while share 0 cannot be set, and pages', () => {
    const perform: Perform = ({ effect }) => (isMove(effect) ? fail('unavailable', 'down') : undefined)
    for (const { world, exposed, decision, after } of aborted({ perform }, 3_600_000)) {
      expect(decision.rejected, after).toBe(false)
      expect(world.state.status, after).toBe(exposed.length > 0 ? 'Degraded' : 'RolledBack')
      if (exposed.length > 0) expect(pages(world).join('\n'), after).toContain('over its deadline')
    }
  })
})

describe('case 1: an abort beats writes that are still under way', () => {
  const moments = everyMoment(new World({}, plan, 10)).flatMap((moment) =>
    pendingEffects(moment.state)
      .filter(({ purpose }) => purpose.kind === 'stage')
      .map((write) => ({ moment, write })),
  )

  it.each([0, 300, 1_500, 5_000])('one that lands %i ms later is found and taken back', (lateMs) => {
    expect(moments.length).toBeGreaterThanOrEqual(3)
    for (const { moment, write } of moments) {
      if (write.effect.kind !== 'setShares') throw new Error('the example moves traffic')
      const { shares } = write.effect
      const world = moment.fork({ perform: ({ effectId }) => (effectId === write.effectId ? 'hang' : undefined) })
      world.command({ type: 'abort', reason: 'drill' })
      const landsMs = world.nowMs + lateMs
      world.run({ untilMs: landsMs })
      world.nowMs = Math.max(world.nowMs, landsMs)
      world.shares.backend = shares
      world.give({ type: 'effectSettled', effectId: write.effectId, outcome: succeed({ kind: 'setShares', shares }) })
      world.run()
      expect(world.state.status).toBe('RolledBack')
      expect(world.shares.backend).toEqual({ v1: 100, v2: 0 })
    }
  })
})

describe('case 2: what ended can be entered again', () => {
  it('a degraded release goes back once more when it is told to, and then it is back', () => {
    let isDown = true
    const perform: Perform = ({ purpose }) =>
      isDown && purpose.kind === 'rollback' ? fail('unavailable', 'proxy is down') : undefined
    const world = new World({ ...bad, perform })
    world.run({ untilMs: 3_600_000 })
    expect(world.state.status).toBe('Degraded')
    isDown = false
    expect(world.command({ type: 'abort', reason: 'the proxy is up again' }, 'ola')).toMatchObject({ rejected: false })
    world.run({ untilMs: 3_700_000 })
    expect(world.state.status).toBe('RolledBack')
    expect(world.shares.backend).toEqual({ v1: 100, v2: 0 })
  })

  it('an aborted one leaves nothing behind: the same plan starts again at once and succeeds', () => {
    const first = new World()
    first.run({ until: ({ service }) => service.exposure !== null })
    first.command({ type: 'abort', reason: 'not today' })
    first.run()
    expect(first.command({ type: 'abort', reason: 'again' })).toMatchObject({ rejected: true, code: 'wrongState' })
    const again = new World()
    Object.assign(again.shares, first.shares)
    again.run()
    expect(again.state.status).toBe('Succeeded')
  })
})

describe('case 3: a broken baseline does not block its own fix', () => {
  it('a good candidate is judged by its own numbers, however many errors the baseline has', () => {
    const world = new World({ errorRate: (arm) => (arm === 'baseline' ? 0.6 : 0.002) })
    world.run()
    expect(world.state.status).toBe('Succeeded')
    expect(world.events('ReleaseHeld')).toEqual([])
  })

  it('nor where the baseline is dead and counts nothing', () => {
    const world = new World({ metrics: () => 'candidateOnly' })
    world.run()
    expect(world.state.status).toBe('Succeeded')
  })
})

describe('case 4: the baseline is asked whether it can take the users before they go back', () => {
  const stopped = succeed({ kind: 'readVersions' as const, versions: { running: [] } })
  const sick = succeed({ kind: 'readVersions' as const, versions: { running: [{ version: 'v1', healthy: false }] } })
  const unknown = fail('unavailable', 'down')

  /** The calls of the rollback, in order. */
  const callsOf = (world: World) =>
    world
      .events('EffectRequested')
      .flatMap(({ effect, purpose }) => (purpose.kind === 'rollback' ? [`${purpose.part} ${effect.kind}`] : []))

  const goesBack = (answer: EffectOutcome, readyAfterMs: number) => {
    let askedMs = Number.NaN
    const perform: Perform = ({ effect, purpose }, nowMs) => {
      if (purpose.kind !== 'rollback' || isMove(effect)) return undefined
      if (effect.kind === 'readVersions') return answer
      askedMs = Number.isNaN(askedMs) ? nowMs : askedMs
      return nowMs - askedMs < readyAfterMs ? fail('unavailable', 'starting') : undefined
    }
    const world = new World({ ...bad, perform })
    world.run()
    expect(world.state.status).toBe('RolledBack')
    expect(world.shares.backend).toEqual({ v1: 100, v2: 0 })
    return { calls: callsOf(world), waitedMs: (backMs(world.state) ?? 0) - (world.state.rollback?.triggeredMs ?? 0) }
  }

  it.each([
    ['stopped', stopped],
    ['sick', sick],
  ])('one that is %s is deployed again, and no user moves before it is there', (_what, answer) => {
    const { calls, waitedMs } = goesBack(answer, 3_000)
    expect(calls.slice(0, 2)).toEqual(['capacity readVersions', 'restore deploy'])
    expect(calls.indexOf('shares setShares')).toBe(calls.length - 1)
    expect(waitedMs).toBeGreaterThanOrEqual(3_000)
    expect(waitedMs).toBeLessThan(capacityWaitMs)
  })

  it('one that stays down is waited for only so long', () => {
    expect(goesBack(stopped, Number.POSITIVE_INFINITY).waitedMs).toBe(capacityWaitMs)
  })

  it('one that nobody can be asked about is trusted: a rollback does not hang on a question', () => {
    expect(goesBack(unknown, 0)).toEqual({ calls: ['capacity readVersions', 'shares setShares'], waitedMs: 0 })
  })
})

it('case 7: users go back to the version of the plan that was seen healthy, from full traffic too, and it is deployed where it is gone', () => {
  const perform: Perform = ({ effect, purpose }) =>
    purpose.kind === 'rollback' && effect.kind === 'readVersions'
      ? succeed({ kind: 'readVersions', versions: { running: [{ version: 'v2', healthy: true }] } })
      : undefined
  const world = new World({ perform })
  world.run({ until: ({ shares }) => shares.backend?.v2 === 100 })
  world.behaviour.signs = false
  world.run({ untilMs: world.nowMs + 60_000 })
  world.command({ type: 'abort', reason: 'a bug that no metric shows' })
  world.run()
  const restored = world
    .events('EffectRequested')
    .flatMap(({ effect, purpose }) => (purpose.kind === 'rollback' && effect.kind === 'deploy' ? [effect] : []))
  expect(restored).toEqual([{ kind: 'deploy', target: 'production', version: 'v1' }])
  expect(world.shares.backend).toEqual({ v1: 100, v2: 0 })
  expect(world.state.status).toBe('RolledBack')
})
