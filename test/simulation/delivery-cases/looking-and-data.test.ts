/**
 * Looking: what was asked is read back, triggers stay armed, and missing data is one thing whatever it looks like. What others suffer from:
 * argoproj/argo-rollouts#3333, #3926, #4595 (5), fluxcd/flagger#1801 (6), #1035, #1689 and argoproj/argo-rollouts#3503, #1466, #1905 (8), #4792
 * (9), spinnaker/kayenta#780, #633 (11), #799 (12), #521, argoproj/argo-rollouts#2276, fluxcd/flagger#1810 (13), argoproj/argo-rollouts#1617 (14).
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Question } from '../../../src/core/judge/question.ts'
import { thresholdJudge } from '../../../src/core/judge/threshold-judge.ts'
import type { Condition } from '../../../src/core/plan/condition.ts'
import { formatCount, formatPercent } from '../../../src/core/plan/format-value.ts'
import type { Gate } from '../../../src/core/plan/gate.ts'
import type { Plan } from '../../../src/core/plan/plan.ts'
import type { Step, TriggerAction } from '../../../src/core/plan/step.ts'
import type { ArmCounts, Shares } from '../../../src/core/release/evidence.ts'
import { fail, succeed } from '../../../src/core/release/outcome.ts'
import { plan } from '../../fixtures/plan.ts'
import { phase, rollout } from '../../fixtures/train-plan.ts'
import { type Behaviour, World } from '../world.ts'

const source = { start: 1, end: 1 }
const role = 'Release Manager'
const shares = (read: Shares) => succeed({ kind: 'setShares' as const, shares: read })
const errorsFrom = (fromMs: number) => ({
  errorRate: (arm: string, nowMs: number) => (arm === 'candidate' && nowMs >= fromMs ? 0.4 : 0),
})
const pages = (world: World) =>
  world
    .events('EffectRequested')
    .flatMap(({ effect }) => (effect.kind === 'notify' && effect.message.urgency === 'page' ? [effect.message] : []))

/** The ladder of one stage with what comes before and after it; triggers look one look back. */
function planOf({ more = [], exit = [], action }: { more?: Step[]; exit?: Gate[]; action?: TriggerAction }): Plan {
  const ladder = rollout('backend', [50])
  if (ladder.kind !== 'rollout') throw new Error('a rollout')
  const stages = ladder.stages.map((stage) => ({
    ...stage,
    triggers: stage.triggers.flatMap((one) => [
      ...(action ? [{ ...one, id: `${one.id}/acts`, action, windowMs: 1_000 }] : []),
      { ...one, windowMs: 1_000 },
    ]),
  }))
  return { ...plan, phases: [phase('only', [], { steps: [{ ...ladder, stages }, ...more], exit })] }
}

describe('case 5: a stage begins when its share was read back, not when it was asked for', () => {
  it('a balancer that takes a while is read again, and nothing is baked or judged before', () => {
    let reads = 0
    const world = new World({
      perform: ({ effect, purpose }) =>
        effect.kind === 'setShares' && purpose.kind === 'stage' && ++reads <= 3 ? shares({ v1: 97, v2: 3 }) : undefined,
    })
    world.run({ until: ({ service }) => service.exposure !== null })
    expect(reads).toBe(4)
    expect(world.events('StageObserved')).toEqual([])
    const [entered] = world.log.filter(({ event }) => event.type === 'StageEntered')
    world.run({ until: ({ log }) => log.some(({ event }) => event.type === 'StagePassed') })
    expect(world.nowMs - (entered?.elapsedMs ?? 0)).toBeGreaterThanOrEqual(10_000)
  })

  it('a share that never comes enters no stage, and the users go back', () => {
    const world = new World({
      perform: ({ effect, purpose }) =>
        effect.kind === 'setShares' && purpose.kind === 'stage' ? shares({ v1: 95, v2: 5 }) : undefined,
    })
    world.run()
    expect(world.events('StageEntered')).toEqual([])
    expect(world.state.status).toBe('RolledBack')
  })

  it('a share that is lost again earns no bake time, and holds the stage', () => {
    const world = new World()
    world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) >= 5_000 })
    const bakedMs = world.service.exposure?.bakedMs
    world.shares.backend = { v1: 100, v2: 0 }
    world.run({ untilMs: 60_000 })
    expect(world.service.exposure?.bakedMs).toBe(bakedMs)
    expect(world.state.holds[0]?.reason).toContain('no longer there')
  })
})

describe('case 6: triggers stay armed whatever the release waits for', () => {
  const breachMs = 100_000
  const signOff: Gate = { id: 'exit', text: 'exit', source, kind: 'signOff', role, count: 1 }
  const pending = succeed({
    kind: 'runCheck' as const,
    evidence: { verdict: 'pending' as const, summary: 'running', details: [] },
  })
  const command: Step = { id: 'hangs', text: 'hangs', source, kind: 'command', command: 'hangs', parameters: {} }
  const unsigned = { signs: false }
  const waits: [string, Plan, Partial<Behaviour>, ((world: World) => void)?][] = [
    ['a sign-off', planOf({ exit: [signOff] }), unsigned],
    ['a go/no-go', planOf({ exit: [{ ...signOff, kind: 'goNoGo', quorum: 2 }] }), unsigned],
    ['a dependency', planOf({ exit: [{ ...signOff, kind: 'dependency' }] }), unsigned],
    ['a webhook', planOf({ exit: [{ id: 'qa', text: 'QA', source, kind: 'webhook', hook: 'qa' }] }), {}],
    [
      'a check that stays pending',
      planOf({ exit: [{ id: 'ci', text: 'CI', source, kind: 'check', check: 'ci' }] }),
      { perform: ({ effect }) => (effect.kind === 'runCheck' ? pending : undefined) },
    ],
    [
      'a streak of green runs',
      planOf({ exit: [{ id: 'ci', text: 'CI', source, kind: 'streak', check: 'ci', runs: 500, everyMs: 1_000 }] }),
      {},
    ],
    ['a confirmation', planOf({ more: [{ id: 'c', text: 'c', source, kind: 'confirm', role }] }), unsigned],
    ['a soak of a day', planOf({ more: [{ id: 'w', text: 'w', source, kind: 'wait', waitMs: 86_400_000 }] }), {}],
    [
      'a command that hangs',
      planOf({ more: [command] }),
      { perform: ({ effect }) => (effect.kind === 'runCommand' ? 'hang' : undefined) },
    ],
    ['nobody, for it is paused', planOf({}), {}, (world) => world.command({ type: 'pause', reason: 'lunch' })],
    [
      'the next share, which hangs',
      { ...planOf({}), phases: [phase('only', [], { steps: [rollout('backend', [10, 100])] })] },
      { perform: ({ effect }) => (effect.kind === 'setShares' && effect.shares.v2 === 100 ? 'hang' : undefined) },
    ],
  ]

  it.each(waits)('it waits for %s, and goes back within two looks of the breach', (_what, waiting, behaviour, then) => {
    const world = new World({ ...errorsFrom(breachMs), ...behaviour }, waiting)
    world.run({ until: ({ service }) => service.exposure !== null })
    then?.(world)
    world.run({ untilMs: breachMs })
    expect(world.state.ended).toBeNull()
    expect(world.events('TriggerFired')).toEqual([])
    world.run()
    const fired = world.log.find(({ event }) => event.type === 'TriggerFired')
    expect(fired?.elapsedMs).toBeLessThanOrEqual(breachMs + 2 * plan.judging.intervalMs)
    expect(world.shares.backend).toEqual({ v1: 100, v2: 0 })
    expect(world.state.status).toBe('RolledBack')
  })

  it('it is held, undecided or by another trigger, and goes back all the same', () => {
    const climbs = (arm: string, nowMs: number) => (arm === 'candidate' ? (nowMs >= breachMs ? 0.4 : 0.03) : 0)
    for (const world of [
      new World({ errorRate: climbs }),
      new World({ errorRate: climbs, slowShare: () => 0.5 }, haltedPlan()),
    ]) {
      world.run({ untilMs: breachMs })
      expect(world.state.status).toBe('Held')
      world.run()
      expect(world.state.status).toBe('RolledBack')
    }
  })

  /** Slow answers halt the ladder; errors roll it back. */
  function haltedPlan(): Plan {
    const halting = planOf({ action: { kind: 'halt' } })
    const [only] = halting.phases
    const [ladder] = only?.steps ?? []
    if (!only || ladder?.kind !== 'rollout') throw new Error('a rollout')
    const isKept = (id: string) => id.endsWith('latency/acts') || id.endsWith('trigger/errors')
    const stages = ladder.stages.map((one) => ({ ...one, triggers: one.triggers.filter(({ id }) => isKept(id)) }))
    return { ...halting, phases: [{ ...only, steps: [{ ...ladder, stages }] }] }
  }
})

describe('case 8: no data is one verdict, however it comes', () => {
  const nothing: [string, Partial<Behaviour>][] = [
    ['no series', { metrics: () => 'none' }],
    ['a source that is down', { metrics: () => 'down' }],
    ['the baseline alone', { metrics: () => 'baselineOnly' }],
    ['values that are no numbers', { errorRate: () => Number.NaN }],
    ['values without end', { errorRate: () => Number.POSITIVE_INFINITY }],
    ['values below zero', { errorRate: () => -1 }],
    ['no traffic', { requestsPerSecond: 0 }],
  ]

  it.each(nothing)('%s: passes nothing, takes nothing back, holds and pages once', (_what, behaviour) => {
    const world = new World(behaviour)
    world.run({ untilMs: 900_000 })
    expect(world.state.status).toBe('Held')
    expect(world.state.holds[0]?.reason).toContain('data')
    expect(world.events('StagePassed')).toEqual([])
    expect(world.events('TriggerFired')).toEqual([])
    expect(pages(world)).toHaveLength(1)
  })

  it.each(nothing)('%s: cannot be promoted by hand either, and an abort still works', (_what, behaviour) => {
    const world = new World(behaviour)
    world.run({ until: ({ state }) => state.status === 'Held', untilMs: 900_000 })
    expect(world.command({ type: 'promote', reason: 'looks fine' })).toMatchObject({ rejected: true })
    world.command({ type: 'abort', reason: 'blind' })
    world.run({ untilMs: 960_000 })
    expect(world.state.status).toBe('RolledBack')
  })

  it('values that are no numbers never reach the log', () => {
    const world = new World({ errorRate: () => Number.NaN })
    world.run({ untilMs: 60_000 })
    const log = JSON.parse(JSON.stringify(world.log))
    expect(log).toEqual(world.log)
    expect(world.events('StageObserved').every(({ missing }) => 'errors' in missing)).toBe(true)
  })
})

describe('case 9: one bad look proves nothing, and neither does one good look', () => {
  const judging = { ...plan.judging, breachLooks: 3, clearLooks: 3 }
  const blinks = (pattern: string) => ({
    errorRate: (arm: string, nowMs: number) =>
      arm === 'candidate' && pattern[Math.round(nowMs / 1_000) % pattern.length] === 'x' ? 0.4 : 0,
  })

  it.each([
    ['xx.', false],
    ['x.', false],
    ['xxx.', true],
  ])('of looks that go %s the trigger fires: %s', (pattern, fires) => {
    const world = new World(blinks(pattern), { ...planOf({}), judging })
    world.run({ untilMs: 120_000 })
    expect(world.events('TriggerFired')).toHaveLength(fires ? 1 : 0)
  })

  it('what a trigger halted goes on after as many clear looks in a row, not at the first', () => {
    const halts = planOf({ action: { kind: 'halt' } })
    const only = (world: World) => world.events('TriggerCleared').length
    const [ladder] = halts.phases[0]?.steps ?? []
    if (ladder?.kind !== 'rollout') throw new Error('a rollout')
    const stages = ladder.stages.map((one) => ({
      ...one,
      triggers: one.triggers.filter(({ action }) => action.kind === 'halt'),
    }))
    const halting = { ...halts, judging, phases: [phase('only', [], { steps: [{ ...ladder, stages }] })] }
    const flapping = new World(blinks('xxxx..'), halting)
    flapping.run({ untilMs: 120_000 })
    expect(flapping.events('TriggerActed')).toHaveLength(1)
    expect(only(flapping)).toBe(0)
    const calm = new World(errorsUntil(8_000), halting)
    calm.run()
    expect(only(calm)).toBe(1)
    expect(calm.state.status).toBe('Succeeded')
  })

  const errorsUntil = (untilMs: number) => ({
    errorRate: (arm: string, nowMs: number) => (arm === 'candidate' && nowMs < untilMs ? 0.4 : 0),
  })
})

const errorRate = (comparator: Condition['comparator'], value: number): Condition => ({
  metric: 'error rate',
  comparator,
  value,
  unit: '%',
})
const judgeOnce = (condition: Condition, candidate: ArmCounts, more: Partial<Question> = {}) => {
  const question: Question = { statementId: 's', condition, minimumSamples: 100, ...more }
  const look = { fromMs: 0, toMs: 1_000, reading: { arms: { candidate }, cursor: null } }
  return thresholdJudge.judge(thresholdJudge.observe(thresholdJudge.initial(), question, look), question)
}

describe('case 11: a large deviation never passes, and a small sample says that it is small', () => {
  it('by any count of events', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (total, part) => {
        const events = Math.round(total * part)
        const { verdict, explanation } = judgeOnce(errorRate('<', 1), { total, events })
        if (total < 100) {
          expect(verdict).toBe('Inconclusive')
          expect(explanation).toBe(`"error rate < 1 %": ${total} samples, needs ${100 - total} more`)
        } else expect(verdict).toBe(events / total < 0.01 ? 'Successful' : 'Failed')
      }),
    )
  })

  it('and where too few users ever come, the stage is held and says so, though every one of them met an error', () => {
    const few = { ...errorsFrom(0), requestsPerSecond: 5 }
    const judging = { ...plan.judging, sampleWaitMs: 10_000 }
    const sleepy = { ...plan, judging, phases: plan.phases.map((one) => ({ ...one, exit: [] })) }
    const world = new World(few, sleepy)
    world.run({ until: ({ state }) => state.status === 'Held' })
    expect(world.state.holds[0]?.reason).toMatch(/"error rate < 1 %": \d+ samples, needs \d+ more/)
    expect(world.events('StagePassed')).toEqual([])
  })
})

describe('case 12: one side missing has a rule of its own', () => {
  it('no baseline: the candidate is judged by the thresholds, and the verdict says that there was none', () => {
    const world = new World({ ...errorsFrom(0), metrics: () => 'candidateOnly' })
    world.run()
    expect(world.state.status).toBe('RolledBack')
    const cause = world.events('TriggerFired')[0]?.cause
    expect(cause).toMatchObject({
      kind: 'trigger',
      judgement: { verdict: 'Failed', baseline: null, baselineSamples: 0 },
    })
  })

  it('no candidate: that is no data, however healthy the baseline is', () => {
    const world = new World({ metrics: () => 'baselineOnly' })
    world.run({ untilMs: 120_000 })
    expect(world.state.holds[0]?.reason).toContain('no data from the candidate')
    expect(world.service.exposure?.bakedMs).toBe(0)
  })
})

describe('case 13: the log alone says why: query, value, samples, threshold', () => {
  it('of a rollback', () => {
    const world = new World(errorsFrom(20_000))
    world.run()
    const log: World['log'] = JSON.parse(JSON.stringify(world.log))
    const started = log.flatMap(({ event }) => (event.type === 'ReleaseStarted' ? [event.plan] : []))[0]
    const cause = log.flatMap(({ event }) => (event.type === 'TriggerFired' ? [event.cause] : []))[0]
    if (!started || cause?.kind !== 'trigger') throw new Error('a trigger fired')
    const steps = started.phases.flatMap(({ steps }) => steps)
    const trigger = steps
      .flatMap((step) => (step.kind === 'rollout' ? step.stages.flatMap(({ triggers }) => triggers) : []))
      .find(({ id }) => id === cause.triggerId)
    const { value, samples, needed, explanation } = cause.judgement
    expect(started.metrics[trigger?.metricId ?? '']?.query).toEqual({ events: 'e', total: 't' })
    expect(trigger?.condition).toMatchObject({ comparator: '>', value: 5, unit: '%' })
    expect(value).toBeGreaterThan(0.05)
    expect(samples).toBeGreaterThanOrEqual(needed)
    expect(explanation).toBe(
      `"error rate > 5 %" holds: ${formatPercent((value ?? 0) * 100)} over ${formatCount(samples)} samples`,
    )
  })

  it('of a hold, in the page that asks for a decision', () => {
    const world = new World({ errorRate: (arm) => (arm === 'candidate' ? 0.03 : 0) })
    world.run({ until: ({ state }) => state.status === 'Held' })
    world.step()
    expect(pages(world)[0]?.body).toMatch(/"error rate < 1 %" does not hold: \d % over [\d,]+ samples/)
  })

  it('of missing data, in the words of its source', () => {
    const world = new World({ metrics: () => 'down' })
    world.run({ until: ({ state }) => state.status === 'Held' })
    expect(world.state.holds[0]?.reason).toContain('no fresh data of error rate (metric source is down)')
  })
})

describe('case 14: the whole plan is tried before it bites', () => {
  const weeks: Plan = {
    ...plan,
    phases: plan.phases.map((one) => ({
      ...one,
      startOffsetMs: 0,
      steps: [...one.steps, { id: `${one.id}/soak`, text: 'a week', source, kind: 'wait', waitMs: 604_800_000 }],
    })),
  }
  const speed = 86_400

  it('weeks of it, with people and drivers, in the decider that runs it for real, and the same answers give the same log', () => {
    const [one, two] = [new World({}, weeks, speed), new World({}, weeks, speed)]
    one.run()
    two.run()
    expect(one.state.status).toBe('Succeeded')
    expect(one.log).toEqual(two.log)
  })

  it('every effect failing once, and for good: it ends safe or asks somebody, and never passes a stage unseen', () => {
    const good = new World({}, weeks, speed)
    good.run()
    const effects = good.events('EffectRequested').filter(({ effect }) => effect.kind !== 'notify')
    expect(effects.length).toBeGreaterThan(5)
    for (const { effect, purpose } of effects) {
      const isIt = (other: unknown) => JSON.stringify(other) === JSON.stringify(purpose)
      const world = new World(
        { perform: (state) => (isIt(state.purpose) ? fail('rejected', 'no') : undefined) },
        weeks,
        speed,
      )
      world.run()
      const what = JSON.stringify(effect)
      expect(['Held', 'RolledBack'], what).toContain(world.state.status)
      expect(world.state.status === 'Held' || world.shares.backend?.v2 === 0, what).toBe(true)
    }
  })
})
