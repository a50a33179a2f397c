/** Plans of version 1: one service in `rollout`, and no more of a phase than requirements and steps. */
import { z } from 'zod'

const Requirement1 = z.looseObject({ kind: z.enum(['signOff', 'check']) })
const Stage1 = z.looseObject({ triggers: z.array(z.looseObject({})) })
const Step1 = z.looseObject({ kind: z.string(), stages: z.array(Stage1).optional() })
const Phase1 = z.looseObject({
  id: z.string(),
  entry: z.array(Requirement1),
  steps: z.array(Step1),
  exit: z.array(Requirement1),
})

export const Plan1 = z.looseObject({
  rollout: z.looseObject({ service: z.string(), router: z.string() }),
  phases: z.array(Phase1),
  rollback: z.looseObject({}),
  judging: z.looseObject({}),
})

/** Nothing is left to today's defaults: what was not there meant what is written here. */
export function liftPlanFrom1({ rollout, phases, rollback, judging, ...rest }: z.infer<typeof Plan1>) {
  const { service, router, ...versions } = rollout
  return {
    ...rest,
    schemaVersion: 2,
    services: [{ name: service, mover: { kind: 'traffic', router }, isFirstRelease: false, ...versions }],
    phases: phases.map((phase) => ({
      ...phase,
      contributors: [],
      tickets: [],
      entry: phase.entry.map(gateOf),
      steps: phase.steps.map((step) => stepOf(step, service)),
      exit: phase.exit.map(gateOf),
    })),
    rollback: { ...rollback, steps: [] },
    judging: { ...judging, breachLooks: 1, clearLooks: 1 },
  }
}

const gateOf = (requirement: z.infer<typeof Requirement1>) =>
  requirement.kind === 'signOff' ? { ...requirement, count: 1 } : requirement

function stepOf({ stages, ...step }: z.infer<typeof Step1>, service: string) {
  if (!stages) return step
  const climbed = stages.map((stage) => ({
    ...stage,
    after: [],
    triggers: stage.triggers.map((trigger) => ({ ...trigger, action: { kind: 'rollback' } })),
  }))
  return { ...step, service, stages: climbed }
}
