/** What a look becomes: one event with everything seen, the verdicts it leads to, and the bake time it earned. */

import { canonicalThreshold } from '../plan/condition.ts'
import type { Stage } from '../plan/step.ts'
import { sameShares } from './effects.ts'
import type { ReleaseEvent } from './events.ts'
import type { MetricReading } from './evidence.ts'
import { judgementsOf, judgesAfter, metricsOf, stageOf } from './look.ts'
import type { Observation } from './needs.ts'
import type { DriverError, Outcome } from './outcome.ts'
import {
  type Exposure,
  isGoingBack,
  isOver,
  type Release,
  type ServiceRollback,
  type ServiceState,
  serviceState,
} from './release.ts'
import { newSplitFinding } from './split.ts'
import { usableReading } from './usable-reading.ts'

/** A look later than this many intervals earns no more than this: time nobody watched is no bake time. */
const maximumCreditIntervals = 3

export function reactToObservation(release: Release, observation: Observation, nowMs: number): ReleaseEvent[] {
  if (isOver(release)) return []
  const state = serviceState(release, observation.service)
  if (observation.look === 'rollback') return state.rollback ? [rollbackObserved(state.rollback, observation)] : []
  if (!state.exposure || state.rollback || observation.stageId !== state.exposure.stageId) return []
  return [stageObserved(release, state, state.exposure, observation, nowMs)]
}

function stageObserved(
  release: Release,
  state: ServiceState,
  exposure: Exposure,
  observation: Observation,
  nowMs: number,
): ReleaseEvent {
  const stage = stageOf(release, exposure.stageId)
  const readings: Record<string, MetricReading | null> = {}
  const missing: Record<string, DriverError> = {}
  for (const metricId of metricsOf(stage)) {
    const outcome = usableReading(observation.readings[metricId], isShare(release, stage, metricId))
    const problem = problemOf(outcome)
    readings[metricId] = outcome.ok ? outcome.value : null
    if (problem) missing[metricId] = problem
  }
  const judges = judgesAfter(release, exposure, readings, nowMs)
  const shares = observation.shares?.ok ? observation.shares.value : null
  const confirmed = sameShares(shares, state.shares.desired)
  // Nobody goes forward while paused or going back, so no time is earned towards going forward.
  const fresh = Object.keys(missing).length === 0 && confirmed && release.pause === null && !isGoingBack(release)
  const creditMs = Math.min(nowMs - exposure.lastLookMs, release.plan.judging.intervalMs * maximumCreditIntervals)
  const arrivals = arrivalsOf(observation)
  const split = newSplitFinding(release, observation.service, exposure, arrivals)
  return {
    type: 'StageObserved',
    service: observation.service,
    stageId: stage.id,
    readings,
    missing,
    arrivals,
    shares,
    creditMs: fresh ? creditMs : 0,
    criteria: judgementsOf(release, stage, stage.criteria, judges),
    triggers: judgementsOf(release, stage, stage.triggers, judges),
    ...(split ? { split } : {}),
  }
}

/**
 * Events are a part of the total where nothing asks for their bare number, and where they are known at once: what matures is counted long after what it is
 * counted of, and the counts of one look need not fit.
 */
const isShare = ({ plan }: Release, { criteria, triggers }: Stage, metricId: string): boolean =>
  plan.metrics[metricId]?.maturesMs === undefined &&
  ![...criteria, ...triggers].some(
    (statement) => statement.metricId === metricId && canonicalThreshold(statement.condition)?.kind === 'count',
  )

function arrivalsOf({ arrivals }: Observation): MetricReading | null {
  const outcome = usableReading(arrivals ?? undefined, false)
  return outcome.ok ? outcome.value : null
}

/** A reading without the candidate is no data: the candidate has no instance to read, and that is not zero. */
function problemOf(outcome: Outcome<MetricReading>): DriverError | undefined {
  if (!outcome.ok) return outcome.error
  return outcome.value.arms.candidate ? undefined : { code: 'notFound', message: 'no data from the candidate' }
}

/** Quiet: a whole look long nothing of the candidate's arrived. A candidate that no longer answers receives nothing either. */
function rollbackObserved(rollback: ServiceRollback, observation: Observation): ReleaseEvent {
  const arrivals = arrivalsOf(observation)
  const isFirst = rollback.arrivalsCursor === null
  const quiet = arrivals !== null && !isFirst && (arrivals.arms.candidate?.total ?? 0) === 0
  return { type: 'RollbackObserved', service: observation.service, quiet, arrivals }
}
