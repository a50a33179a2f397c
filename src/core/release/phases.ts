/** Questions about phases and their steps: what may begin, what is under way, what is done. */
import type { Phase } from '../plan/plan.ts'
import type { Step } from '../plan/step.ts'
import type { PhaseState, Release } from './release.ts'
import { startConditions } from './start-conditions.ts'

/** Something is under way or may still begin. */
export const canGoOn = (release: Release): boolean =>
  release.plan.phases.some((phase) => release.phases[phase.id]?.status === 'active' || mayBegin(release, phase))

/** Everything that a phase depends on is completed; its time may not have come. */
export const mayBegin = (release: Release, phase: Phase): boolean =>
  release.phases[phase.id]?.status === 'waiting' &&
  phase.dependsOn.every((id) => release.phases[id]?.status === 'completed') &&
  !hasLostAnchor(release, phase)

/** It waits for a phase that went back, and would wait for ever. */
const hasLostAnchor = (release: Release, phase: Phase): boolean =>
  startConditions(release, phase).some(
    (condition) => condition.kind === 'phase' && release.phases[condition.phaseId]?.status === 'stopped',
  )

/** Its first step has begun: the entry gates were used, and are not asked again. */
export const isEntered = (state: PhaseState): boolean => Object.keys(state.steps).length > 0

const isDone = (state: PhaseState, stepId: string): boolean => (state.steps[stepId]?.completedMs ?? null) !== null

export const openSteps = (phase: Phase, state: PhaseState): Step[] => phase.steps.filter(({ id }) => !isDone(state, id))

/** The steps whose turn it is: under way, or to begin now. */
export function readySteps(phase: Phase, state: PhaseState): Step[] {
  return phase.steps.filter((step, index) => {
    const before = step.after ?? phase.steps.slice(Math.max(0, index - 1), index).map(({ id }) => id)
    return !isDone(state, step.id) && before.every((id) => isDone(state, id))
  })
}
