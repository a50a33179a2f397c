/** What the judge says of one statement: the word, the value, the samples it really had, and a sentence for a person. */
import { z } from 'zod'

/** `Error`: the judge could not do its work (a missing bucket edge). No data is never success. */
export const Verdict = z.enum(['Successful', 'Failed', 'Inconclusive', 'Error'])
export type Verdict = z.infer<typeof Verdict>

const Counts = z.strictObject({ events: z.number(), total: z.number() })

/**
 * `value` is the candidate's, `baseline` the other arm's, in the condition's canonical unit (fraction, milliseconds or count).
 * `samples` are the candidate's; `needed` how many the verdict asks for. For a trigger, `Failed` means breached.
 */
export const Judgement = z.strictObject({
  statementId: z.string(),
  verdict: Verdict,
  value: z.number().nullable(),
  baseline: z.number().nullable(),
  samples: z.number(),
  baselineSamples: z.number(),
  needed: z.number(),
  explanation: z.string(),
  /**
   * Of the sequential judge: the odds against chance and those that decide, and the ratio of the arms' rates with its 95 % band (`null` where
   * nothing compares them). The readings of the log give the same numbers again.
   */
  statistics: z
    .strictObject({
      odds: z.number(),
      bar: z.number(),
      ratio: z.number().nullable(),
      low: z.number().nullable(),
      high: z.number().nullable(),
      /** The alternative that holds most of the wealth: a ratio of rates or odds; `null` where nothing was bet. */
      leading: z.number().nullable().optional(),
      /** Bad requests of all, over what was judged, by arm; of a latency those beyond the edge that was asked about. */
      counts: z.strictObject({ candidate: Counts, baseline: Counts.nullable() }).optional(),
      /** The segments with the most bad requests of the candidate beyond what its baseline lets expect, worst first; at most three. */
      segments: z.array(z.strictObject({ segment: z.string(), candidate: Counts, baseline: Counts })).optional(),
    })
    .optional(),
})
export type Judgement = z.infer<typeof Judgement>

/**
 * The arms do not get the requests that they were asked to get: a finding about the router or the count, not about the candidate. Percentages
 * are the candidate's; `odds` against a split as asked for.
 */
export const SplitFinding = z.strictObject({
  askedPercent: z.number(),
  seenPercent: z.number(),
  requests: z.number(),
  odds: z.number(),
})
export type SplitFinding = z.infer<typeof SplitFinding>
