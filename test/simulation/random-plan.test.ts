/** Random plans are plans, the same for the same seed, and together they say everything that a plan can say. */
import { expect, it } from 'vitest'
import { Gate } from '../../src/core/plan/gate.ts'
import { Plan } from '../../src/core/plan/plan.ts'
import { RollbackStep, Step, TriggerAction } from '../../src/core/plan/step.ts'
import { seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { withGauges } from './random-gauges.ts'
import { randomPlan } from './random-plan.ts'

const seeds = Array.from({ length: 1_000 }, (_, index) => index + 1)
const planOf = (seed: number) => withGauges(randomPlan(seeded(seed)), seeded(seed))
const plans = seeds.map(planOf)

it('each is a plan as the schema has it, to the letter', () => {
  for (const [index, plan] of plans.entries()) expect(Plan.parse(plan), `seed ${seeds[index]}`).toEqual(plan)
})

it('a seed gives the same plan every time, and another seed another one', () => {
  expect(planOf(7)).toEqual(plans[6])
  expect(planOf(8)).not.toEqual(plans[6])
})

it('every id is there once, but for triggers, which stay armed from stage to stage', () => {
  for (const { phases } of plans) {
    const ids = phases.flatMap(({ id, entry, exit, steps }) => [
      id,
      ...[...entry, ...exit, ...steps].map((one) => one.id),
      ...steps.flatMap((step) => (step.kind === 'rollout' ? step.stages.map((stage) => stage.id) : [])),
    ])
    expect(new Set(ids).size).toBe(ids.length)
  }
})

it('together they have every kind of gate, step, mover and action', () => {
  const kindsOf = (union: { options: readonly { shape: { kind: { value: string } } }[] }) =>
    union.options.map(({ shape }) => shape.kind.value).toSorted()
  const phases = plans.flatMap((plan) => plan.phases)
  const steps = phases.flatMap((phase) => phase.steps)
  const stages = steps.flatMap((step) => (step.kind === 'rollout' ? step.stages : []))
  const kinds = (list: readonly { kind: string }[]) => [...new Set(list.map(({ kind }) => kind))].toSorted()
  expect(kinds(phases.flatMap(({ entry, exit }) => [...entry, ...exit]))).toEqual(kindsOf(Gate))
  expect(kinds(steps)).toEqual(kindsOf(Step))
  expect(kinds(stages.flatMap(({ triggers }) => triggers.map(({ action }) => action)))).toEqual(kindsOf(TriggerAction))
  expect(kinds(plans.flatMap(({ services }) => services.map(({ mover }) => mover)))).toEqual(['flag', 'traffic'])
  expect(kinds(plans.flatMap(({ rollback }) => rollback.steps)).length).toBe(RollbackStep.options.length - 1)
  expect(stages.some(({ after }) => after.length > 0)).toBe(true)
  expect(stages.some(({ cohort }) => cohort !== undefined)).toBe(true)
  const queries = plans.flatMap(({ metrics }) => Object.values(metrics).map(({ query }) => Object.keys(query)[0]))
  expect([...new Set(queries)].toSorted()).toEqual(['events', 'gauge', 'histogram'])
})
