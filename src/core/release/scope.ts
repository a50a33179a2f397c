/** What goes back together: the service that failed, those that were moved because of it, and the phases that stop with them. */
import { ladderOf, type Phase, type Plan } from '../plan/plan.ts'
import type { ReleaseEvent, RollbackCause } from './events.ts'
import type { Release } from './release.ts'

type Fired = Extract<ReleaseEvent, { type: 'TriggerFired' }>

/** Everything that this release moved goes back, and every phase stops. */
export function wholeRollback(release: Release, cause: RollbackCause): Fired {
  const services = exposedServices(release).reverse()
  const phases = release.plan.phases.map(({ id }) => id).filter((id) => isUnfinished(release, id))
  return { type: 'TriggerFired', cause, firstBreachMs: null, services, phases, isWhole: true }
}

/** A service goes back with all that depends on it; what does not goes on. */
export function serviceRollback(
  release: Release,
  service: string,
  cause: RollbackCause,
  firstBreachMs: number | null,
): Fired {
  const { services, phases } = closure(release, [service], [])
  return { type: 'TriggerFired', cause, firstBreachMs, services, phases, isWhole: false }
}

/** A phase cannot go on: the services whose ladder is not over go back. `undefined` when nothing of it has users yet. */
export function phaseRollback(release: Release, phaseId: string, cause: RollbackCause): Fired | undefined {
  const { services, phases } = closure(release, [], [phaseId])
  return services.length === 0
    ? undefined
    : { type: 'TriggerFired', cause, firstBreachMs: null, services, phases, isWhole: false }
}

/**
 * The services that the release has asked users for and not seen back, in the order of the plan. Of a release that ended, all it ever moved:
 * whoever aborts it wants to be sure.
 */
export const exposedServices = ({ plan, services, ended }: Release): string[] =>
  plan.services
    .map(({ name }) => name)
    .filter((name) => {
      const state = services[name]
      return state != null && state.askedStageId !== null && (ended !== null || state.rollback?.readBackMs == null)
    })

/** Grows until nothing more is drawn in: dependents of a service, its unfinished phases, and services left half way in those. */
function closure(release: Release, services: string[], phases: string[]): { services: string[]; phases: string[] } {
  const { plan } = release
  const exposed = exposedServices(release)
  const going = new Set(services)
  const stopping = new Set(phases)
  for (let before = -1; before !== going.size + stopping.size; ) {
    before = going.size + stopping.size
    for (const phase of plan.phases) if (stops(release, phase, going, stopping)) stopping.add(phase.id)
    for (const name of exposed) if (isDrawnIn(release, name, going, stopping)) going.add(name)
  }
  return { services: exposed.filter((name) => going.has(name)).reverse(), phases: [...stopping] }
}

/** An unfinished phase stops when it moves a service that goes back, or comes after one that did. */
function stops(release: Release, phase: Phase, going: Set<string>, stopping: Set<string>): boolean {
  if (!isUnfinished(release, phase.id)) return false
  if (servicesOf(phase).some((name) => going.has(name))) return true
  return earlierPhases(release.plan, phase).some((earlier) => stopping.has(earlier.id) || movesAny(earlier, going))
}

function isDrawnIn(release: Release, name: string, going: Set<string>, stopping: Set<string>): boolean {
  const rungs = ladderOf(release.plan, name)
  return rungs.some(({ phase, step, stage }) => {
    if (stopping.has(phase.id) && (release.phases[phase.id]?.steps[step.id]?.completedMs ?? null) === null) return true
    const stagesOfGoing = ladderOf(release.plan).filter((rung) => going.has(rung.step.service))
    if (stage.after.some((id) => stagesOfGoing.some((rung) => rung.stage.id === id))) return true
    const earlierSteps = phase.steps.slice(0, step.after ? 0 : phase.steps.indexOf(step))
    if (earlierSteps.some((earlier) => earlier.kind === 'rollout' && going.has(earlier.service))) return true
    return earlierPhases(release.plan, phase).some((earlier) => movesAny(earlier, going))
  })
}

const servicesOf = (phase: Phase): string[] =>
  phase.steps.flatMap((step) => (step.kind === 'rollout' ? [step.service] : []))

const movesAny = (phase: Phase, services: Set<string>): boolean => servicesOf(phase).some((name) => services.has(name))

const isUnfinished = ({ phases }: Release, id: string): boolean =>
  phases[id]?.status === 'waiting' || phases[id]?.status === 'active'

/** Every phase that this one depends on, however far back. */
function earlierPhases(plan: Plan, phase: Phase): Phase[] {
  const found = new Set<string>()
  const queue = [...phase.dependsOn]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    if (found.has(id)) continue
    found.add(id)
    queue.push(...(plan.phases.find((one) => one.id === id)?.dependsOn ?? []))
  }
  return plan.phases.filter(({ id }) => found.has(id))
}
