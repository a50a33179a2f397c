/** A driver call on its way, or the next try after a failed one. */
import { formatDuration } from '../core/plan/duration.ts'
import { effectLimits } from '../core/release/effect.ts'
import { lastAttempt, progressOf } from '../core/release/effects.ts'
import type { Purpose } from '../core/release/events.ts'
import type { Release } from '../core/release/release.ts'
import { exposedServices } from '../core/release/scope.ts'
import type { WaitView } from '../server/contract.ts'

export function effectWait(release: Release, purpose: Purpose, what: string, sinceMs: number, nowMs: number): WaitView {
  const progress = progressOf(release, purpose)
  const last = lastAttempt(release, purpose)
  const attempts = last ? effectLimits[last.effect.kind].attempts : 1
  const otherwise =
    exposedServices(release).length > 0 || purpose.kind === 'stage'
      ? 'if it cannot be done, the users go back to the baseline'
      : `if it cannot be done, the release is held, and ${release.plan.asks} is asked`
  if (progress.state !== 'retry') return engineWait(`${what} to finish`, last?.requestedMs ?? sinceMs, otherwise)
  const { attempt, atMs, error } = progress
  const inMs = Math.max(0, atMs - nowMs)
  return engineWait(
    `${what}: try ${attempt} of ${attempts} in ${formatDuration(inMs)}, after: ${error.message}`,
    sinceMs,
    otherwise,
  )
}

/** A wait that no person ends. */
export const engineWait = (what: string, sinceMs: number, otherwise: string | null): WaitView => ({
  what,
  sinceMs,
  who: null,
  command: null,
  otherwise,
})
