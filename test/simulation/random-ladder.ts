/** Ladders of random plans: stages with criteria and triggers. */
import type { Condition } from '../../src/core/plan/condition.ts'
import type { Criterion, RolloutStep, Stage, Trigger, TriggerAction } from '../../src/core/plan/step.ts'
import type { Seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { intervalMs, some, source, statement } from './random-statement.ts'

const percentage = (metric: string, comparator: Condition['comparator'], value: number): Condition => ({
  metric,
  comparator,
  value,
  unit: '%',
})
const p95 = (comparator: Condition['comparator'], value: number): Condition => ({
  metric: 'latency',
  comparator,
  value,
  unit: 'ms',
  percentile: 95,
})

/** What passes a stage and what ends it, by metric; between the two lies the band in which a person is asked. */
const thresholds: Record<string, { passes: Condition; breaches: Condition }> = {
  errors: { passes: percentage('errors', '<', 1), breaches: percentage('errors', '>', 5) },
  latency: { passes: p95('<', 500), breaches: p95('>', 1_000) },
  conversion: { passes: percentage('conversion', '>=', 10), breaches: percentage('conversion', '<', 5) },
}
const metricIds = Object.keys(thresholds)

const conditionOf = (metricId: string, kind: 'passes' | 'breaches'): Condition => {
  const found = thresholds[metricId]
  if (!found) throw new Error(`no thresholds for ${metricId}`)
  return found[kind]
}

function criterion(stageId: string, metricId: string): Criterion {
  return { ...statement(`${stageId}/${metricId}`), metricId, condition: conditionOf(metricId, 'passes') }
}

function trigger(random: Seeded, service: string, metricId: string): Trigger {
  return {
    ...statement(`${service}/trigger-${metricId}`),
    metricId,
    condition: conditionOf(metricId, 'breaches'),
    windowMs: random.pick([1, 2, 4]) * intervalMs,
    action: actionOf(random),
  }
}

function actionOf(random: Seeded): TriggerAction {
  if (random.chance(0.5)) return { kind: 'rollback' }
  const kind = random.pick(['halt', 'halt', 'pause', 'notify', 'command'] as const)
  return kind === 'command' ? { kind, command: 'scale', parameters: {} } : { kind }
}

/** The triggers of a service, the same at all of its stages. */
export const triggersOf = (random: Seeded, service: string): Trigger[] =>
  some(random, metricIds, 2).map((metricId) => trigger(random, service, metricId))

function stagesOf(random: Seeded, service: string, percents: readonly number[], triggers: Trigger[]): Stage[] {
  return percents.map((percent) => {
    const id = `${service}/stage-${percent}`
    return {
      id,
      source,
      name: `${percent} %`,
      percent,
      ...(random.chance(0.1) ? { cohort: 'internal' } : {}),
      after: [],
      bakeMs: random.int(4) * intervalMs,
      criteria: some(random, metricIds, 2).map((metricId) => criterion(id, metricId)),
      triggers: random.chance(0.9) ? triggers : [],
    }
  })
}

export const rollout = (
  random: Seeded,
  service: string,
  percents: readonly number[],
  more: Partial<RolloutStep> = {},
  triggers = triggersOf(random, service),
): RolloutStep => ({
  ...statement(`${service}/rollout-${percents[0]}`),
  kind: 'rollout',
  service,
  stages: stagesOf(random, service, percents, triggers),
  ...more,
})

/** Rising shares; the last is everybody, most of the time. */
export function ladder(random: Seeded): number[] {
  const low = some(random, [1, 5, 10, 25], 2)
  const rising = random.chance(0.5) ? [...low, 50] : low
  return random.chance(0.9) || rising.length === 0 ? [...rising, 100] : rising
}
