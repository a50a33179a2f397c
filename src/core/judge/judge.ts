/**
 * The judge's seam. A judge folds looks into a state small enough to keep for every statement, and says its verdict from that state alone,
 * so that a log replays to the same verdicts.
 */
import type { Condition } from '../plan/condition.ts'
import type { ArmCounts, MetricReading } from '../release/evidence.ts'
import type { Judgement } from '../release/judgement.ts'
import type { Bets } from './bets.ts'
import type { NoiseClass } from './dispersion.ts'

/** One look: counts of both arms between `fromMs` and `toMs` of release time. */
export interface Look {
  fromMs: number
  toMs: number
  reading: MetricReading
}

/** Counts since the stage began, and the looks of the trigger's window (at most `maximumWindowLooks`). `bets`: the sequential judge's. */
export interface JudgeState {
  candidate: ArmCounts
  baseline: ArmCounts
  window: Look[]
  bets?: Bets
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
 * `stageMs`: how long the statement is watched, when all goes well. `margin`: a criterion also needs it shown that the candidate fails less than so many times as often as the baseline.
 */
export interface Certainty {
  rollbackAlpha: number
  promotionAlpha: number
  stageMs: number
  margin?: number
  noise?: NoiseClass
}

export const maximumWindowLooks = 3_600

export interface Judge {
  initial(): JudgeState
  observe(state: JudgeState, question: Question, look: Look): JudgeState
  judge(state: JudgeState, question: Question): Judgement
  /** Start of the earliest look of the window that breaches the condition by itself; null when none does. */
  firstBreachMs(state: JudgeState, question: Question): number | null
}
