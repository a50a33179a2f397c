/** What a release waits for from people and checks, and whether a requirement holds: the one place that the decider and every view ask. */
import { maySign } from '../access/roles.ts'
import type { Phase, Requirement } from '../plan/plan.ts'
import { lastAttempt } from './effects.ts'
import { isOver, type Release } from './release.ts'

/** `role` is there when a person must sign. `sinceMs` is release time. */
export interface OpenRequirement {
  phase: Phase
  requirement: { id: string; text: string; role?: string }
  kind: 'entry' | 'exit' | 'confirm'
  sinceMs: number
}

/** Does this requirement hold now? A sign-off is checked again each time: its digest, its signer's right, no later refusal by the same person. */
export function isSatisfied(
  release: Release,
  phase: Phase,
  requirement: Pick<Requirement, 'id' | 'kind'> & { role?: string },
): boolean {
  if (requirement.kind === 'check') {
    const purpose = { kind: 'requirement' as const, phaseId: phase.id, requirementId: requirement.id }
    const outcome = lastAttempt(release, purpose)?.settled?.outcome
    return outcome?.ok === true && outcome.value.kind === 'runCheck' && outcome.value.evidence.verdict === 'passed'
  }
  const { role } = requirement
  const signOffs = release.signOffs[requirement.id] ?? []
  return signOffs.some(({ person, approved, digest }, index) => {
    if (!approved || role === undefined || digest !== release.digest) return false
    const takenBack = signOffs.slice(index + 1).some((later) => later.person.id === person.id && !later.approved)
    return !takenBack && maySign(release.plan, person.id, role).allowed
  })
}

/** Everything that waits now: entry requirements of the active phase, then the step a person confirms, then exit requirements. */
export function openRequirements(release: Release): OpenRequirement[] {
  if (isOver(release) || release.rollback) return []
  const phase = release.plan.phases.find(({ id }) => release.phases[id]?.status === 'active')
  const state = phase && release.phases[phase.id]
  if (!phase || !state) return []
  const open = (kind: 'entry' | 'exit', requirements: readonly Requirement[], sinceMs: number): OpenRequirement[] =>
    requirements
      .filter((requirement) => !isSatisfied(release, phase, requirement))
      .map((requirement) => ({ phase, requirement, kind, sinceMs }))
  const entry = open('entry', phase.entry, state.startedMs ?? 0)
  if (entry.length > 0) return entry
  const step = phase.steps.find(({ id }) => (state.steps[id]?.completedMs ?? null) === null)
  if (step) {
    const startedMs = state.steps[step.id]?.startedMs
    return step.kind === 'confirm' && startedMs !== undefined
      ? [{ phase, requirement: step, kind: 'confirm', sinceMs: startedMs }]
      : []
  }
  const lastDoneMs = Math.max(
    state.startedMs ?? 0,
    ...Object.values(state.steps).map(({ completedMs }) => completedMs ?? 0),
  )
  return open('exit', phase.exit, lastDoneMs)
}
