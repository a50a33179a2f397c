/** How long after its start a controller had taken a release up: every effect that was under way resolved, and acting on it again. */
import { pendingEffects } from '../../src/core/release/effects.ts'
import type { EventEnvelope } from '../../src/core/release/events.ts'
import { releaseOf } from '../../src/core/release/evolve.ts'
import { nextWake } from '../../src/core/release/needs.ts'

export interface Restart {
  /** The log as the kill left it, and as it was when the process ended. */
  before: readonly EventEnvelope[]
  after: readonly EventEnvelope[]
  /** When the process was started and ended, and when it first appended or called a driver; milliseconds since 1970. */
  startedMs: number
  endedMs: number
  actedMs: number | undefined
}

/**
 * Milliseconds; of a process that was killed before, or ended without anything to do, as long as it lived. Where the plan lets the release wait for a
 * later time, it counts from then on.
 */
export function convergenceMs({ before, after, startedMs: beganMs, endedMs, actedMs }: Restart): number {
  if (before.length === 0 || actedMs === undefined) return endedMs - beganMs
  const startedMs = Math.max(beganMs, dueMs(before))
  const underWay = new Set(pendingEffects(releaseOf(before)).map(({ effectId }) => effectId))
  let resolvedMs = actedMs
  for (const { event, at } of after.slice(before.length)) {
    if (event.type !== 'EffectSettled' || !underWay.delete(event.effectId)) continue
    resolvedMs = Math.max(resolvedMs, Date.parse(at))
  }
  return Math.max(0, (underWay.size === 0 ? resolvedMs : endedMs) - startedMs)
}

/** When the release had something to do again, by the wall clock; at once where only an input can move it, or something is under way. */
function dueMs(before: readonly EventEnvelope[]): number {
  const release = releaseOf(before)
  const last = before.at(-1)
  if (!last || pendingEffects(release).length > 0) return 0
  const atMs = Date.parse(last.at)
  const wakeMs = nextWake(release, { elapsedMs: last.elapsedMs, wallMs: atMs })
  return wakeMs === null ? 0 : atMs + wakeMs - last.elapsedMs
}
