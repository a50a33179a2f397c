/** A random scenario whose plan compares errors with the baseline's, under either judge; sometimes it goes back on data that stays away. */
import type { Plan } from '../../src/core/plan/plan.ts'
import type { Stage } from '../../src/core/plan/step.ts'
import { randomScenario, type Scenario } from './scenario.ts'

const sequential = { rollbackAlpha: 0.01, promotionAlpha: 0.05 }

export function relativeScenario(seed: number): Scenario {
  const scenario = randomScenario(seed)
  const { judging } = scenario.plan
  const compared = withStages(scenario.plan, (stage) => ({
    ...stage,
    criteria: stage.criteria.map((one) => (one.metricId === 'errors' ? { ...one, condition: times('<', 2) } : one)),
    triggers: stage.triggers.map((one) => (one.metricId === 'errors' ? { ...one, condition: times('>', 3) } : one)),
  }))
  const chosen: Plan['judging'] = {
    ...judging,
    ...(seed % 2 === 0 ? { sequential } : {}),
    ...(seed % 3 === 0 ? { onMissing: 'rollback' } : {}),
  }
  return { ...scenario, plan: { ...compared, judging: chosen } }
}

const times = (comparator: '<' | '>', value: number) => ({ metric: 'errors', comparator, value, unit: 'x baseline' })

function withStages(plan: Plan, change: (stage: Stage) => Stage): Plan {
  const phases = plan.phases.map((phase) => ({
    ...phase,
    steps: phase.steps.map((step) => (step.kind === 'rollout' ? { ...step, stages: step.stages.map(change) } : step)),
  }))
  return { ...plan, phases }
}
