/** Plan time and release time. Release time is monotonic real time since the start; plan time passes `speed` times as fast. */
import type { Phase } from '../plan/plan.ts'
import type { Stage } from '../plan/step.ts'
import type { Release } from './release.ts'

/** Plan time in release milliseconds. */
export const inReleaseTime = (release: Release, planMs: number): number => planMs / release.speed

/** When a phase may start, in release milliseconds. */
export const phaseStartMs = (release: Release, phase: Phase): number => inReleaseTime(release, phase.startOffsetMs)

/** How long a stage bakes, in release milliseconds. */
export const bakeMs = (release: Release, stage: Stage): number => inReleaseTime(release, stage.bakeMs)
