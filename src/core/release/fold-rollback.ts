/** What going back leaves in the state. */
import type { Fold } from './fold.ts'

export const foldRollback: {
  TriggerFired: Fold<'TriggerFired'>
  RollbackObserved: Fold<'RollbackObserved'>
  RollbackOverdue: Fold<'RollbackOverdue'>
  ReleaseRolledBack: Fold<'ReleaseRolledBack'>
  ReleaseDegraded: Fold<'ReleaseDegraded'>
} = {
  TriggerFired: (_before, { cause, firstBreachMs }, { actor, elapsedMs }) => ({
    status: 'RollingBack',
    hold: null,
    pause: null,
    rollback: {
      cause,
      by: actor,
      triggeredMs: elapsedMs,
      firstBreachMs,
      readBackMs: null,
      quietMs: null,
      lastLookMs: elapsedMs,
      arrivalsCursor: null,
      overdue: false,
    },
  }),
  RollbackObserved: (before, { quiet, arrivals }, { elapsedMs }) =>
    before.rollback
      ? {
          rollback: {
            ...before.rollback,
            quietMs: quiet ? elapsedMs : null,
            lastLookMs: elapsedMs,
            arrivalsCursor: arrivals?.cursor ?? before.rollback.arrivalsCursor,
          },
        }
      : {},
  RollbackOverdue: (before) => (before.rollback ? { rollback: { ...before.rollback, overdue: true } } : {}),
  ReleaseRolledBack: (_before, _event, { elapsedMs }) => ({ status: 'RolledBack', endedMs: elapsedMs }),
  ReleaseDegraded: (_before, _event, { elapsedMs }) => ({ status: 'Degraded', endedMs: elapsedMs }),
}
