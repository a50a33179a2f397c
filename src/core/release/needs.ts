/** What a release needs next from the outside: a look at the metrics, and when to be woken. Pure queries. */

import { progressOf } from './effects.ts'
import type { MetricReading, Shares } from './evidence.ts'
import { arrivalsCursor } from './fold-exposure.ts'
import { metricsOf, stageOf } from './look.ts'
import type { Outcome } from './outcome.ts'
import { isOver, type Release } from './release.ts'
import { phaseStartMs } from './time.ts'

type Cursor = MetricReading['cursor']

/** A look to take now: metrics with their bookmarks, the service's own count, and (in a stage) the router's shares. */
export interface Needed {
  look: 'stage' | 'rollback'
  stageId: string | null
  metrics: { metricId: string; cursor: Cursor | undefined }[]
  arrivalsCursor: Cursor | undefined
  readShares: boolean
}

/** What came of a look that was needed. */
export interface Observation {
  look: 'stage' | 'rollback'
  stageId: string | null
  readings: Record<string, Outcome<MetricReading>>
  arrivals: Outcome<MetricReading>
  shares: Outcome<Shares> | null
}

/** While going back, the service is looked at this often, at most this long, to see the last request of the candidate. */
export const rollbackLookMs = 100
export const rollbackLooksUntilMs = 2_000

/** The look that is due at `nowMs`, or null. */
export function neededLook(release: Release, nowMs: number): Needed | null {
  const dueMs = nextLookMs(release)
  if (dueMs === null || nowMs < dueMs) return null
  if (release.rollback) {
    const cursor = release.rollback.arrivalsCursor ?? undefined
    return { look: 'rollback', stageId: null, metrics: [], arrivalsCursor: cursor, readShares: false }
  }
  const { exposure } = release
  if (!exposure) return null
  const metrics = metricsOf(stageOf(release, exposure.stageId)).map((metricId) => ({
    metricId,
    cursor: exposure.cursors[metricId],
  }))
  return {
    look: 'stage',
    stageId: exposure.stageId,
    metrics,
    arrivalsCursor: exposure.cursors[arrivalsCursor],
    readShares: true,
  }
}

/** Release time of the next look: while the candidate has traffic, whatever else the release waits for; and after share 0 until it is quiet. */
function nextLookMs(release: Release): number | null {
  if (isOver(release)) return null
  const { rollback, exposure } = release
  if (rollback) return rollback.readBackMs === null ? null : rollback.lastLookMs + rollbackLookMs
  return exposure ? exposure.lastLookMs + release.plan.judging.intervalMs : null
}

/** The next release time after `nowMs` at which something may follow without any input; null when only an input can move the release. */
export function nextWake(release: Release, nowMs: number): number | null {
  const times = [...retryTimes(release), nextLookMs(release)]
  if (!isOver(release)) times.push(deadlineMs(release), nextPhaseMs(release))
  const future = times.filter((time): time is number => time !== null && time > nowMs)
  return future.length > 0 ? Math.min(...future) : null
}

function deadlineMs({ rollback, plan }: Release): number | null {
  return rollback && !rollback.overdue ? rollback.triggeredMs + plan.rollback.deadlineMs : null
}

function nextPhaseMs(release: Release): number | null {
  const waiting = release.plan.phases.find((phase) => release.phases[phase.id]?.status === 'waiting')
  return waiting && !release.rollback ? phaseStartMs(release, waiting) : null
}

/** Failed effects whose wait is over get another attempt. */
function retryTimes(release: Release): number[] {
  return Object.values(release.effects).flatMap(({ purpose }) => {
    const progress = progressOf(release, purpose)
    return progress.state === 'retry' ? [progress.atMs] : []
  })
}
