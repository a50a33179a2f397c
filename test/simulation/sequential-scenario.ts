/** A random scenario whose plan asks for the sequential judge: some with a margin, some with noisy metrics, some whose stages share criteria. */
import type { Plan } from '../../src/core/plan/plan.ts'
import { randomScenario, type Scenario } from './scenario.ts'

export function sequentialScenario(seed: number): Scenario {
  const scenario = randomScenario(seed)
  const { plan } = scenario
  const sequential = { rollbackAlpha: 0.01, promotionAlpha: 0.05, ...(seed % 3 === 0 ? { margin: 1.5 } : {}) }
  const judged = { ...plan, judging: { ...plan.judging, sequential } }
  const noisy = seed % 3 === 1 ? withNoise(judged, seed % 2 === 0 ? 1 : 0.5) : judged
  return { ...scenario, plan: seed % 2 === 0 ? withSharedCriteria(noisy) : noisy }
}

function withNoise(plan: Plan, mostCv: number): Plan {
  const noise = { spanMs: 2_500, mostCv }
  const noisy = Object.entries(plan.metrics).map(([id, metric]) => [
    id,
    id === 'errors' || id === 'latency' ? { ...metric, noise } : metric,
  ])
  return { ...plan, metrics: Object.fromEntries(noisy) }
}

/** All stages of a service ask the same, by the same names. */
function withSharedCriteria(plan: Plan): Plan {
  const phases = plan.phases.map((phase) => ({
    ...phase,
    steps: phase.steps.map((step) =>
      step.kind === 'rollout'
        ? {
            ...step,
            stages: step.stages.map((stage) => ({
              ...stage,
              criteria: stage.criteria.map((one) => ({ ...one, id: `${step.service}/${one.metricId}` })),
            })),
          }
        : step,
    ),
  }))
  return { ...plan, phases }
}
