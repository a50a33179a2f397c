/** What a look becomes: one event with everything seen, the verdicts it leads to, and the bake time it earned. */

import { sameShares } from './effects.ts'
import type { ReleaseEvent } from './events.ts'
import type { MetricReading } from './evidence.ts'
import { judgementsOf, judgesAfter, metricsOf, stageOf } from './look.ts'
import type { Observation } from './needs.ts'
import type { DriverError, Outcome } from './outcome.ts'
import { type Exposure, isOver, type Release } from './release.ts'

/** A look later than this many intervals earns no more than this: time nobody watched is no bake time. */
const maximumCreditIntervals = 3

export function reactToObservation(release: Release, observation: Observation, nowMs: number): ReleaseEvent[] {
  if (isOver(release)) return []
  if (observation.look === 'rollback') return release.rollback ? [rollbackObserved(release, observation)] : []
  const { exposure } = release
  if (!exposure || release.rollback || observation.stageId !== exposure.stageId) return []
  return [stageObserved(release, exposure, observation, nowMs)]
}

function stageObserved(release: Release, exposure: Exposure, observation: Observation, nowMs: number): ReleaseEvent {
  const stage = stageOf(release, exposure.stageId)
  const readings: Record<string, MetricReading | null> = {}
  const missing: Record<string, DriverError> = {}
  for (const metricId of metricsOf(stage)) {
    const outcome = observation.readings[metricId]
    const problem = problemOf(outcome)
    readings[metricId] = outcome?.ok ? outcome.value : null
    if (problem) missing[metricId] = problem
  }
  const judges = judgesAfter(release, exposure, readings, nowMs)
  const shares = observation.shares?.ok ? observation.shares.value : null
  const confirmed = sameShares(shares, release.shares.desired)
  const fresh = Object.keys(missing).length === 0 && confirmed && release.status !== 'Paused'
  const creditMs = Math.min(nowMs - exposure.lastLookMs, release.plan.judging.intervalMs * maximumCreditIntervals)
  return {
    type: 'StageObserved',
    stageId: stage.id,
    readings,
    missing,
    arrivals: observation.arrivals.ok ? observation.arrivals.value : null,
    shares,
    creditMs: fresh ? creditMs : 0,
    criteria: judgementsOf(release, stage.criteria, judges),
    triggers: judgementsOf(release, stage.triggers, judges),
  }
}

/** A reading without the candidate is no data: the candidate has no instance to read, and that is not zero. */
function problemOf(outcome: Outcome<MetricReading> | undefined): DriverError | undefined {
  if (!outcome) return { code: 'notFound', message: 'was not read' }
  if (!outcome.ok) return outcome.error
  return outcome.value.arms.candidate ? undefined : { code: 'notFound', message: 'no data from the candidate' }
}

/** Quiet: a whole look long nothing of the candidate's arrived. A candidate that no longer answers receives nothing either. */
function rollbackObserved(release: Release, observation: Observation): ReleaseEvent {
  const arrivals = observation.arrivals.ok ? observation.arrivals.value : null
  const isFirst = release.rollback?.arrivalsCursor === null
  const quiet = arrivals !== null && !isFirst && (arrivals.arms.candidate?.total ?? 0) === 0
  return { type: 'RollbackObserved', quiet, arrivals }
}
