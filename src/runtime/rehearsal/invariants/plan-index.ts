/** The plan by its ids, made once a plan. The invariants look things up here and not through the engine, so that no check leans on what it checks. */
import type { Gate } from '../../../core/plan/gate.ts'
import type { Phase, Plan } from '../../../core/plan/plan.ts'
import type { Service } from '../../../core/plan/service.ts'
import type { RolloutStep, Stage, Step } from '../../../core/plan/step.ts'

export interface StagePlace {
  phase: Phase
  step: RolloutStep
  stage: Stage
  service: Service
  /** Place on the service's whole ladder, from 0. */
  rank: number
}

export interface PlanIndex {
  stages: ReadonlyMap<string, StagePlace>
  /** Stages of each service in the order they are climbed. */
  ladders: ReadonlyMap<string, readonly StagePlace[]>
  steps: ReadonlyMap<string, { phase: Phase; step: Step; position: number }>
  gates: ReadonlyMap<string, { phase: Phase; gate: Gate }>
  phases: ReadonlyMap<string, Phase>
  triggerIds: ReadonlySet<string>
  /** For each service, those that are moved after it because of it, directly. */
  dependents: ReadonlyMap<string, ReadonlySet<string>>
}

const indexes = new WeakMap<Plan, PlanIndex>()

export function indexOf(plan: Plan): PlanIndex {
  const known = indexes.get(plan)
  if (known) return known
  const made = indexPlan(plan)
  indexes.set(plan, made)
  return made
}

function indexPlan(plan: Plan): PlanIndex {
  const stages = new Map<string, StagePlace>()
  const ladders = new Map<string, StagePlace[]>(plan.services.map(({ name }) => [name, []]))
  const steps = new Map<string, { phase: Phase; step: Step; position: number }>()
  const gates = new Map<string, { phase: Phase; gate: Gate }>()
  const triggerIds = new Set<string>()
  for (const phase of plan.phases) {
    for (const gate of [...phase.entry, ...phase.exit]) gates.set(gate.id, { phase, gate })
    for (const [position, step] of phase.steps.entries()) {
      steps.set(step.id, { phase, step, position })
      if (step.kind !== 'rollout') continue
      const service = plan.services.find(({ name }) => name === step.service)
      const ladder = ladders.get(step.service)
      if (!service || !ladder) throw new Error(`${step.id} moves ${step.service}, which is not in the plan`)
      for (const stage of step.stages) {
        const place = { phase, step, stage, service, rank: ladder.length }
        ladder.push(place)
        stages.set(stage.id, place)
        for (const { id } of stage.triggers) triggerIds.add(id)
      }
    }
  }
  const phases = new Map(plan.phases.map((phase) => [phase.id, phase]))
  return { stages, ladders, steps, gates, phases, triggerIds, dependents: dependentsOf(plan, stages, phases) }
}

/** A service depends on another when one of its stages waits for one of the other's, or follows it in its phase or in a later one. */
function dependentsOf(
  plan: Plan,
  stages: PlanIndex['stages'],
  phases: PlanIndex['phases'],
): ReadonlyMap<string, ReadonlySet<string>> {
  const dependents = new Map(plan.services.map(({ name }) => [name, new Set<string>()]))
  const add = (of: string, dependent: string): void => {
    if (of !== dependent) dependents.get(of)?.add(dependent)
  }
  for (const { stage, step, phase } of stages.values()) {
    for (const id of stage.after) add(stages.get(id)?.step.service ?? '', step.service)
    for (const earlier of rolloutsBefore(phase, step)) add(earlier.service, step.service)
    for (const earlier of phasesBefore(phase, phases))
      for (const { service } of rolloutsOf(earlier)) add(service, step.service)
  }
  return dependents
}

const rolloutsOf = (phase: Phase): RolloutStep[] => phase.steps.filter((step) => step.kind === 'rollout')

/** Rollouts of the phase that are done before this one begins, however many steps lie between. */
function rolloutsBefore(phase: Phase, step: RolloutStep): RolloutStep[] {
  const found = new Set<Step>()
  const queue = stepsBefore(phase, step)
  for (let earlier = queue.pop(); earlier !== undefined; earlier = queue.pop()) {
    if (found.has(earlier)) continue
    found.add(earlier)
    queue.push(...stepsBefore(phase, earlier))
  }
  return [...found].filter((one) => one.kind === 'rollout')
}

/** Steps that must be done before this one may begin: those it names, else the one above it. */
export function stepsBefore(phase: Phase, step: Step): Step[] {
  const position = phase.steps.indexOf(step)
  return phase.steps.filter(({ id }, index) => (step.after ? step.after.includes(id) : index === position - 1))
}

/** Phases that this one depends on, however far back. */
function phasesBefore(phase: Phase, phases: PlanIndex['phases']): Set<Phase> {
  const found = new Set<Phase>()
  const queue = [...phase.dependsOn]
  for (let id = queue.pop(); id !== undefined; id = queue.pop()) {
    const earlier = phases.get(id)
    if (!earlier || found.has(earlier)) continue
    found.add(earlier)
    queue.push(...earlier.dependsOn)
  }
  return found
}
