/** `tidegate.yaml`: how the team's words map to real things. It can name what the operator lends, and grants nothing by itself. */
import { z } from 'zod'
import { CalendarBinding, ScheduleBinding } from './calendar-bindings.ts'
import { Duration } from './duration.ts'
import { Selector } from './metric.ts'

const Name = z.string().min(1)

/** What a criterion and a trigger need from the candidate before they say anything. */
const samples = { minimumSamples: z.int().positive().default(100), triggerSamples: z.int().positive().default(20) }

/** `says` are the document's words for this metric. `unit` is that of the histogram's bucket edges. */
const MetricBinding = z.union([
  z.strictObject({
    says: z.array(Name).min(1),
    source: Name,
    events: Selector,
    total: Selector,
    ...samples,
  }),
  z.strictObject({
    says: z.array(Name).min(1),
    source: Name,
    histogram: Selector,
    unit: z.enum(['s', 'ms']),
    ...samples,
  }),
])
export type MetricBinding = z.infer<typeof MetricBinding>

/** What a step of the document does. `covered` says where the work happens anyway ("judged by the criteria"). */
const StepBinding = z.union([
  z.strictObject({ deploy: Name }),
  z.strictObject({ check: Name }),
  z.strictObject({ command: Name, parameters: z.record(z.string(), z.string()).default({}) }),
  z.strictObject({ confirm: Name }),
  z.strictObject({ rollout: Name }),
  z.strictObject({ covered: Name }),
])
export type StepBinding = z.infer<typeof StepBinding>

/** What a criterion in words means: a check, somebody's word, or the measured criteria of an earlier phase once more. */
const CriterionBinding = z.union([
  z.strictObject({ check: Name }),
  z.strictObject({ signOff: Name }),
  z.strictObject({ sameAs: Name }),
])
export type CriterionBinding = z.infer<typeof CriterionBinding>

export const Bindings = z.strictObject({
  plan: Name.describe('The document, relative to this file'),
  author: Name.optional().describe("The person (a key of the operator's people) who wrote the plan"),
  service: z.strictObject({
    name: Name,
    candidate: Name.describe('The version that is released'),
    baseline: Name.describe('The version that runs, and to which a rollback goes'),
    router: Name.describe('The target that moves traffic'),
    deployer: Name.describe('The target that runs the versions'),
    arms: z.strictObject({ label: Name }).describe('The label of the metrics that holds the version'),
    arrivals: z.strictObject({ source: Name, total: Selector }).describe('Requests counted at the service itself'),
  }),
  metrics: z.record(z.string(), MetricBinding).default({}).describe('What the words for metrics mean'),
  phases: z
    .record(
      z.string(),
      z.strictObject({ steps: z.record(z.string(), StepBinding).default({}), schedule: ScheduleBinding.optional() }),
    )
    .default({})
    .describe('By phase id (phase-1), then by the words of the step'),
  criteria: z.record(z.string(), CriterionBinding).default({}).describe('By the words of the criterion'),
  triggers: z
    .record(z.string(), z.union([z.strictObject({ reportedBy: Name }), z.strictObject({ anyOf: Name })]))
    .default({})
    .describe(
      'By the words of a trigger that states no threshold: who reports it, or the metric of which a single event fires it',
    ),
  checklists: z
    .record(z.string(), z.strictObject({ signOff: Name, before: Name }))
    .default({})
    .describe('By the title of the checklist: who signs its items, and before which phase'),
  calendar: CalendarBinding.optional().describe('Windows and freezes of phases, and the milestones of their schedules'),
  flags: z
    .record(z.string(), z.strictObject({ source: Name, key: Name }))
    .default({})
    .describe('By the key that the plan writes: the flag source that has the flag, and its key there'),
  asks: Name.describe('Who signs whatever nothing measures, and who is asked when the release is undecided'),
  rollback: z.strictObject({ deadline: Duration }).optional(),
  judging: z
    .strictObject({
      interval: Duration.prefault('1s'),
      triggerWindow: Duration.prefault('1m'),
      staleness: Duration.prefault('30s'),
      sampleWait: Duration.prefault('1h'),
      breachLooks: z
        .int()
        .min(1)
        .max(100)
        .default(1)
        .describe('Looks in a row that a trigger must be breached before it fires'),
      clearLooks: z.int().min(1).max(100).default(1).describe('Looks in a row that it must be clear before it is over'),
    })
    .prefault({}),
})
export type Bindings = z.infer<typeof Bindings>

/** A file on its way to be `Bindings`: what is mandatory may still be missing. */
export const UnfinishedBindings = Bindings.extend({ service: Bindings.shape.service.partial() }).partial()
export type UnfinishedBindings = z.infer<typeof UnfinishedBindings>
