/** What has to hold before a release goes on, as `tidegate.yaml` says it: for criteria, items of checklists and dependencies. */
import { z } from 'zod'
import { Duration } from './duration.ts'

const Name = z.string().min(1)

/** Until when a gate should hold, in plan time from when the release first waits for it. */
const DeadlineBinding = z.strictObject({
  after: Duration,
  remindEvery: Duration.optional(),
  escalateTo: Name.optional().describe('The group that is paged once it is missed'),
  onMissed: z.enum(['hold', 'abort']).default('hold').describe('Ask a person, or take the release back'),
})
export type DeadlineBinding = z.infer<typeof DeadlineBinding>

const deadline = { deadline: DeadlineBinding.optional() }
/** Real time. */
const age = { maximumAge: Duration.optional().describe('Evidence older than this opens nothing') }

/** The forms of a gate, each with these keys beside its own. */
const gateForms = <T extends z.core.$ZodLooseShape>(more: T) =>
  [
    z.strictObject({ check: Name, ...age, ...deadline, ...more }),
    z.strictObject({
      streak: Name.describe('A check'),
      runs: z
        .int()
        .min(2)
        .max(1000)
        .optional()
        .describe('Without it, as many as the words say: "5 green runs in a row"'),
      every: Duration.describe('Real time between two runs'),
      ...age,
      ...deadline,
      ...more,
    }),
    z.strictObject({
      signOff: Name.describe('A group'),
      count: z.int().min(1).max(100).optional().describe('How many of its people have to sign; without it, one'),
      ...deadline,
      ...more,
    }),
    z.strictObject({
      goNoGo: Name.describe('A group'),
      quorum: z.int().min(1).max(100).describe('How many votes to go it takes; nobody may vote against'),
      ...deadline,
      ...more,
    }),
    z.strictObject({
      dependency: Name.describe('The group that confirms that it is there'),
      due: Name.optional(),
      ...deadline,
      ...more,
    }),
    z.strictObject({
      rehearsal: z.literal('clean').describe('The plan that runs ends safe in every scenario of a rehearsal'),
      ...age,
      ...deadline,
      ...more,
    }),
    z.strictObject({ webhook: Name.describe('A hook of the operator'), ...age, ...deadline, ...more }),
  ] as const

export const GateBinding = z.union(gateForms({}))
export type GateBinding = z.infer<typeof GateBinding>

/** `before`: the phase that waits. */
export const PlacedGateBinding = z.union(gateForms({ before: Name }))
export type PlacedGateBinding = z.infer<typeof PlacedGateBinding>

/** What a criterion in words means: a gate, or the measured criteria of an earlier phase once more. */
export const CriterionBinding = z.union([...gateForms({}), z.strictObject({ sameAs: Name })])
export type CriterionBinding = z.infer<typeof CriterionBinding>
