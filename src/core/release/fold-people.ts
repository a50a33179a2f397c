/** What people say and ask leaves in the state: sign-offs, pauses, holds. */
import type { EventOf } from './events.ts'
import type { Fold, Recorded } from './fold.ts'
import type { Release, SignOff } from './release.ts'

export const foldPeople: {
  SignOffGiven: Fold<'SignOffGiven'>
  SignOffRefused: Fold<'SignOffRefused'>
  ReleaseHeld: Fold<'ReleaseHeld'>
  HoldCleared: Fold<'HoldCleared'>
  ReleasePaused: Fold<'ReleasePaused'>
  ReleaseResumed: Fold<'ReleaseResumed'>
} = {
  SignOffGiven: (before, event, recorded) => ({ signOffs: withSignOff(before, event, recorded) }),
  SignOffRefused: (before, event, recorded) => ({ signOffs: withSignOff(before, event, recorded) }),
  ReleaseHeld: (_before, { reason, ask }, { elapsedMs }) => ({
    status: 'Held',
    hold: { reason, ask, sinceMs: elapsedMs },
  }),
  HoldCleared: () => ({ status: 'Progressing', hold: null }),
  ReleasePaused: (before, { reason }, { actor, elapsedMs }) => ({
    status: 'Paused',
    pause: { reason, by: actor, sinceMs: elapsedMs, from: before.status },
  }),
  ReleaseResumed: (before) => ({ status: before.pause?.from ?? 'Progressing', pause: null }),
}

function withSignOff(
  before: Release,
  event: EventOf<'SignOffGiven'> | EventOf<'SignOffRefused'>,
  { actor, elapsedMs }: Recorded,
): Release['signOffs'] {
  const { requirementId, role, digest, comment } = event
  const signOff: SignOff = { person: actor, role, digest, approved: event.type === 'SignOffGiven', atMs: elapsedMs }
  if (comment !== undefined) signOff.comment = comment
  return { ...before.signOffs, [requirementId]: [...(before.signOffs[requirementId] ?? []), signOff] }
}
