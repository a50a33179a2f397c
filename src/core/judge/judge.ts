/**
 * The judge's seam. A judge folds looks into a state small enough to keep for every statement, and says its verdict from that state alone,
 * so that a log replays to the same verdicts.
 */
import type { ArmCounts } from '../release/evidence.ts'
import type { Judgement } from '../release/judgement.ts'
import type { Bets } from './bets.ts'
import type { Look, Question } from './question.ts'

/** Counts since the stage began, and the looks of the trigger's window (at most `maximumWindowLooks`). `bets`: the sequential judge's. */
export interface JudgeState {
  candidate: ArmCounts
  baseline: ArmCounts
  window: Look[]
  bets?: Bets
}

export const maximumWindowLooks = 3_600

export interface Judge {
  initial(): JudgeState
  observe(state: JudgeState, question: Question, look: Look): JudgeState
  judge(state: JudgeState, question: Question): Judgement
  /** Start of the earliest look of the window that breaches the condition by itself; null when none does. */
  firstBreachMs(state: JudgeState, question: Question): number | null
}
