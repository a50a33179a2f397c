/** Going back: share 0, read back, then the last request of the candidate seen out. It needs no metric and no person. */
import { sharesAt } from './advance-rollout.ts'
import type { ReleaseEvent } from './events.ts'
import { rollbackLooksUntilMs } from './needs.ts'
import type { Release, Rollback } from './release.ts'
import { driveEffect } from './request-effect.ts'

export function advanceRollback(release: Release, nowMs: number): ReleaseEvent[] {
  const { rollback } = release
  if (!rollback) return []
  const { deadlineMs } = release.plan.rollback
  if (!touchedTraffic(release)) return [{ type: 'ReleaseRolledBack', readBackMs: 0, quietMs: null }]
  if (rollback.readBackMs !== null) return finish(rollback, rollback.readBackMs, deadlineMs, nowMs)
  if (!rollback.overdue && nowMs - rollback.triggeredMs > deadlineMs) return [{ type: 'RollbackOverdue', deadlineMs }]
  const effect = { kind: 'setShares' as const, target: release.plan.rollout.router, shares: sharesAt(release, 0) }
  const { requests, progress } = driveEffect(release, { kind: 'rollback' }, effect, nowMs)
  if (progress.state !== 'failed') return requests
  return [{ type: 'ReleaseDegraded', reason: `share 0 could not be confirmed: ${progress.error.message}` }]
}

/** Ends when the service is quiet, or when that could not be seen in time: share 0 was read back, and no metric holds a rollback up. */
function finish(rollback: Rollback, readBackAtMs: number, deadlineMs: number, nowMs: number): ReleaseEvent[] {
  const { triggeredMs, quietMs } = rollback
  if (quietMs === null && nowMs - readBackAtMs < rollbackLooksUntilMs) return []
  if (readBackAtMs - triggeredMs > deadlineMs)
    return [{ type: 'ReleaseDegraded', reason: 'traffic is back at the baseline, after the deadline' }]
  return [
    {
      type: 'ReleaseRolledBack',
      readBackMs: readBackAtMs - triggeredMs,
      quietMs: quietMs === null ? null : quietMs - triggeredMs,
    },
  ]
}

const touchedTraffic = (release: Release): boolean =>
  Object.values(release.effects).some(({ effect }) => effect.kind === 'setShares')
