/** When phases may start: by release time, by the wall clock, or once another phase has come to something. */
import { startOf } from '../plan/calendar/local-time.ts'
import type { TimeZone } from '../plan/calendar/time-zone.ts'
import type { Phase } from '../plan/plan.ts'
import type { Schedule } from '../plan/schedule.ts'
import type { Now, PhaseState, Release } from './release.ts'
import { inReleaseTime, wallWake } from './time.ts'

/** `atMs` is release time, or wall time that was written in `zone`; `offsetMs` is plan time after the other phase, or before it. */
export type StartCondition =
  | { kind: 'release'; atMs: number }
  | { kind: 'wall'; atMs: number; zone: TimeZone }
  | { kind: 'phase'; phaseId: string; edge: 'start' | 'completion'; offsetMs: number }

/**
 * All of these must hold. They change while the release runs: what waits for another phase becomes a time once that phase is there, and a
 * phase that is planned before another moves with it. Throws where anchors form a circle, which binding refuses.
 */
export function startConditions(release: Release, phase: Phase): StartCondition[] {
  const conditions: StartCondition[] = []
  let at = phase
  let shiftMs = 0
  for (let hop = 0; hop < release.plan.phases.length; hop++) {
    const { schedule, startOffsetMs } = at
    if (startOffsetMs > 0) conditions.push(releaseTime(release, 0, startOffsetMs + shiftMs))
    if (!schedule) return conditions
    if (schedule.kind === 'absolute') return [...conditions, wallTime(schedule, shiftMs)]
    shiftMs += schedule.offsetMs
    const { phase: phaseId, edge } = schedule
    const reachedMs = timeOf(release.phases[phaseId], edge)
    if (reachedMs !== null) return [...conditions, releaseTime(release, reachedMs, shiftMs)]
    const anchor = release.plan.phases.find(({ id }) => id === phaseId)
    if (!anchor || edge === 'completion' || schedule.offsetMs >= 0 || !isPlanned(anchor))
      return [...conditions, { kind: 'phase', phaseId, edge, offsetMs: shiftMs }]
    at = anchor
  }
  throw new Error(`the schedule of phase ${phase.id} leads back to itself`)
}

/** A phase starts for others when its gates have let it begin, not when its turn came. */
function timeOf(state: PhaseState | undefined, edge: 'start' | 'completion'): number | null {
  const completedMs = state?.completedMs ?? null
  if (edge === 'completion') return completedMs
  const begun = Object.values(state?.steps ?? {}).map(({ startedMs }) => startedMs)
  return begun.length > 0 ? Math.min(...begun) : completedMs
}

/** It says itself when it starts, not only its turn does. */
const isPlanned = ({ schedule, startOffsetMs }: Phase): boolean => schedule !== undefined || startOffsetMs > 0

const releaseTime = (release: Release, fromMs: number, planMs: number): StartCondition => ({
  kind: 'release',
  atMs: fromMs + inReleaseTime(release, planMs),
})

const wallTime = (
  { notBefore, zone, offsetMs }: Extract<Schedule, { kind: 'absolute' }>,
  shiftMs: number,
): StartCondition => ({
  kind: 'wall',
  atMs: startOf(notBefore, zone) + offsetMs + shiftMs,
  zone,
})

/** Those that do not hold yet; none: the phase is due. */
export const unmetConditions = (release: Release, phase: Phase, now: Now): StartCondition[] =>
  startConditions(release, phase).filter((condition) => {
    if (condition.kind === 'phase') return true
    return condition.atMs > (condition.kind === 'release' ? now.elapsedMs : now.wallMs)
  })

/** Release times at which the phase wants to be looked at again; what another phase brings needs none. */
export const startWakes = (release: Release, phase: Phase, now: Now): number[] =>
  unmetConditions(release, phase, now).flatMap((condition) => {
    if (condition.kind === 'phase') return []
    return [condition.kind === 'release' ? condition.atMs : wallWake(release, condition.atMs, now)]
  })
