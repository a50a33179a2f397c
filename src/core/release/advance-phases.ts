/** Phases in dependency order: entry requirements, steps one after another, exit requirements. */
import type { Phase, Requirement, Step } from '../plan/plan.ts'
import { advanceRollout } from './advance-rollout.ts'
import type { Effect } from './effect.ts'
import type { Purpose, ReleaseEvent } from './events.ts'
import { isSatisfied } from './open-requirements.ts'
import type { DriverError } from './outcome.ts'
import type { Release } from './release.ts'
import { driveEffect } from './request-effect.ts'
import { phaseStartMs } from './time.ts'

export function advancePhases(release: Release, nowMs: number): ReleaseEvent[] {
  const active = release.plan.phases.find((phase) => release.phases[phase.id]?.status === 'active')
  if (active) return advancePhase(release, active, nowMs)
  const waiting = release.plan.phases.filter((phase) => release.phases[phase.id]?.status === 'waiting')
  if (waiting.length === 0) return [{ type: 'ReleaseSucceeded' }]
  const ready = waiting.find((phase) => phase.dependsOn.every((id) => release.phases[id]?.status === 'completed'))
  return ready && nowMs >= phaseStartMs(release, ready) ? [{ type: 'PhaseStarted', phaseId: ready.id }] : []
}

function advancePhase(release: Release, phase: Phase, nowMs: number): ReleaseEvent[] {
  const entry = advanceRequirements(release, phase, phase.entry, nowMs)
  if (entry !== 'satisfied') return entry
  const steps = release.phases[phase.id]?.steps ?? {}
  const step = phase.steps.find(({ id }) => (steps[id]?.completedMs ?? null) === null)
  if (step) return advanceStep(release, phase, step, nowMs)
  const exit = advanceRequirements(release, phase, phase.exit, nowMs)
  return exit === 'satisfied' ? [{ type: 'PhaseCompleted', phaseId: phase.id }] : exit
}

/** Runs the checks that are due; sign-offs are waited for. */
function advanceRequirements(
  release: Release,
  phase: Phase,
  requirements: readonly Requirement[],
  nowMs: number,
): 'satisfied' | ReleaseEvent[] {
  const open = requirements.filter((requirement) => !isSatisfied(release, phase, requirement))
  if (open.length === 0) return 'satisfied'
  for (const requirement of open) {
    if (requirement.kind !== 'check') continue
    const purpose: Purpose = { kind: 'requirement', phaseId: phase.id, requirementId: requirement.id }
    const { requests, progress } = driveEffect(release, purpose, { kind: 'runCheck', check: requirement.check }, nowMs)
    if (requests.length > 0) return requests
    if (progress.state === 'failed') return [failure(requirement.text, progress.error)]
  }
  return []
}

function advanceStep(release: Release, phase: Phase, step: Step, nowMs: number): ReleaseEvent[] {
  const place = { phaseId: phase.id, stepId: step.id }
  if (!release.phases[phase.id]?.steps[step.id]) return [{ type: 'StepStarted', ...place }]
  const completed: ReleaseEvent[] = [{ type: 'StepCompleted', ...place }]
  if (step.kind === 'rollout') {
    const rollout = advanceRollout(release, step, nowMs)
    return rollout === 'completed' ? completed : rollout
  }
  if (step.kind === 'confirm') return isSatisfied(release, phase, { ...step, kind: 'signOff' }) ? completed : []
  const { requests, progress } = driveEffect(release, { kind: 'step', ...place }, effectOf(step), nowMs)
  if (progress.state === 'done') return completed
  if (progress.state === 'failed') return [failure(step.text, progress.error)]
  return requests
}

function effectOf(step: Extract<Step, { kind: 'deploy' | 'check' | 'command' }>): Effect {
  switch (step.kind) {
    case 'deploy':
      return { kind: 'deploy', target: step.target, version: step.version }
    case 'check':
      return { kind: 'runCheck', check: step.check }
    case 'command':
      return { kind: 'runCommand', command: step.command, parameters: step.parameters }
  }
}

/** What cannot be done going forward goes back: nothing is left half done. */
function failure(what: string, error: DriverError): ReleaseEvent {
  return { type: 'TriggerFired', cause: { kind: 'failure', what, error: error.message }, firstBreachMs: null }
}
