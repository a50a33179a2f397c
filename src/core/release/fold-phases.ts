/** What phases and steps leave in the state. */
import type { Fold } from './fold.ts'
import type { PhaseState, Release } from './release.ts'

export const foldPhases: {
  PhaseStarted: Fold<'PhaseStarted'>
  PhaseCompleted: Fold<'PhaseCompleted'>
  StepStarted: Fold<'StepStarted'>
  StepCompleted: Fold<'StepCompleted'>
  ReleaseSucceeded: Fold<'ReleaseSucceeded'>
} = {
  PhaseStarted: (before, { phaseId }, { elapsedMs }) => ({
    status: before.status === 'Pending' ? 'Progressing' : before.status,
    phases: withPhase(before, phaseId, { status: 'active', startedMs: elapsedMs }),
  }),
  PhaseCompleted: (before, { phaseId }, { elapsedMs }) => ({
    phases: withPhase(before, phaseId, { status: 'completed', completedMs: elapsedMs }),
  }),
  StepStarted: (before, { phaseId, stepId }, { elapsedMs }) => ({
    phases: withStep(before, phaseId, stepId, { startedMs: elapsedMs, completedMs: null }),
  }),
  StepCompleted: (before, { phaseId, stepId }, { elapsedMs }) => {
    const startedMs = before.phases[phaseId]?.steps[stepId]?.startedMs ?? elapsedMs
    return { phases: withStep(before, phaseId, stepId, { startedMs, completedMs: elapsedMs }) }
  },
  ReleaseSucceeded: (_before, _event, { elapsedMs }) => ({ status: 'Succeeded', hold: null, endedMs: elapsedMs }),
}

function withPhase(before: Release, phaseId: string, change: Partial<PhaseState>): Release['phases'] {
  const phase = before.phases[phaseId]
  if (!phase) throw new Error(`phase ${phaseId} is not in the plan`)
  return { ...before.phases, [phaseId]: { ...phase, ...change } }
}

function withStep(
  before: Release,
  phaseId: string,
  stepId: string,
  step: PhaseState['steps'][string],
): Release['phases'] {
  return withPhase(before, phaseId, { steps: { ...before.phases[phaseId]?.steps, [stepId]: step } })
}
