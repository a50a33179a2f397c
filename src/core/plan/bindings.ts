/** `tidegate.yaml`: how the team's words map to real things. It can name what the operator lends, and grants nothing by itself. */
import { z } from 'zod'
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
  /** The document, relative to this file. */
  plan: Name,
  /** The person (a key of the operator's people) who wrote the plan. */
  author: Name.optional(),
  service: z.strictObject({
    name: Name,
    candidate: Name,
    baseline: Name,
    router: Name,
    deployer: Name,
    arms: z.strictObject({ label: Name }),
    arrivals: z.strictObject({ source: Name, total: Selector }),
  }),
  metrics: z.record(z.string(), MetricBinding).default({}),
  /** By phase id (`phase-1`), then by the words of the step. */
  phases: z.record(z.string(), z.strictObject({ steps: z.record(z.string(), StepBinding).default({}) })).default({}),
  /** By the words of the criterion. */
  criteria: z.record(z.string(), CriterionBinding).default({}),
  /** By the words of a trigger that states no threshold: who reports it, or the metric of which a single event fires it. */
  triggers: z
    .record(z.string(), z.union([z.strictObject({ reportedBy: Name }), z.strictObject({ anyOf: Name })]))
    .default({}),
  /** By the title of the checklist: who signs its items, and before which phase. */
  checklists: z.record(z.string(), z.strictObject({ signOff: Name, before: Name })).default({}),
  /** Who signs whatever nothing measures, and who is asked when the release is undecided. */
  asks: Name,
  rollback: z.strictObject({ deadline: Duration }).optional(),
  judging: z
    .strictObject({
      interval: Duration.default(1_000),
      triggerWindow: Duration.default(60_000),
      staleness: Duration.default(30_000),
      sampleWait: Duration.default(3_600_000),
    })
    .prefault({}),
})
export type Bindings = z.infer<typeof Bindings>

/** A file on its way to be `Bindings`: what is mandatory may still be missing. */
export const UnfinishedBindings = Bindings.extend({ service: Bindings.shape.service.partial() }).partial()
export type UnfinishedBindings = z.infer<typeof UnfinishedBindings>
