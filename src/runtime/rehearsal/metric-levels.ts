/** What a metric must show for a stage to be good, undecided or bad: levels derived from the plan's own thresholds. */
import { type Condition, canonicalThreshold, compare } from '../../core/plan/condition.ts'
import { ladderOf, type Plan } from '../../core/plan/plan.ts'
import type { Stage } from '../../core/plan/step.ts'
import type { ArmCounts } from '../../core/release/evidence.ts'

/** Requests of each arm that has users, in each look: enough for every verdict. */
export const totalPerLook = 10_000

/** `healthy` satisfies what can be satisfied; the others are null where no level is like that. In events a look, or values of a histogram or gauge. */
export interface Levels {
  healthy: number
  undecided: number | null
  /** By the trigger's id. */
  breach: Record<string, number | null>
}

/** What a level is: `whole` is a fraction of 1, and there is none above `most`. */
interface Scale {
  whole: number
  most: number
}

const eventsOfLook: Scale = { whole: totalPerLook, most: totalPerLook }
/** Milliseconds, bytes, or whatever a gauge shows. */
const values: Scale = { whole: 1, most: Number.POSITIVE_INFINITY }

function scaleOf(plan: Plan, metricId: string): Scale {
  const query = plan.metrics[metricId]?.query
  return query && !('events' in query) ? values : eventsOfLook
}

const known = new WeakMap<Stage, Map<string, Levels>>()

/** The stage is one of the plan's. */
export function levelsOf(plan: Plan, stage: Stage, metricId: string): Levels {
  let levels = known.get(stage)
  if (!levels) {
    levels = new Map()
    known.set(stage, levels)
  }
  let found = levels.get(metricId)
  if (!found) {
    found = findLevels(stage, metricId, scaleOf(plan, metricId))
    levels.set(metricId, found)
  }
  return found
}

function findLevels(stage: Stage, metricId: string, scale: Scale): Levels {
  const criteria = stage.criteria.filter((one) => one.metricId === metricId)
  const triggers = stage.triggers.filter((one) => one.metricId === metricId)
  const conditions = [...criteria, ...triggers].map(({ condition }) => condition)
  const levels = candidates(conditions, scale)
  const passes = (level: number) => criteria.every(({ condition }) => holdsAt(condition, level, scale))
  const isQuiet = (level: number) => !triggers.some(({ condition }) => holdsAt(condition, level, scale))
  const quiet = levels.filter(isQuiet)
  return {
    healthy: quiet.find(passes) ?? quiet[0] ?? 0,
    undecided: quiet.find((level) => !passes(level)) ?? null,
    breach: Object.fromEntries(triggers.map(({ id, condition }) => [id, worst(levels, condition, scale)])),
  }
}

/** The level that is furthest beyond the threshold: good looks before it, in the same window, do not hide it. */
function worst(levels: readonly number[], condition: Condition, scale: Scale): number | null {
  const threshold = thresholdOf(condition, scale) ?? 0
  const beyond = levels.filter((level) => holdsAt(condition, level, scale))
  return beyond.toSorted((a, b) => Math.abs(b - threshold) - Math.abs(a - threshold))[0] ?? null
}

/** Every level between and beside the thresholds, lowest first: no two conditions differ only in between. */
function candidates(conditions: readonly Condition[], scale: Scale): number[] {
  const stated = conditions.map((condition) => thresholdOf(condition, scale)).filter((level) => level !== null)
  const thresholds = [...new Set(stated)].sort((a, b) => a - b)
  const top = thresholds.at(-1) ?? 0
  const above = Math.min(scale.most, top * 2 + 1)
  const most = Number.isFinite(scale.most) ? scale.most : top * 10 + 1
  const between = thresholds.map((level, index) => (level + (thresholds[index - 1] ?? 0)) / 2)
  return [...new Set([0, ...thresholds, ...between, above, most])].sort((a, b) => a - b)
}

/** The threshold as a level. */
function thresholdOf(condition: Condition, { whole }: Scale): number | null {
  const threshold = canonicalThreshold(condition)
  if (!threshold) return null
  return threshold.kind === 'fraction' ? threshold.value * whole : threshold.value
}

function holdsAt(condition: Condition, level: number, scale: Scale): boolean {
  const threshold = thresholdOf(condition, scale)
  return threshold !== null && compare[condition.comparator](level, threshold)
}

/** Of each arm that has users. */
const instances = 2

/** What one arm counts in a look when everything is at this level. */
export function countsAt(plan: Plan, metricId: string, level: number, total: number): ArmCounts {
  const query = plan.metrics[metricId]?.query
  if (!query || 'events' in query) return { total, events: level }
  if ('gauge' in query) {
    const shown = Math.min(total, instances)
    return { total: shown, gauge: level * shown }
  }
  const buckets = edgesOf(plan, metricId).map((le) => ({ le, count: level <= le ? total : 0 }))
  return { total, buckets: [...buckets, { le: null, count: total }] }
}

const knownEdges = new WeakMap<Plan, Map<string, number[]>>()

/** A histogram has an edge at each threshold that the plan states for it. */
function edgesOf(plan: Plan, metricId: string): number[] {
  const edges = knownEdges.get(plan) ?? new Map<string, number[]>()
  knownEdges.set(plan, edges)
  const found = edges.get(metricId)
  if (found) return found
  const statements = ladderOf(plan).flatMap(({ stage }) => [...stage.criteria, ...stage.triggers])
  const thresholds = statements.flatMap((one) =>
    one.metricId === metricId ? (thresholdOf(one.condition, values) ?? []) : [],
  )
  const sorted = [...new Set(thresholds)].sort((a, b) => a - b)
  edges.set(metricId, sorted)
  return sorted
}
