/** Plan time and release time. Release time is monotonic real time since the start; plan time passes `speed` times as fast. */
import type { Stage } from '../plan/step.ts'
import type { Now, Release } from './release.ts'

/** Plan time in release milliseconds. */
export const inReleaseTime = (release: Release, planMs: number): number => planMs / release.speed

/** How long a stage bakes, in release milliseconds. */
export const bakeMs = (release: Release, stage: Stage): number => inReleaseTime(release, stage.bakeMs)

/** Wall clocks are set right, forwards and back: nobody waits for one longer than this, in release time, without looking. */
const maximumWaitMs = 3_600_000
/** Nor is it looked at more often than this; but once a minute of a wall clock that is rehearsed. */
const minimumWaitMs = 10
const minuteMs = 60_000

/**
 * Release time at which to look whether the wall clock has come to `wallMs`. No more than a hint: a rehearsal lets the wall clock pass `speed`
 * times as fast, a demo leaves it as it is, and a wake that is too early finds nothing to do and waits again.
 */
export function wallWake(release: Release, wallMs: number, now: Now): number {
  const waitMs = Math.min((wallMs - now.wallMs) / release.speed, maximumWaitMs)
  return now.elapsedMs + Math.max(waitMs, Math.min(minimumWaitMs, minuteMs / release.speed))
}
