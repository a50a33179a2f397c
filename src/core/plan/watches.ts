/** How long each statement of a plan is watched, and its part of the false alarms that all of them are allowed. */
import { isGauge } from './metric.ts'
import { ladderOf, type Plan, type PlanMetric } from './plan.ts'
import type { Stage } from './step.ts'

export interface Watch {
  /** Of the false alarms of all triggers, or of all criteria: from 0 to 1. */
  part: number
  /** Stages that state it, and the plan time for which they bake. */
  stages: number
  bakeMs: number
  /** It begins anew with each stage: criteria, and triggers of which any stage has a bar. Other triggers go on from stage to stage. */
  isByStage: boolean
}

/** A plan never changes, and every look asks. */
const watches = new WeakMap<Plan, ReadonlyMap<string, Watch>>()

/** By the id of a criterion or a trigger. */
export function watchOf(plan: Plan, statementId: string): Watch {
  const known =
    watches.get(plan) ??
    watchesOf(
      ladderOf(plan).map(({ stage }) => stage),
      plan.metrics,
    )
  watches.set(plan, known)
  return known.get(statementId) ?? { part: 1, stages: 1, bakeMs: 0, isByStage: true }
}

type Metrics = Readonly<Record<string, Pick<PlanMetric, 'weight' | 'query'>>>

export function watchesOf(stages: readonly Stage[], metrics: Metrics): ReadonlyMap<string, Watch> {
  return new Map([...watchesOn(stages, metrics, 'triggers'), ...watchesOn(stages, metrics, 'criteria')])
}

function watchesOn(stages: readonly Stage[], metrics: Metrics, kind: 'triggers' | 'criteria'): Map<string, Watch> {
  const found = new Map<string, Omit<Watch, 'part'> & { weight: number }>()
  for (const stage of stages)
    for (const { id, metricId } of stage[kind]) {
      const { stages, bakeMs, isByStage } = found.get(id) ?? { stages: 0, bakeMs: 0, isByStage: kind === 'criteria' }
      const metric = metrics[metricId]
      // A gauge decides nothing, and raises no false alarms.
      const weight = isGauge(metric) ? 0 : (metric?.weight ?? 1)
      found.set(id, {
        weight,
        stages: stages + 1,
        bakeMs: bakeMs + stage.bakeMs,
        isByStage: isByStage || stage.bars?.[id] !== undefined,
      })
    }
  const all = [...found.values()].reduce((sum, { weight }) => sum + weight, 0)
  return new Map([...found].map(([id, { weight, ...watch }]) => [id, { ...watch, part: weight / all }]))
}
