/** Gates that evidence opens: a check that passes, once or several times in a row, a rehearsal, and the signed word of an outside system. */
import type { Gate, GateOf } from '../../plan/gate.ts'
import type { Phase } from '../../plan/plan.ts'
import type { Effect } from '../effect.ts'
import type { Purpose, ReleaseEvent } from '../events.ts'
import type { CheckEvidence } from '../evidence.ts'
import { gateAbout, isHeld } from '../holds.ts'
import type { GateState, Now, Release } from '../release.ts'
import { driveEffect } from '../request-effect.ts'

export type CheckedGate = GateOf<'check' | 'streak' | 'rehearsal'>
export const isChecked = (gate: Gate): gate is CheckedGate =>
  gate.kind === 'check' || gate.kind === 'streak' || gate.kind === 'rehearsal'

type EvidenceGate = CheckedGate | GateOf<'webhook'>

/** A check that failed is run again this often, this much later, before a person is asked. */
const failedRuns = { limit: 3, waitMs: 1_000 }
/** A check that is pending is asked again after this long. */
const pendingWaitMs = 15_000

/** How many of the newest runs must have passed. */
const runsNeeded = (gate: EvidenceGate): number => (gate.kind === 'streak' ? gate.runs : 1)

/** Green runs in a row up to now, as long as the newest is not too old. */
export function greenRuns(release: Release, gate: EvidenceGate, now: Now): number {
  const runs = release.gates[gate.id]?.runs ?? []
  const newest = runs.at(-1)
  if (!newest || isStale(newest, gate, now)) return 0
  const red = runs.findLastIndex(({ evidence }) => evidence.verdict !== 'passed' || isAboutAnother(release, evidence))
  return runs.length - 1 - red
}

export const hasEvidence = (release: Release, gate: EvidenceGate, now: Now): boolean =>
  greenRuns(release, gate, now) >= runsNeeded(gate)

/** About an artefact that this release does not run. */
function isAboutAnother({ artefacts }: Release, { subject }: CheckEvidence): boolean {
  const own = Object.values(artefacts)
  return subject?.artefactDigest !== undefined && own.length > 0 && !own.includes(subject.artefactDigest)
}

/** Older than the gate allows, by when it was brought or, where its source says so, by when it was made. */
function isStale({ atMs, evidence }: GateState['runs'][number], { maximumAgeMs }: EvidenceGate, now: Now): boolean {
  if (maximumAgeMs === undefined) return false
  const madeMs = evidence.producedAt === undefined ? Number.NaN : Date.parse(evidence.producedAt)
  const ageMs = Math.max(now.elapsedMs - atMs, Number.isNaN(madeMs) ? 0 : now.wallMs - madeMs)
  return ageMs > maximumAgeMs
}

/** The next run, when it is due; a person is asked once the check fails again and again, or cannot be run. */
export function advanceCheck(release: Release, phase: Phase, gate: CheckedGate, now: Now): ReleaseEvent[] {
  const state = release.gates[gate.id]
  if (!state || isHeld(release, gateAbout(gate.id))) return []
  const isUnderWay = state.run > state.runsDone
  if (!isUnderWay && now.elapsedMs < nextRunMs(state, gate)) return []
  if (!isUnderWay && gate.kind !== 'streak' && failedSinceTried(state) >= failedRuns.limit)
    return [held(release, gate, state.runs.at(-1)?.evidence.summary ?? 'it failed')]
  const run = isUnderWay ? state.run : state.run + 1
  const purpose: Purpose = { kind: 'gate', phaseId: phase.id, gateId: gate.id, run }
  const { requests, progress } = driveEffect(release, purpose, runOf(gate), now)
  return progress.state === 'failed' ? [held(release, gate, progress.error.message)] : requests
}

const runOf = (gate: CheckedGate): Effect =>
  gate.kind === 'rehearsal' ? { kind: 'rehearse' } : { kind: 'runCheck', check: gate.check }

/** When the next run is due, in release time; only for a gate whose last run is done. */
function nextRunMs({ run, runs, triedMs }: GateState, gate: CheckedGate): number {
  const newest = runs.at(-1)
  if (run === 0 || !newest) return triedMs
  if (gate.kind === 'streak') return newest.atMs + gate.everyMs
  // What passed and still is no evidence was made too long ago: its source is asked again, not without a pause.
  const waitMs = { passed: pendingWaitMs, failed: failedRuns.waitMs, pending: pendingWaitMs }[newest.evidence.verdict]
  return newest.atMs + waitMs
}

/** Release times at which the gate wants to be looked at again without any input. */
export function evidenceWakes(release: Release, gate: EvidenceGate): number[] {
  const state = release.gates[gate.id]
  if (!state) return []
  const newest = state.runs.at(-1)
  const staleMs = newest && gate.maximumAgeMs !== undefined ? [newest.atMs + gate.maximumAgeMs + 1] : []
  if (gate.kind === 'webhook' || state.run > state.runsDone || isHeld(release, gateAbout(gate.id))) return staleMs
  return [nextRunMs(state, gate), ...staleMs]
}

function failedSinceTried({ runs, triedMs }: GateState): number {
  const green = runs.findLastIndex(({ evidence }) => evidence.verdict !== 'failed')
  return runs.slice(green + 1).filter(({ atMs }) => atMs > triedMs).length
}

const held = (release: Release, gate: CheckedGate, why: string): ReleaseEvent => ({
  type: 'ReleaseHeld',
  about: gateAbout(gate.id),
  reason: `check "${gate.text}": ${why}`,
  ask: release.plan.asks,
})
