/** What the plan says comes next in this state at this time: one batch of events, empty when the release waits. */
import { advanceNotices } from './advance-notices.ts'
import { advancePhases } from './advance-phases.ts'
import { advanceRollback } from './advance-rollback.ts'
import { confirmStages } from './advance-rollout.ts'
import { advanceTriggers } from './advance-triggers.ts'
import type { ReleaseEvent } from './events.ts'
import { canGoOn } from './phases.ts'
import { backMs, isGoingBack, isOver, type Now, type Release } from './release.ts'

/** Going back comes before everything, triggers before going on; what has happened is recorded even while paused. */
export function advance(release: Release, now: Now): ReleaseEvent[] {
  const notices = advanceNotices(release, now)
  if (notices.length > 0 || isOver(release)) return notices
  const fired = advanceTriggers(release, now)
  if (fired.length > 0) return fired
  const confirmed = confirmStages(release)
  if (confirmed.length > 0) return confirmed
  if (isGoingBack(release)) return advanceRollback(release, now)
  if (release.pause) return []
  const onward = advancePhases(release, now)
  return onward.length === 0 && release.rollback && !canGoOn(release) ? endOf(release) : onward
}

/** After a part of the train went back and the rest is done, nothing is left to do: the release did not succeed. */
function endOf(release: Release): ReleaseEvent[] {
  const { rollback } = release
  if (!rollback) return []
  return [
    {
      type: 'ReleaseRolledBack',
      readBackMs: (backMs(release) ?? rollback.triggeredMs) - rollback.triggeredMs,
      quietMs: null,
    },
  ]
}
