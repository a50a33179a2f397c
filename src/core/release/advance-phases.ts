/** Phases in dependency order, several at a time where the plan allows: entry gates, steps, exit gates. */
import type { Phase } from '../plan/plan.ts'
import type { ReleaseEvent } from './events.ts'
import { advanceGates } from './gates/gates.ts'
import { isEntered, mayBegin, openSteps, readySteps } from './phases.ts'
import type { Now, Release } from './release.ts'
import { unmetConditions } from './start-conditions.ts'
import { advanceStep } from './steps/steps.ts'

export function advancePhases(release: Release, now: Now): ReleaseEvent[] {
  for (const phase of release.plan.phases) {
    const events = advancePhase(release, phase, now)
    if (events.length > 0) return events
  }
  return isFinished(release) ? [{ type: 'ReleaseSucceeded' }] : []
}

/** Every phase is completed, nothing went back, not even after its phase, and nobody is asked: else the release is not a success. */
const isFinished = ({ phases, rollback, holds }: Release): boolean =>
  rollback === null && holds.length === 0 && Object.values(phases).every(({ status }) => status === 'completed')

function advancePhase(release: Release, phase: Phase, now: Now): ReleaseEvent[] {
  const state = release.phases[phase.id]
  if (state?.status !== 'active') {
    const isDue = mayBegin(release, phase) && unmetConditions(release, phase, now).length === 0
    return isDue ? [{ type: 'PhaseStarted', phaseId: phase.id }] : []
  }
  if (!isEntered(state)) {
    const entry = advanceGates(release, phase, phase.entry, now)
    if (entry !== 'open') return entry
  }
  for (const step of readySteps(phase, state)) {
    const events = advanceStep(release, phase, step, now)
    if (events.length > 0) return events
  }
  if (openSteps(phase, state).length > 0) return []
  const exit = advanceGates(release, phase, phase.exit, now)
  return exit === 'open' ? [{ type: 'PhaseCompleted', phaseId: phase.id }] : exit
}
