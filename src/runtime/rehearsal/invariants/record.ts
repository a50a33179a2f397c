/** The record itself: versions, time, what a release is pinned to, its status, and that an end is an end (2, 9, 12). */
import type { ReleaseEvent } from '../../../core/release/events.ts'
import type { Release, ReleaseStatus } from '../../../core/release/release.ts'
import { at, every, firstOf, type Invariant } from './invariant.ts'

const endings: Partial<Record<ReleaseEvent['type'], ReleaseStatus>> = {
  ReleaseSucceeded: 'Succeeded',
  ReleaseRolledBack: 'RolledBack',
  ReleaseDegraded: 'Degraded',
  ReleaseSuperseded: 'Superseded',
}

/** What may be recorded once a release is over. */
function mayFollowTheEnd(event: ReleaseEvent, before: Release): boolean {
  if (event.type === 'EffectSettled') return true
  if (event.type === 'EffectRequested') return event.purpose.kind === 'notice'
  // A degraded release may be aborted again: going back is tried once more.
  return event.type === 'TriggerFired' && event.cause.kind === 'abort' && before.ended?.status === 'Degraded'
}

/** The status as the parts of the state say it, in the order of what ends, stops or holds. */
function statusOf({ ended, rollback, pause, holds, phases }: Release): ReleaseStatus {
  if (ended) return ended.status
  if (rollback && rollback.endedMs === null) return 'RollingBack'
  if (pause) return 'Paused'
  if (holds.length > 0) return 'Held'
  for (const id in phases) if (phases[id]?.startedMs !== null) return 'Progressing'
  return 'Pending'
}

export const recordInvariants: Invariant[] = [
  every('2 a fold counts every event once', (_event, { before, after }) =>
    after.version === before.version + 1 ? null : `version ${after.version} follows ${before.version}`,
  ),
  every('12 release time never goes back', (_event, { before, recorded, after }) =>
    firstOf(
      recorded.elapsedMs < before.elapsedMs && `${recorded.elapsedMs} ms follow ${before.elapsedMs} ms`,
      after.elapsedMs !== recorded.elapsedMs && `the state says ${after.elapsedMs} ms at ${recorded.elapsedMs} ms`,
    ),
  ),
  every('9 a release is pinned to its plan', (_event, { before, after }) =>
    after.plan === before.plan &&
    after.digest === before.digest &&
    after.releaseId === before.releaseId &&
    after.speed === before.speed
      ? null
      : 'its plan, digest, speed or name changed',
  ),
  every('2 the status says what the state is', (_event, { after }) => {
    const status = statusOf(after)
    return status === after.status ? null : `it says ${after.status} and is ${status}`
  }),
  every('11 an end is an end', (event, { before, after }) => {
    if (before.ended === null) {
      const status = endings[event.type] ?? null
      return (after.ended?.status ?? null) === status ? null : `${event.type} ended it as ${after.ended?.status}`
    }
    if (!mayFollowTheEnd(event, before)) return `${event.type} follows ${before.ended.status}`
    const goesBack = event.type === 'TriggerFired'
    return goesBack === (after.ended === null) ? null : `${event.type} changed how it ended`
  }),
  at('ReleaseStarted', '2 a release starts once', () => 'it started again'),
  at('ReleaseSucceeded', '11 success is every phase completed', (_event, { before }) => {
    const open = Object.entries(before.phases).find(([, { status }]) => status !== 'completed')
    return firstOf(
      open && `phase ${open[0]} is ${open[1].status}`,
      before.rollback && 'a part of it went back',
      before.pause && 'it is paused',
      before.holds[0] && `${before.holds[0].about} is held`,
    )
  }),
]
