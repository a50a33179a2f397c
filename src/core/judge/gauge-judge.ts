/**
 * The judge of gauges. It shows what the instances say now and never decides alone: a few values without a count of what they are of tell
 * nothing of how sure they are. A criterion that does not hold is undecided, and a trigger is breached when its whole window says so.
 */
import { type Condition, canonicalThreshold, compare, formatCondition } from '../plan/condition.ts'
import { formatCount, formatValue } from '../plan/format-value.ts'
import type { ArmCounts } from '../release/evidence.ts'
import type { Judgement, Verdict } from '../release/judgement.ts'
import { noCounts } from './counts.ts'
import { type Judge, type JudgeState, maximumWindowLooks } from './judge.ts'
import type { Look, Question } from './question.ts'

export const gaugeJudge: Judge = { initial, observe, judge, firstBreachMs }

function initial(): JudgeState {
  return { candidate: noCounts, baseline: noCounts, window: [] }
}

/** The arms are those of the newest look: values of two times cannot be added. */
function observe({ window }: JudgeState, { windowMs }: Question, look: Look): JudgeState {
  const { candidate = noCounts, baseline = noCounts } = look.reading.arms
  if (windowMs === undefined) return { candidate, baseline, window: [] }
  const looks = [...window, look].filter(({ toMs }) => toMs > look.toMs - windowMs)
  return { candidate, baseline, window: looks.slice(-maximumWindowLooks) }
}

function judge({ candidate, baseline, window }: JudgeState, question: Question): Judgement {
  const { statementId, condition, minimumSamples, windowMs } = question
  const holds = holdsFor(candidate, condition)
  const verdict = windowMs === undefined ? verdictNow(holds) : verdictOver(holds, window, condition, windowMs)
  const measured = {
    statementId,
    value: meanOf(candidate),
    baseline: meanOf(baseline),
    samples: candidate.total,
    baselineSamples: baseline.total,
    needed: minimumSamples,
  }
  return { ...measured, verdict, explanation: explain(measured, question, verdict) }
}

function firstBreachMs({ window }: JudgeState, { condition }: Question): number | null {
  return window.find(({ reading }) => holdsFor(reading.arms.candidate, condition) === true)?.fromMs ?? null
}

const verdictNow = (holds: boolean | undefined): Verdict => (holds === true ? 'Successful' : 'Inconclusive')

/**
 * Breached when every look of the window that has data says so; a look without data says nothing. A few looks at the beginning could be one
 * spike, so they have to reach over half of the window. Clear when the newest look says so.
 */
function verdictOver(
  holds: boolean | undefined,
  window: readonly Look[],
  condition: Condition,
  windowMs: number,
): Verdict {
  if (holds !== true) return holds === false ? 'Successful' : 'Inconclusive'
  const seen = window.map((look) => ({ ...look, holds: holdsFor(look.reading.arms.candidate, condition) }))
  const looks = seen.filter((look) => look.holds !== undefined)
  const reachMs = (looks.at(-1)?.toMs ?? 0) - (looks[0]?.fromMs ?? 0)
  return looks.every((look) => look.holds) && reachMs >= windowMs / 2 ? 'Failed' : 'Inconclusive'
}

/** Undefined where there is no value, or nothing to compare it with. */
function holdsFor(counts: ArmCounts | undefined, condition: Condition): boolean | undefined {
  const value = counts ? meanOf(counts) : null
  const threshold = canonicalThreshold(condition)
  if (value === null || threshold === undefined) return undefined
  return compare[condition.comparator](value, threshold.value)
}

/** Over the instances, in the condition's canonical unit. */
const meanOf = ({ gauge, total }: ArmCounts): number | null =>
  gauge === undefined || total === 0 ? null : gauge / total

function explain({ value, samples }: Omit<Judgement, 'verdict' | 'explanation'>, question: Question, verdict: Verdict) {
  const { condition, windowMs } = question
  const statement = `"${formatCondition(condition)}"`
  if (value === null) return `no data for ${statement} yet`
  const of = samples === 1 ? 'one instance' : `the mean of ${formatCount(samples)} instances`
  const now = `${formatValue(value, condition)}, ${of}`
  if (windowMs === undefined)
    return verdict === 'Successful'
      ? `${statement} holds: ${now}`
      : `${statement} does not hold: ${now}; a gauge decides nothing by itself`
  if (verdict === 'Failed') return `${statement} holds all over its window: ${now}`
  return verdict === 'Successful'
    ? `${statement} does not hold: ${now}`
    : `${statement} holds, and not for long enough: ${now}`
}
