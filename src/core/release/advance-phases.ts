/** Phases in dependency order, several at a time where the plan allows: entry gates, steps, exit gates. */
import type { Phase } from '../plan/plan.ts'
import type { ReleaseEvent } from './events.ts'
import { advanceGates } from './gates/gates.ts'
import { isEntered, mayBegin, openSteps, readySteps } from './phases.ts'
import type { Now, Release } from './release.ts'
import { advanceStep } from './steps/steps.ts'
import { phaseStartMs } from './time.ts'

export function advancePhases(release: Release, now: Now): ReleaseEvent[] {
  for (const phase of release.plan.phases) {
    const events = advancePhase(release, phase, now)
    if (events.length > 0) return events
  }
  return isFinished(release) ? [{ type: 'ReleaseSucceeded' }] : []
}

/** Every phase is completed, and nothing of it went back: else the release is not a success. */
const isFinished = ({ phases, rollback }: Release): boolean =>
  rollback === null && Object.values(phases).every(({ status }) => status === 'completed')

function advancePhase(release: Release, phase: Phase, now: Now): ReleaseEvent[] {
  const state = release.phases[phase.id]
  if (state?.status !== 'active') {
    const isDue = mayBegin(release, phase) && now.elapsedMs >= phaseStartMs(release, phase)
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
