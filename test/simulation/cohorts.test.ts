/** People who see the candidate before shares do, over a whole release. */
import { expect, it } from 'vitest'
import { Plan } from '../../src/core/plan/plan.ts'
import type { Stage } from '../../src/core/plan/step.ts'
import { describeEffect } from '../../src/projections/timeline.ts'
import { plan } from '../fixtures/plan.ts'
import { World } from './world.ts'

/** Before the first share, staff alone see the candidate; partners see it from 50 % on. */
function withCohorts(): Plan {
  const [staging, canary, full] = plan.phases
  if (!staging || !canary || !full) throw new Error('the example has three phases')
  const staff = (stage: Stage): Stage => ({
    ...stage,
    id: 'canary/staff',
    name: 'staff',
    percent: 0,
    cohort: 'staff',
    criteria: [],
    triggers: [],
  })
  const change = (phase: Plan['phases'][number], each: (stages: Stage[]) => Stage[]) => ({
    ...phase,
    steps: phase.steps.map((step) => (step.kind === 'rollout' ? { ...step, stages: each(step.stages) } : step)),
  })
  return Plan.parse({
    ...plan,
    phases: [
      staging,
      change(canary, ([first, ...rest]) => (first ? [staff(first), first, ...rest] : [])),
      change(full, ([first, ...rest]) => (first ? [{ ...first, cohort: 'partners' }, ...rest] : [])),
    ],
  })
}

const moves = (world: World) =>
  world.events('EffectRequested').flatMap(({ effect }) => (effect.kind === 'setShares' ? [describeEffect(effect)] : []))

it('keeps them on the candidate while shares rise', () => {
  const world = new World({}, withCohorts())
  world.run()
  expect(world.state.status).toBe('Succeeded')
  expect(moves(world)).toEqual([
    'set shares at proxy to v1 100 %, v2 0 %, all of staff to v2',
    'set shares at proxy to v1 90 %, v2 10 %, all of staff to v2',
    'set shares at proxy to v1 50 %, v2 50 %, all of staff to v2, all of partners to v2',
    'set shares at proxy to v1 0 %, v2 100 %, all of staff to v2, all of partners to v2',
  ])
})

it('takes them back with everybody else, also before anybody else was moved', () => {
  const bad = new World({ errorRate: (arm) => (arm === 'candidate' ? 0.5 : 0) }, withCohorts())
  bad.run()
  expect(bad.state.status).toBe('RolledBack')
  expect(moves(bad).at(-1)).toBe('set shares at proxy to v1 100 %, v2 0 %')

  const early = new World({}, withCohorts())
  early.run({ until: ({ service }) => service.exposure?.stageId === 'canary/staff' })
  early.command({ type: 'abort', reason: 'staff found a fault' })
  early.run()
  expect(early.state.status).toBe('RolledBack')
  expect(moves(early)).toEqual([
    'set shares at proxy to v1 100 %, v2 0 %, all of staff to v2',
    'set shares at proxy to v1 100 %, v2 0 %',
  ])
})
