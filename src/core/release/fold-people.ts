/** What people say and ask leaves in the state: sign-offs, pauses, holds, overrides. */
import type { EventOf } from './events.ts'
import type { Fold, Recorded } from './fold.ts'
import { withService } from './fold-effects.ts'
import { type Release, type SignOff, serviceState } from './release.ts'

export const foldPeople: {
  SignOffGiven: Fold<'SignOffGiven'>
  SignOffRefused: Fold<'SignOffRefused'>
  ReleaseHeld: Fold<'ReleaseHeld'>
  HoldCleared: Fold<'HoldCleared'>
  ReleasePaused: Fold<'ReleasePaused'>
  ReleaseResumed: Fold<'ReleaseResumed'>
  VerdictOverridden: Fold<'VerdictOverridden'>
} = {
  SignOffGiven: (before, event, recorded) => ({ signOffs: withSignOff(before, event, recorded) }),
  SignOffRefused: (before, event, recorded) => ({ signOffs: withSignOff(before, event, recorded) }),
  ReleaseHeld: (before, { about, reason, ask }, { elapsedMs }) => ({
    holds: [...before.holds, { about, reason, ask, sinceMs: elapsedMs }],
  }),
  HoldCleared: (before, { about }) => ({ holds: before.holds.filter((hold) => hold.about !== about) }),
  ReleasePaused: (_before, { reason }, { actor, elapsedMs }) => ({
    pause: { reason, by: actor, sinceMs: elapsedMs },
  }),
  ReleaseResumed: () => ({ pause: null }),
  VerdictOverridden: (before, { service, stageId, reason }, { actor }) => {
    const state = serviceState(before, service)
    return state.exposure?.stageId === stageId
      ? withService(before, service, { ...state, exposure: { ...state.exposure, override: { by: actor, reason } } })
      : {}
  },
}

function withSignOff(
  before: Release,
  event: EventOf<'SignOffGiven'> | EventOf<'SignOffRefused'>,
  { actor, elapsedMs }: Recorded,
): Release['signOffs'] {
  const { gateId, role, digest, comment } = event
  const signOff: SignOff = { person: actor, role, digest, approved: event.type === 'SignOffGiven', atMs: elapsedMs }
  if (comment !== undefined) signOff.comment = comment
  return { ...before.signOffs, [gateId]: [...(before.signOffs[gateId] ?? []), signOff] }
}
