/** What a judge is asked and what it sees: a statement of the plan, how sure the answer must be, and one look at its metric. */
import type { Condition } from '../plan/condition.ts'
import type { MetricReading } from '../release/evidence.ts'
import type { NoiseClass } from './dispersion.ts'

/** One look: counts of both arms between `fromMs` and `toMs` of release time. */
export interface Look {
  fromMs: number
  toMs: number
  reading: MetricReading
}

/** What is judged. With `windowMs` only the looks of that span count (triggers); without it the whole stage (criteria). */
export interface Question {
  statementId: string
  condition: Condition
  minimumSamples: number
  windowMs?: number
  /** How sure the sequential judge must be; the simple judge does not ask. */
  certainty?: Certainty
}

/**
 * `rollbackAlpha`: the chance that a good candidate is ever found bad by this statement; `promotionAlpha`: that a bad one is found good.
 * `stageMs`: how long the statement is watched, when all goes well. `falseAlarmEveryMs`: instead of `rollbackAlpha`, in so much time a good
 * candidate may be found bad once, in the mean. `bar`: the odds that decide the comparison with the baseline within so many events of both arms.
 * `margin`: a criterion also needs it shown that the candidate fails less than so many times as often as the baseline. `expectedRate`: of bad requests.
 */
export interface Certainty {
  rollbackAlpha: number
  promotionAlpha: number
  stageMs: number
  falseAlarmEveryMs?: number
  bar?: { odds: number; events: number }
  margin?: number
  noise?: NoiseClass
  expectedRate?: number
}
