/** What a release needs next from the outside: a look at the metrics, and when to be woken. Pure queries. */

import type { Phase } from '../plan/plan.ts'
import { progressOfAttempt } from './effects.ts'
import type { MetricReading, Shares } from './evidence.ts'
import { arrivalsCursor } from './fold-exposure.ts'
import { gateWakes } from './gates/gates.ts'
import { metricsOf, stageOf } from './look.ts'
import type { Outcome } from './outcome.ts'
import { isEntered, mayBegin } from './phases.ts'
import { isGoingBack, isOver, type Now, type Release, serviceState } from './release.ts'
import { capacityWaitMs, lateWriteMs, rollbackLookMs, rollbackLooksUntilMs, stuckMs } from './rollback-limits.ts'
import { startWakes } from './start-conditions.ts'
import { inReleaseTime } from './time.ts'

type Cursor = MetricReading['cursor']

/** A look to take now at one service: metrics with their bookmarks, its own count, and (in a stage) its shares. */
export interface Needed {
  look: 'stage' | 'rollback'
  service: string
  stageId: string | null
  metrics: { metricId: string; cursor: Cursor | undefined }[]
  arrivalsCursor: Cursor | undefined
  readShares: boolean
}

/** What came of a look that was needed. `arrivals` is null where the service is not counted. */
export interface Observation {
  look: 'stage' | 'rollback'
  service: string
  stageId: string | null
  readings: Record<string, Outcome<MetricReading>>
  arrivals: Outcome<MetricReading> | null
  shares: Outcome<Shares> | null
}

/** The looks that are due, one for each service at most. */
export function neededLooks(release: Release, now: Now): Needed[] {
  return release.plan.services.flatMap(({ name }) => {
    const dueMs = nextLookMs(release, name)
    return dueMs !== null && now.elapsedMs >= dueMs ? [lookAt(release, name)] : []
  })
}

function lookAt(release: Release, service: string): Needed {
  const { exposure, rollback } = serviceState(release, service)
  if (rollback || !exposure) {
    const cursor = rollback?.arrivalsCursor ?? undefined
    return { look: 'rollback', service, stageId: null, metrics: [], arrivalsCursor: cursor, readShares: false }
  }
  const metrics = metricsOf(stageOf(release, exposure.stageId)).map((metricId) => ({
    metricId,
    cursor: exposure.cursors[metricId],
  }))
  const { stageId, cursors } = exposure
  return { look: 'stage', service, stageId, metrics, arrivalsCursor: cursors[arrivalsCursor], readShares: true }
}

/**
 * Release time of the next look: while the candidate has users, whatever else the release waits for; and after share 0 until it is quiet or
 * the rollback has ended.
 */
function nextLookMs(release: Release, service: string): number | null {
  if (isOver(release)) return null
  const { exposure, rollback } = serviceState(release, service)
  if (rollback) {
    const { readBackMs, quietMs, lastLookMs } = rollback
    if (readBackMs === null || quietMs !== null || !isGoingBack(release)) return null
    const dueMs = lastLookMs + rollbackLookMs
    return dueMs <= readBackMs + rollbackLooksUntilMs ? dueMs : null
  }
  return exposure ? exposure.lastLookMs + release.plan.judging.intervalMs : null
}

/**
 * The next release time after now at which something may follow without any input; null when only an input can move the release. For what the
 * wall clock brings it is a hint.
 */
export function nextWake(release: Release, now: Now): number | null {
  const { elapsedMs } = now
  const times = [...retryTimes(release)]
  if (!isOver(release)) {
    times.push(...release.plan.services.flatMap(({ name }) => nextLookMs(release, name) ?? []))
    times.push(...(isGoingBack(release) ? rollbackWakes(release) : forwardWakes(release, now)))
  }
  let next = Number.POSITIVE_INFINITY
  for (const time of times) if (time > elapsedMs && time < next) next = time
  return next === Number.POSITIVE_INFINITY ? null : next
}

function rollbackWakes(release: Release): number[] {
  const { rollback, plan } = release
  if (!rollback) return []
  const { triggeredMs, overdue, services } = rollback
  const deadline = overdue ? [] : [triggeredMs + plan.rollback.deadlineMs + 1]
  const turns = services.map((_name, index) => triggeredMs + index * stuckMs)
  const quiet = services.flatMap((name) => {
    const readBackMs = serviceState(release, name).rollback?.readBackMs
    return readBackMs == null ? [] : [readBackMs + rollbackLooksUntilMs]
  })
  return [...deadline, ...turns, triggeredMs + capacityWaitMs, triggeredMs + lateWriteMs, ...quiet]
}

function forwardWakes(release: Release, now: Now): number[] {
  return release.plan.phases.flatMap((phase) => {
    const state = release.phases[phase.id]
    if (mayBegin(release, phase)) return startWakes(release, phase, now)
    if (state?.status !== 'active') return []
    const gates = isEntered(state) ? phase.exit : [...phase.entry, ...phase.exit]
    return [...gates.flatMap((gate) => gateWakes(release, gate, now)), ...waitWakes(release, phase)]
  })
}

/** When the waits of a phase are over. */
function waitWakes(release: Release, phase: Phase): number[] {
  return phase.steps.flatMap((step) => {
    const state = release.phases[phase.id]?.steps[step.id]
    const isWaiting = step.kind === 'wait' && state && state.completedMs === null
    return isWaiting ? [state.startedMs + inReleaseTime(release, step.waitMs)] : []
  })
}

/** Failed effects whose wait is over get another attempt. */
function retryTimes(release: Release): number[] {
  const times: number[] = []
  for (const last of Object.values(release.effects)) {
    const progress = progressOfAttempt(release, last)
    if (progress.state === 'retry') times.push(progress.atMs)
  }
  return times
}
