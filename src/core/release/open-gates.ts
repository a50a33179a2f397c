/** What a release waits for from people, checks and outside systems: the gates that are closed now, and the steps that somebody confirms. */
import type { Gate } from '../plan/gate.ts'
import type { Phase } from '../plan/plan.ts'
import { gateHolds } from './gates/gates.ts'
import { confirmGate, isSigned, type SignedGate } from './gates/signatures.ts'
import { isEntered, openSteps, readySteps } from './phases.ts'
import { isGoingBack, isOver, type Now, type PhaseState, type Release } from './release.ts'

/** `role` is there when a person must sign. `sinceMs` is release time. */
export interface OpenGate {
  phase: Phase
  gate: Gate
  kind: 'entry' | 'exit' | 'confirm'
  sinceMs: number
}

/** Everything that waits now, phase by phase: its entry gates, then the steps that people confirm, then its exit gates. */
export function openGates(release: Release, now: Now): OpenGate[] {
  if (isOver(release) || isGoingBack(release)) return []
  return activePhases(release).flatMap(({ phase, state }) => {
    const open = (kind: 'entry' | 'exit', gates: readonly Gate[]): OpenGate[] =>
      gates
        .filter((gate) => !gateHolds(release, gate, now))
        .map((gate) => ({ phase, gate, kind, sinceMs: release.gates[gate.id]?.openedMs ?? state.startedMs ?? 0 }))
    const entry = isEntered(state) ? [] : open('entry', phase.entry)
    if (entry.length > 0) return entry
    const confirms = confirmations(release, phase, state)
    return confirms.length > 0 || openSteps(phase, state).length > 0 ? confirms : open('exit', phase.exit)
  })
}

export const activePhases = ({ plan, phases }: Release): { phase: Phase; state: PhaseState }[] =>
  plan.phases.flatMap((phase) => {
    const state = phases[phase.id]
    return state?.status === 'active' ? [{ phase, state }] : []
  })

function confirmations(release: Release, phase: Phase, state: PhaseState): OpenGate[] {
  return readySteps(phase, state).flatMap((step) => {
    const startedMs = state.steps[step.id]?.startedMs
    if (step.kind !== 'confirm' || startedMs === undefined) return []
    const gate = confirmGate(step)
    return isSigned(release, gate) ? [] : [{ phase, gate, kind: 'confirm' as const, sinceMs: startedMs }]
  })
}

/** What people may sign now, or take their word back from: gates that were come to and are not used yet, and steps that somebody confirms. */
export function signableGates(release: Release): SignedGate[] {
  if (isOver(release)) return []
  return activePhases(release).flatMap(({ phase, state }) => {
    const entry = isEntered(state) ? [] : phase.entry
    const gates = [...entry, ...phase.exit].filter((gate) => release.gates[gate.id])
    const signed = gates.flatMap((gate) => ('role' in gate ? [gate] : []))
    return [...signed, ...confirmations(release, phase, state).flatMap(({ gate }) => ('role' in gate ? [gate] : []))]
  })
}

/** Every gate of the active phases that the release has come to, open or not. */
export const reachedGates = (release: Release): Gate[] =>
  activePhases(release).flatMap(({ phase }) => [...phase.entry, ...phase.exit].filter(({ id }) => release.gates[id]))
