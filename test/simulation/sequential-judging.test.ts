/** Releases that are judged by bets: who speaks first, what is compared with the baseline, broken splits, and what a plan may choose. */
import { describe, expect, it } from 'vitest'
import type { Condition } from '../../src/core/plan/condition.ts'
import type { Plan, SequentialJudging } from '../../src/core/plan/plan.ts'
import type { Stage } from '../../src/core/plan/step.ts'
import { judgementsOf, stageOf } from '../../src/core/release/look.ts'
import { plan } from '../fixtures/plan.ts'
import { phase, rollout } from '../fixtures/train-plan.ts'
import { World } from './world.ts'

const byDefault = { rollbackAlpha: 0.01, promotionAlpha: 0.05 }

const criteriaOf = (stageId: string): Stage['criteria'] => {
  const statement = (metricId: string, condition: Condition) => ({
    id: `${stageId}/${metricId}`,
    text: metricId,
    source: { start: 1, end: 1 },
    metricId,
    condition,
  })
  return [
    statement('errors', { metric: 'error rate', comparator: '<', value: 1, unit: '%' }),
    statement('latency', { metric: 'response time', comparator: '<', value: 500, unit: 'ms', percentile: 95 }),
  ]
}

/** One ladder, judged sequentially; `change` alters each of its stages. */
function planOf(
  percents: number[],
  {
    sequential = byDefault,
    change = (stage) => stage,
    judging = {},
  }: {
    sequential?: SequentialJudging
    change?: (stage: Stage) => Stage
    judging?: Partial<Plan['judging']>
  } = {},
): Plan {
  const ladder = rollout('backend', percents)
  if (ladder.kind !== 'rollout') throw new Error('a rollout')
  const stages = ladder.stages.map((stage) => change({ ...stage, criteria: criteriaOf(stage.id) }))
  return {
    ...plan,
    judging: { ...plan.judging, sequential, ...judging },
    phases: [phase('only', [], { steps: [{ ...ladder, stages }] })],
  }
}

const failing = (rate: number) => ({ errorRate: (arm: string) => (arm === 'candidate' ? rate : 0.002) })
const messages = (world: World, about: RegExp) =>
  world
    .events('EffectRequested')
    .flatMap(({ effect }) => (effect.kind === 'notify' && about.test(effect.message.subject) ? [effect.message] : []))

describe('who speaks first', () => {
  it('a person is not asked what a trigger is about to decide', () => {
    const slow = { ...failing(0.1), requestsPerSecond: 100 }
    const world = new World(slow, planOf([10]))
    world.run()
    const [fired] = world.events('TriggerFired')
    expect(fired?.cause).toMatchObject({ kind: 'trigger', judgement: { verdict: 'Failed' } })
    expect(world.events('ReleaseHeld')).toEqual([])
    const criteria = world.events('StageObserved').map((event) => event.criteria[0]?.verdict)
    expect(criteria.indexOf('Failed')).toBeLessThan(criteria.length - 1)
  })

  it('a candidate that is worse than the baseline, below every trigger, is held, and a person is asked', () => {
    const world = new World(failing(0.03), planOf([10]))
    world.run({ untilMs: 120_000 })
    expect(world.state.holds[0]?.reason).toMatch(/the candidate fails 15× as often|does not hold/)
    expect(world.events('TriggerFired')).toEqual([])
  })
})

describe('a statement that compares with the baseline', () => {
  const relative = (comparator: '<' | '>', value: number): Condition => ({
    metric: 'error rate',
    comparator,
    value,
    unit: 'x baseline',
  })
  const compared = planOf([10], {
    change: (stage) => ({
      ...stage,
      criteria: stage.criteria.map((one) =>
        one.metricId === 'errors' ? { ...one, condition: relative('<', 2) } : one,
      ),
      triggers: stage.triggers.map((one) =>
        one.metricId === 'errors' ? { ...one, condition: relative('>', 3) } : one,
      ),
    }),
  })

  it('passes a candidate that is as good, and says how it knows', () => {
    const world = new World({ errorRate: () => 0.02 }, compared)
    world.run()
    expect(world.state.status).toBe('Succeeded')
    const [passed] = world.events('StagePassed')
    expect(passed?.criteria[0]).toMatchObject({ verdict: 'Successful', statistics: { ratio: expect.closeTo(1, 6) } })
  })

  it('takes one back that fails six times as often', () => {
    const world = new World({ errorRate: (arm) => (arm === 'candidate' ? 0.06 : 0.01) }, compared)
    world.run()
    const [fired] = world.events('TriggerFired')
    expect(fired?.cause).toMatchObject({
      kind: 'trigger',
      judgement: {
        explanation: expect.stringMatching(/the candidate fails \d(\.\d)?× as often as the baseline, 95 % band/),
      },
    })
  })

  it('is undecided without a baseline, and passes nothing', () => {
    const world = new World({ metrics: () => 'candidateOnly' }, compared)
    world.run({ untilMs: 120_000 })
    expect(world.events('StagePassed')).toEqual([])
    expect(world.state.status).toBe('Held')
  })
})

describe('a split that is not what was asked for', () => {
  it('is told once, is no verdict, and stops nothing', () => {
    const requestsPerSecond = 5_000
    const world = new World(
      { arrives: (percent) => (percent === 10 ? 14 : percent), requestsPerSecond },
      planOf([10, 50]),
    )
    world.run()
    expect(world.state.status).toBe('Succeeded')
    const told = messages(world, /the split of backend is broken/)
    expect(told.map(({ urgency }) => urgency)).toEqual(['inform'])
    expect(told[0]?.body).toMatch(/receives 14 % of [\d,]+ requests, and 10 % were asked for/)
    expect(world.events('StageObserved').filter(({ split }) => split !== undefined)).toHaveLength(1)
  })

  it('is not found where users are only unequally busy, nor by the simple judge', () => {
    const arrives = (percent: number) => (percent === 10 ? 11.5 : percent)
    const requestsPerSecond = 100_000
    const busy = new World({ arrives, requestsPerSecond }, planOf([10]))
    busy.run()
    expect(messages(busy, /split/)).toEqual([])
    const strict = new World(
      { arrives, requestsPerSecond },
      planOf([10], { sequential: { ...byDefault, splitTolerance: 0.05 } }),
    )
    strict.run()
    expect(messages(strict, /split/)).toHaveLength(1)
    const { judging, ...rest } = planOf([10])
    const { sequential: _, ...simple } = judging
    const plain = new World({ arrives: () => 40 }, { ...rest, judging: simple })
    plain.run()
    expect(messages(plain, /split/)).toEqual([])
  })
})

describe('data that stays away', () => {
  const blind = { metrics: (nowMs: number) => (nowMs > 3_000 ? ('down' as const) : ('all' as const)) }

  it('holds, or takes the users back where the plan says so, not before the data is stale', () => {
    const held = new World(blind, planOf([10]))
    held.run({ untilMs: 60_000 })
    expect(held.state.status).toBe('Held')
    const back = new World(blind, planOf([10], { judging: { onMissing: 'rollback' } }))
    back.run()
    expect(back.state.status).toBe('RolledBack')
    const [fired] = back.events('TriggerFired')
    expect(fired?.cause).toMatchObject({ kind: 'failure', what: expect.stringMatching(/^fresh data of /) })
    expect(back.state.rollback?.triggeredMs).toBeGreaterThan(3_000 + plan.judging.stalenessMs)
    expect(back.state.rollback?.triggeredMs).toBeLessThan(3_000 + plan.judging.stalenessMs + 3_000)
  })

  it('of a short while does neither', () => {
    const blinks = {
      metrics: (nowMs: number) => (nowMs > 3_000 && nowMs < 6_000 ? ('down' as const) : ('all' as const)),
    }
    const world = new World(blinks, planOf([10], { judging: { onMissing: 'rollback' } }))
    world.run()
    expect(world.state.status).toBe('Succeeded')
  })
})

describe('a watch of days', () => {
  it('says how seldom chance shows as much', () => {
    const sequential = { ...byDefault, falseAlarmEveryMs: 7 * 86_400_000 }
    const world = new World(failing(0.3), planOf([10], { sequential }))
    world.run()
    const [fired] = world.events('TriggerFired')
    expect(fired?.cause).toMatchObject({
      judgement: { explanation: expect.stringMatching(/which chance shows once in \d+ d/) },
    })
  })
})

describe('the false alarms that a plan allows', () => {
  it('are shared by weight among triggers, and among the stages that begin anew', () => {
    const weighed = planOf([10, 50])
    const metrics = { ...weighed.metrics, errors: { ...weighed.metrics.errors, weight: 3 } as Plan['metrics'][string] }
    const world = new World({}, { ...weighed, metrics })
    world.run({ until: ({ service }) => service.exposure !== null })
    const stage = stageOf(world.state, world.service.exposure?.stageId ?? '')
    const bars = (statements: Stage['criteria'] | Stage['triggers']) => {
      world.run({ untilMs: world.nowMs + 3_000 })
      return judgementsOf(world.state, stage, statements, world.service.exposure?.judges ?? {})
    }
    const [errors, latency] = bars(stage.triggers)
    expect(errors?.statistics?.bar).toBeCloseTo(100 / (3 / 4), 6)
    expect(latency?.statistics?.bar).toBeCloseTo(100 / (1 / 4), 6)
  })
})

describe('a trigger with a horizon in one of its stages', () => {
  const compared: Condition = { metric: 'error rate', comparator: '>', value: 2, unit: 'x baseline' }
  const withBar = planOf([10, 50], {
    change: (stage) => ({
      ...stage,
      criteria: [],
      triggers: stage.triggers.map((one) => (one.metricId === 'errors' ? { ...one, condition: compared } : one)),
      ...(stage.percent === 10 ? { bars: { 'backend/trigger/errors': { odds: 80, events: 1_000 } } } : {}),
    }),
  })

  it('begins anew in each of them, with half of its false alarms in each, and by the bar only where there is one', () => {
    const world = new World({ errorRate: () => 0.02 }, withBar)
    const barOf = () =>
      world
        .events('StageObserved')
        .at(-1)
        ?.triggers.find(({ statementId }) => statementId.endsWith('errors'))
    world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) >= 3_000 })
    expect(barOf()?.statistics?.bar).toBe(80)
    world.run({ until: ({ service }) => service.exposure?.stageId === 'backend/stage-50' })
    expect(world.service.exposure?.judges['backend/trigger/errors']?.bets).toBeUndefined()
    world.run({ until: ({ service }) => (service.exposure?.bakedMs ?? 0) >= 3_000 })
    // Two triggers share α = 0.01, and this one's part is shared by two stages.
    expect(barOf()?.statistics?.bar).toBeCloseTo(400, 9)
  })
})
