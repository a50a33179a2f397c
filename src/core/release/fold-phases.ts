/** What phases and steps leave in the state. */
import type { Fold } from './fold.ts'
import { gateAbout, withoutEffectsOf } from './holds.ts'
import type { PhaseState, Release, StepState } from './release.ts'

export const foldPhases: {
  PhaseStarted: Fold<'PhaseStarted'>
  PhaseCompleted: Fold<'PhaseCompleted'>
  StepStarted: Fold<'StepStarted'>
  StepCompleted: Fold<'StepCompleted'>
  StepSkipped: Fold<'StepSkipped'>
  RetryOrdered: Fold<'RetryOrdered'>
  ReleaseSucceeded: Fold<'ReleaseSucceeded'>
  ReleaseSuperseded: Fold<'ReleaseSuperseded'>
} = {
  PhaseStarted: (before, { phaseId }, { elapsedMs }) => ({
    phases: withPhase(before, phaseId, { status: 'active', startedMs: elapsedMs }),
  }),
  PhaseCompleted: (before, { phaseId }, { elapsedMs }) => ({
    phases: withPhase(before, phaseId, { status: 'completed', completedMs: elapsedMs }),
  }),
  StepStarted: (before, { phaseId, stepId }, { elapsedMs }) => ({
    phases: withStep(before, phaseId, stepId, { startedMs: elapsedMs }),
  }),
  StepCompleted: (before, { phaseId, stepId }, { elapsedMs }) => ({
    phases: withStep(before, phaseId, stepId, { completedMs: elapsedMs }),
  }),
  StepSkipped: (before, { phaseId, stepId }, { elapsedMs }) => ({
    phases: withStep(before, phaseId, stepId, { completedMs: elapsedMs, skipped: true }),
  }),
  RetryOrdered: (before, { about }, { elapsedMs }) => ({
    effects: withoutEffectsOf(before, about),
    holds: before.holds.filter((hold) => hold.about !== about),
    gates: triedAgain(before.gates, about, elapsedMs),
  }),
  ReleaseSucceeded: (_before, _event, { elapsedMs }) => ({
    ended: { status: 'Succeeded', reason: '', atMs: elapsedMs },
    holds: [],
    pause: null,
  }),
  ReleaseSuperseded: (_before, { by }, { elapsedMs }) => ({
    ended: { status: 'Superseded', reason: `release ${by} took its place`, atMs: elapsedMs },
    holds: [],
    pause: null,
  }),
}

function triedAgain(gates: Release['gates'], about: string, triedMs: number): Release['gates'] {
  const found = Object.entries(gates).find(([gateId]) => gateAbout(gateId) === about)
  return found ? { ...gates, [found[0]]: { ...found[1], triedMs } } : gates
}

function withPhase(before: Release, phaseId: string, change: Partial<PhaseState>): Release['phases'] {
  const phase = before.phases[phaseId]
  if (!phase) throw new Error(`phase ${phaseId} is not in the plan`)
  return { ...before.phases, [phaseId]: { ...phase, ...change } }
}

function withStep(before: Release, phaseId: string, stepId: string, change: Partial<StepState>): Release['phases'] {
  const steps = before.phases[phaseId]?.steps ?? {}
  const step = steps[stepId] ?? { startedMs: before.elapsedMs, completedMs: null, skipped: false }
  return withPhase(before, phaseId, { steps: { ...steps, [stepId]: { ...step, ...change } } })
}
