/** Plan time and release time. Release time is monotonic real time since the start; plan time passes `speed` times as fast. */
import type { Phase, Stage } from '../plan/plan.ts'
import type { Release } from './release.ts'

/** When a phase may start, in release milliseconds. */
export const phaseStartMs = (release: Release, phase: Phase): number => phase.startOffsetMs / release.speed

/** How long a stage bakes, in release milliseconds. */
export const bakeMs = (release: Release, stage: Stage): number => stage.bakeMs / release.speed
