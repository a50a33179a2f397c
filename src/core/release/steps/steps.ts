/** What a step asks for next. One file for each family of steps; here they meet. */
import type { Phase } from '../../plan/plan.ts'
import type { Step } from '../../plan/step.ts'
import { advanceRollout } from '../advance-rollout.ts'
import type { ReleaseEvent } from '../events.ts'
import { confirmGate, isSigned } from '../gates/signatures.ts'
import { isHeld, stepAbout } from '../holds.ts'
import type { DriverError } from '../outcome.ts'
import type { Now, Release } from '../release.ts'
import { phaseRollback } from '../scope.ts'
import { inReleaseTime } from '../time.ts'
import { advanceCalls } from './calls.ts'
import type { StepProgress } from './step-progress.ts'

export function advanceStep(release: Release, phase: Phase, step: Step, now: Now): ReleaseEvent[] {
  const place = { phaseId: phase.id, stepId: step.id }
  if (!release.phases[phase.id]?.steps[step.id]) return [{ type: 'StepStarted', ...place }]
  if (isHeld(release, stepAbout(step.id))) return []
  const progress = progressOfStep(release, phase, step, now)
  if (progress === 'done') return [{ type: 'StepCompleted', ...place }]
  return Array.isArray(progress) ? progress : [failure(release, phase, step, progress.failed)]
}

function progressOfStep(release: Release, phase: Phase, step: Step, now: Now): StepProgress {
  switch (step.kind) {
    case 'rollout':
      return advanceRollout(release, step, now)
    case 'confirm':
      return isSigned(release, confirmGate(step)) ? 'done' : []
    case 'wait': {
      const startedMs = release.phases[phase.id]?.steps[step.id]?.startedMs ?? now.elapsedMs
      return now.elapsedMs >= startedMs + inReleaseTime(release, step.waitMs) ? 'done' : []
    }
    default:
      return advanceCalls(release, phase, step, now)
  }
}

/**
 * What cannot be done goes back where it has users, for nothing is left half done; where nobody is touched yet, a person is asked. So is one
 * where nobody can tell whether it was done: the release stays where it is.
 */
function failure(release: Release, phase: Phase, step: Step, error: DriverError): ReleaseEvent {
  const cause = { kind: 'failure' as const, what: step.text, error: error.message }
  const reason = `"${step.text}" failed: ${error.message}`
  const held = { type: 'ReleaseHeld' as const, about: stepAbout(step.id), reason, ask: release.plan.asks }
  return error.code === 'unknown' ? held : (phaseRollback(release, phase.id, cause) ?? held)
}
