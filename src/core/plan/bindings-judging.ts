/** How a release is looked at and judged, in `tidegate.yaml`. */
import { z } from 'zod'
import { Duration } from './duration.ts'
import { SequentialJudging } from './plan.ts'

const Looks = z.int().min(1).max(100).default(1)

const { rollbackAlpha, promotionAlpha, margin, splitTolerance } = SequentialJudging.shape

const SequentialBinding = z.strictObject({
  rollbackAlpha: rollbackAlpha.describe(
    'The chance that a good candidate ever fires any trigger; its metrics share it',
  ),
  promotionAlpha: promotionAlpha.describe("The chance that a candidate beyond a criterion's threshold passes it"),
  margin: margin.describe('A rate passes only when it is shown to be less than so many times that of the baseline'),
  falseAlarmEvery: Duration.optional().describe(
    'For watches of days, instead of `rollbackAlpha`: a good candidate fires a trigger once in so much time at most, in the mean',
  ),
  splitTolerance: splitTolerance.describe(
    "By what part the candidate's requests may differ from the share that was asked for before that is a finding; 0.2 unless stated",
  ),
})
export type SequentialBinding = z.infer<typeof SequentialBinding>

export const JudgingBinding = z
  .strictObject({
    interval: Duration.prefault('1s'),
    triggerWindow: Duration.prefault('1m'),
    staleness: Duration.prefault('30s'),
    sampleWait: Duration.prefault('1h'),
    breachLooks: Looks.describe('Looks in a row that a trigger must be breached before it fires'),
    clearLooks: Looks.describe('Looks in a row that it must be clear before it is over'),
    onMissing: z
      .enum(['hold', 'rollback'])
      .default('hold')
      .describe('What follows when a stage has had no fresh data for as long as `staleness`'),
    sequential: z
      .union([z.literal(false), SequentialBinding])
      .prefault({})
      .describe(
        'How sure verdicts are, however often they are looked at; `false` compares plain thresholds with the counts of a window or a stage',
      ),
  })
  .prefault({})
