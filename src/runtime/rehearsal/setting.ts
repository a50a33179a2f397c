/** The release that is rehearsed: a plan with its time compressed, started by somebody who is not its author. */
import type { Plan } from '../../core/plan/plan.ts'
import type { StartRelease } from '../../core/release/commands.ts'
import type { Actor } from '../../core/release/events.ts'
import { compressTime } from './compress-time.ts'

/** What all worlds of one rehearsal share. */
export interface Setting {
  start: StartRelease
  by: Actor
  /** Wall time of the start, milliseconds since 1970. */
  startWallMs: number
}

/** `startWallMs` is the wall time of its start, in milliseconds since 1970. */
export function rehearsalOf(plan: Plan, startWallMs: number): Setting {
  const { plan: compressed, speed } = compressTime(plan)
  return {
    start: {
      type: 'start',
      releaseId: 'rehearsal',
      projectId: 'default',
      plan: compressed,
      digest: 'rehearsal',
      speed,
      acknowledged: [],
    },
    by: { id: 'rehearsal', name: 'Rehearsal', demo: false },
    startWallMs,
  }
}
