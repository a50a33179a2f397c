/** `tidegate.yaml`: how the team's words map to real things. It can name what the operator lends, and grants nothing by itself. */
import { z } from 'zod'
import { FlagBinding } from './bindings-flags.ts'
import { CriterionBinding, PlacedGateBinding } from './bindings-gates.ts'
import { JudgingBinding } from './bindings-judging.ts'
import { MetricBinding, ServiceBinding } from './bindings-services.ts'
import { RollbackStepBinding, StepBinding } from './bindings-steps.ts'
import { CalendarBinding, ScheduleBinding } from './calendar-bindings.ts'
import { Duration } from './duration.ts'

const Name = z.string().min(1)

const PhaseBinding = z.strictObject({
  steps: z.record(z.string(), StepBinding).default({}).describe('By the words of the step'),
  order: z
    .array(Name)
    .optional()
    .describe('Services in the order in which this phase moves them; without it, that of `services`'),
  dependsOn: z.array(Name).optional().describe('Phases that must be completed first; without it, those before'),
  cohorts: z
    .record(z.string(), Name)
    .optional()
    .describe(
      'By the name of a stage, or of the phase: people who get the candidate whatever the share, as the router names them',
    ),
  schedule: ScheduleBinding.optional(),
})
export type PhaseBinding = z.infer<typeof PhaseBinding>

const ActionBinding = z.union([
  z.enum(['rollback', 'halt', 'pause', 'notify']),
  z.strictObject({ command: Name, parameters: z.record(z.string(), z.string()).default({}) }),
])

/** Who reports a trigger that nothing measures, or the metric of which a single event fires it, or what it does other than the document says. */
const TriggerBinding = z.union([
  z.strictObject({ reportedBy: Name }),
  z.strictObject({ anyOf: Name, action: ActionBinding.optional() }),
  z.strictObject({ action: ActionBinding }),
])
export type TriggerBinding = z.infer<typeof TriggerBinding>

export const Bindings = z.strictObject({
  plan: Name.describe('The document, relative to this file'),
  author: Name.optional().describe("The person (a key of the operator's people) who wrote the plan"),
  service: ServiceBinding.extend({ name: Name }).optional().describe('The service that moves'),
  services: z
    .record(Name, ServiceBinding)
    .default({})
    .describe('Several services by name, in the order in which a train moves them'),
  metrics: z.record(z.string(), MetricBinding).default({}).describe('What the words for metrics mean'),
  phases: z.record(z.string(), PhaseBinding).default({}).describe('By phase id (phase-1)'),
  criteria: z
    .record(z.string(), CriterionBinding)
    .default({})
    .describe('By the words of the criterion, or of the item of a checklist'),
  triggers: z.record(z.string(), TriggerBinding).default({}).describe('By the words of the trigger'),
  checklists: z
    .record(z.string(), PlacedGateBinding)
    .default({})
    .describe('By the title of the checklist: what opens its items, and before which phase'),
  dependencies: z
    .record(z.string(), PlacedGateBinding)
    .default({})
    .describe('By the words of what others deliver: who confirms or what shows it, and which phase waits'),
  calendar: CalendarBinding.optional().describe('Windows and freezes of phases, and the milestones of their schedules'),
  flags: z
    .record(z.string(), FlagBinding)
    .default({})
    .describe('By the key that the plan writes: the flag source or backend that has the flag, and its key there'),
  asks: Name.describe('Who signs whatever nothing measures, and who is asked when the release is undecided'),
  rollback: z
    .strictObject({
      deadline: Duration.optional(),
      steps: z
        .record(z.string(), RollbackStepBinding)
        .default({})
        .describe('By the words of the step: what is done once the users are back'),
    })
    .optional(),
  judging: JudgingBinding,
})
export type Bindings = z.infer<typeof Bindings>

const Service = ServiceBinding.extend({ name: Name }).partial()

/** A file on its way to be `Bindings`: what is mandatory may still be missing. */
export const UnfinishedBindings = Bindings.extend({ service: Service }).partial()
export type UnfinishedBindings = z.infer<typeof UnfinishedBindings>

/** Every service by name, in the order of a train. */
export function servicesOf({ service, services }: Bindings): [name: string, binding: ServiceBinding][] {
  return [...(service ? [[service.name, service] as [string, ServiceBinding]] : []), ...Object.entries(services)]
}
