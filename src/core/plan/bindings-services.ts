/** The services that a release moves, and their metrics, as `tidegate.yaml` names them. */
import { z } from 'zod'
import { FlagRef } from './bindings-flags.ts'
import { Duration } from './duration.ts'
import { GaugeUnit, LabelName, Selector } from './metric.ts'

const Name = z.string().min(1)

/** Moved by a `router` or a `flag`; what goes back goes to the `baseline`, of a first release to its `fallback`. */
export const ServiceBinding = z.strictObject({
  candidate: Name.describe('The version that is released'),
  baseline: Name.optional().describe('The version that runs, and to which a rollback goes'),
  firstRelease: z
    .strictObject({ fallback: Name.describe('What answers users instead of the candidate') })
    .optional()
    .describe('There is no earlier version: thresholds alone judge it'),
  router: Name.optional().describe('The target that moves traffic'),
  flag: FlagRef.optional().describe('The flag that is on for the users of the candidate'),
  deployer: Name.optional().describe('The target that runs the versions; only a service moved by a flag may have none'),
  arms: z.strictObject({ label: Name }).describe('The label of the metrics that holds the version'),
  arrivals: z
    .strictObject({ source: Name, total: Selector })
    .optional()
    .describe('Requests counted at the service itself'),
})
export type ServiceBinding = z.infer<typeof ServiceBinding>

const named = {
  says: z.array(Name).min(1).describe("The document's words for this metric"),
  source: Name,
  service: Name.optional().describe('Where it judges only one of several services'),
}

const metric = {
  ...named,
  minimumSamples: z.int().positive().default(100).describe('What a criterion needs from the candidate'),
  triggerSamples: z.int().positive().default(20).describe('What a trigger needs'),
  matures: Duration.optional().describe('Real time after which what happened to a user is known'),
  noise: z
    .strictObject({
      lasts: Duration.describe('How long it stays the same'),
      cv: z.number().gt(0).max(1).describe('Its coefficient of variation, at most'),
    })
    .optional()
    .describe('Noise that the candidate may have for itself; the sequential judge waits longer for it'),
  weight: z
    .number()
    .positive()
    .optional()
    .describe("Its part of the false alarms that are allowed, beside the other metrics'; 1 unless stated"),
  expected: z
    .strictObject({
      perMinute: z.number().positive().describe('Requests of both versions a minute'),
      rate: z.number().gt(0).lt(1).describe('The part of them that is bad'),
    })
    .optional()
    .describe(
      'What a stage has to reckon with: what compares with the baseline decides sooner, and as surely, up to its end',
    ),
}

const segmentBy = LabelName.optional().describe('The label whose values are judged apart from each other')

export const MetricBinding = z.union([
  z.strictObject({ ...metric, events: Selector, total: Selector, segmentBy }),
  z.strictObject({
    ...metric,
    histogram: Selector,
    unit: z.enum(['s', 'ms']).describe('Of the bucket edges'),
    segmentBy,
  }),
  z.strictObject({
    ...named,
    gauge: Selector.describe('Values of now: shown, and never a reason to go on or back by themselves'),
    unit: GaugeUnit.optional().describe('Of its values; without it they are bare numbers'),
  }),
])
export type MetricBinding = z.infer<typeof MetricBinding>
