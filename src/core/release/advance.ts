/** What the plan says comes next in this state at this time: one batch of events, empty when the release waits. */
import { advanceNotices } from './advance-notices.ts'
import { advancePhases } from './advance-phases.ts'
import { advanceRollback } from './advance-rollback.ts'
import { confirmStage, fireTrigger } from './advance-rollout.ts'
import type { ReleaseEvent } from './events.ts'
import { isOver, type Release } from './release.ts'

/** Going back comes before everything, triggers before going on; what has happened is recorded even while paused. */
export function advance(release: Release, nowMs: number): ReleaseEvent[] {
  const notices = advanceNotices(release, nowMs)
  if (notices.length > 0 || isOver(release)) return notices
  if (release.rollback) return advanceRollback(release, nowMs)
  const triggered = fireTrigger(release)
  if (triggered.length > 0) return triggered
  const confirmed = confirmStage(release)
  if (confirmed.length > 0 || release.status === 'Paused') return confirmed
  return advancePhases(release, nowMs)
}
