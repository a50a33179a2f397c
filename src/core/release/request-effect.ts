/** Asking for an effect, and asking again while its limits allow. */
import type { Effect } from './effect.ts'
import { type Progress, progressOf } from './effects.ts'
import type { Purpose, ReleaseEvent } from './events.ts'
import type { Now, Release } from './release.ts'

/** The request that is due for this purpose, if any, and how the effect stands. */
export function driveEffect(
  release: Release,
  purpose: Purpose,
  effect: Effect,
  { elapsedMs }: Now,
): { requests: ReleaseEvent[]; progress: Progress } {
  const progress = progressOf(release, purpose)
  if (progress.state === 'none') return { requests: [requestEffect(release, purpose, effect, 1)], progress }
  if (progress.state === 'retry' && elapsedMs >= progress.atMs) {
    return { requests: [requestEffect(release, purpose, effect, progress.attempt)], progress }
  }
  return { requests: [], progress }
}

function requestEffect(release: Release, purpose: Purpose, effect: Effect, attempt: number): ReleaseEvent {
  const effectId = `${release.releaseId}/${release.effectCount + 1}`
  return { type: 'EffectRequested', effectId, effect, purpose, attempt }
}
