/**
 * The simple judge: plain thresholds on counts and latency buckets. A verdict needs its samples; no data never passes; what neither passes
 * nor breaches is undecided. Quantiles are judged at a bucket edge, never by an interpolated value.
 */
import { type Condition, canonicalThreshold, compare, formatCondition } from '../plan/condition.ts'
import { formatCount, formatValue } from '../plan/format-value.ts'
import type { Arm, ArmCounts } from '../release/evidence.ts'
import type { Judgement, Verdict } from '../release/judgement.ts'
import { addCounts, noCounts, quantileOf } from './counts.ts'
import { type Judge, type JudgeState, maximumWindowLooks } from './judge.ts'
import type { Look, Question } from './question.ts'

export const thresholdJudge: Judge = { initial, observe, judge, firstBreachMs }

function initial(): JudgeState {
  return { candidate: noCounts, baseline: noCounts, window: [] }
}

function observe(state: JudgeState, question: Question, look: Look): JudgeState {
  const { candidate, baseline } = look.reading.arms
  // What one arm alone has compares with nothing, and would stand against what the other had at other times.
  if (canonicalThreshold(question.condition)?.kind === 'ratio' && !(candidate && baseline)) return state
  const horizonMs = question.windowMs
  return {
    candidate: addCounts(state.candidate, candidate),
    baseline: addCounts(state.baseline, baseline),
    window:
      horizonMs === undefined
        ? []
        : [...state.window, look].filter((past) => past.toMs > look.toMs - horizonMs).slice(-maximumWindowLooks),
  }
}

function judge(state: JudgeState, question: Question): Judgement {
  const { condition, minimumSamples } = question
  const candidate = countsOf(state, question, 'candidate')
  const baseline = countsOf(state, question, 'baseline')
  const isTrigger = question.windowMs !== undefined
  const base = {
    statementId: question.statementId,
    value: shownValue(candidate, condition),
    baseline: shownValue(baseline, condition),
    samples: candidate.total,
    baselineSamples: baseline.total,
    needed: minimumSamples,
  }
  const isRelative = canonicalThreshold(condition)?.kind === 'ratio'
  const holds = candidate.total === 0 ? undefined : holdsFor(candidate, condition, baseline)
  if (holds === 'unanswerable')
    return { ...base, verdict: 'Error', explanation: explainUnanswerable(candidate, condition) }
  const compared = isRelative ? Math.min(candidate.total, baseline.total) : candidate.total
  const verdict = verdictOf(holds, isTrigger, compared >= minimumSamples)
  return { ...base, verdict, explanation: explain(verdict, isTrigger, base, condition) }
}

function firstBreachMs(state: JudgeState, question: Question): number | null {
  const breaching = state.window.find((look) => {
    const { candidate, baseline } = look.reading.arms
    return candidate !== undefined && candidate.total > 0 && holdsFor(candidate, question.condition, baseline) === true
  })
  return breaching?.fromMs ?? null
}

/** The counts that a question is about: its window's, or the whole stage's. */
function countsOf(state: JudgeState, question: Question, arm: Arm): ArmCounts {
  if (question.windowMs === undefined) return state[arm]
  return state.window.reduce((sum, look) => addCounts(sum, look.reading.arms[arm]), noCounts)
}

function verdictOf(holds: boolean | undefined, isTrigger: boolean, enough: boolean): Verdict {
  if (holds === undefined || !enough) return 'Inconclusive'
  return holds === isTrigger ? 'Failed' : 'Successful'
}

type Measured = Pick<Judgement, 'value' | 'samples' | 'needed'>

/** Threshold, value and samples in one sentence; a quantile above the last edge has no value to tell. */
function explain(verdict: Verdict, isTrigger: boolean, measured: Measured, condition: Condition): string {
  const { value, samples, needed } = measured
  const statement = formatCondition(condition)
  if (samples === 0) return `no data for "${statement}" yet`
  if (verdict === 'Inconclusive' && samples >= needed) return `"${statement}": too few samples of the baseline`
  if (verdict === 'Inconclusive') return `"${statement}": ${samples} samples, needs ${needed - samples} more`
  const holds = (verdict === 'Failed') === isTrigger
  const at = value === null ? '' : `: ${formatValue(value, condition)}`
  return `"${statement}" ${holds ? 'holds' : 'does not hold'}${at} over ${formatCount(samples)} samples`
}

/**
 * Does the condition hold for these counts? Where its value is no bucket edge, the next edge is taken that makes it harder to hold. Against a
 * baseline that is not there, nothing holds and nothing does not.
 */
function holdsFor(
  counts: ArmCounts,
  condition: Condition,
  baseline: ArmCounts | undefined,
): boolean | undefined | 'unanswerable' {
  const threshold = canonicalThreshold(condition)
  if (threshold === undefined || threshold.kind === 'size') return 'unanswerable'
  if (threshold.kind === 'ratio') {
    const [own, other] = [shownValue(counts, condition), shownValue(baseline ?? noCounts, condition)]
    if (own === null) return 'unanswerable'
    return other === null ? undefined : compare[condition.comparator](own, threshold.value * other)
  }
  if (threshold.kind !== 'duration') {
    const value = shownValue(counts, condition)
    return value === null ? 'unanswerable' : compare[condition.comparator](value, threshold.value)
  }
  const upper = condition.comparator.startsWith('<')
  if (condition.percentile === undefined || !(upper || condition.comparator.startsWith('>'))) return 'unanswerable'
  const edge = edgeFor(counts, threshold.value, upper ? 'atOrBelow' : 'atOrAbove')
  if (edge === undefined) return 'unanswerable'
  const above = (counts.total - edge.count) / counts.total
  const allowed = 1 - condition.percentile / 100
  return upper ? above < allowed : above > allowed
}

function edgeFor(counts: ArmCounts, thresholdMs: number, side: 'atOrBelow' | 'atOrAbove') {
  const finite = (counts.buckets ?? []).filter((bucket) => bucket.le !== null)
  return side === 'atOrBelow'
    ? finite.findLast((bucket) => (bucket.le ?? 0) <= thresholdMs)
    : finite.find((bucket) => (bucket.le ?? 0) >= thresholdMs)
}

function explainUnanswerable(counts: ArmCounts, condition: Condition): string {
  const edges = (counts.buckets ?? []).map((bucket) => bucket.le ?? '+Inf').join(', ')
  return edges === ''
    ? `"${formatCondition(condition)}" cannot be judged from this metric: it counts events, and the condition is about another kind of value`
    : `"${formatCondition(condition)}" cannot be judged at the histogram's edges (${edges} ms)`
}

/** The value to show: events per total, a bare count, or the quantile in milliseconds. */
function shownValue(counts: ArmCounts, condition: Condition): number | null {
  if (counts.total === 0) return null
  if (counts.buckets && condition.percentile !== undefined) return quantileOf(counts, condition.percentile / 100)
  if (counts.events === undefined) return null
  return canonicalThreshold(condition)?.kind === 'count' ? counts.events : counts.events / counts.total
}
