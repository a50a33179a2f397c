/** A gauge in some random plans. It is drawn beside the rest, so that a plan without one stays what it was for its seed. */
import type { Plan } from '../../src/core/plan/plan.ts'
import type { Criterion, Stage, Step, Trigger } from '../../src/core/plan/step.ts'
import type { Seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { intervalMs, statement } from './random-statement.ts'

/** Bytes of each instance: what passes, what lies between, and what breaches. */
export const memoryLevels = { low: 4e8, middling: 6e8, high: 2e9 }

const condition = { metric: 'memory', unit: 'MB' }

const criterion = (stageId: string): Criterion => ({
  ...statement(`${stageId}/memory`),
  metricId: 'memory',
  condition: { ...condition, comparator: '<', value: 512 },
})

const trigger = (random: Seeded, service: string): Trigger => ({
  ...statement(`${service}/trigger-memory`),
  metricId: 'memory',
  condition: { ...condition, comparator: '>', value: 1_000 },
  windowMs: random.pick([1, 2, 4]) * intervalMs,
  action: { kind: random.pick(['halt', 'pause', 'notify'] as const) },
})

export function withGauges(plan: Plan, random: Seeded): Plan {
  if (!random.chance(0.15)) return plan
  const triggers = new Map(plan.services.map(({ name }) => [name, trigger(random, name)]))
  const gauged = (stage: Stage, service: string): Stage => {
    const own = triggers.get(service)
    return {
      ...stage,
      criteria: random.chance(0.7) ? [...stage.criteria, criterion(stage.id)] : stage.criteria,
      triggers: own ? [...stage.triggers, own] : stage.triggers,
    }
  }
  const stepWith = (step: Step): Step =>
    step.kind === 'rollout' ? { ...step, stages: step.stages.map((stage) => gauged(stage, step.service)) } : step
  return {
    ...plan,
    metrics: {
      ...plan.metrics,
      memory: {
        id: 'memory',
        name: 'memory',
        metricSource: 'router',
        query: { gauge: 'memory', unit: 'bytes' },
        minimumSamples: 1,
        triggerSamples: 1,
      },
    },
    phases: plan.phases.map((phase) => ({ ...phase, steps: phase.steps.map(stepWith) })),
  }
}
