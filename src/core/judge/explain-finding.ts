/** A finding of the sequential judge in one sentence for whoever is on call. */
import { type Condition, formatCondition } from '../plan/condition.ts'
import { formatCount, formatValue } from '../plan/format-value.ts'
import type { Judgement, Verdict } from '../release/judgement.ts'
import type { Effect } from './effect-interval.ts'
import type { Interval } from './rate-interval.ts'

/** Odds, and what they must reach; 0 where nothing was bet. */
export interface Finding {
  /** That the threshold is kept, that it is broken, that the candidate is worse than the baseline, that it is within the margin. */
  good: number
  bad: number
  worse: number
  withinMargin: number
  /** `worse` is about latency. */
  isSlower: boolean
  /** For `bad` and `worse`. */
  bar: number
  effect: Effect | null
}

type Measured = Pick<Judgement, 'value' | 'baseline' | 'samples'>

export function explainTrigger(verdict: Verdict, measured: Measured, condition: Condition, finding: Finding): string {
  const seen = seenOf(measured, condition)
  if (verdict === 'Successful') return `"${formatCondition(condition)}" does not hold${seen}`
  if (verdict === 'Inconclusive')
    return `"${formatCondition(condition)}" is not shown${seen}: ${against(finding.bad)}, and it takes ${against(finding.bar, false)}`
  return `"${formatCondition(condition)}" holds${seen}, ${against(finding.bad)}; ${attribution(measured, condition, finding)}`
}

/** `more`: requests still needed; null when they would hardly help. */
export function explainCriterion(
  verdict: Verdict,
  measured: Measured & { band: Interval | null },
  condition: Condition,
  finding: Finding,
  more: number | null,
): string {
  const statement = `"${formatCondition(condition)}"`
  const seen = seenOf(measured, condition)
  if (verdict === 'Successful') return `${statement} holds${seen}, ${against(finding.good)}`
  if (verdict === 'Failed')
    return finding.bad >= finding.bar
      ? `${statement} does not hold${seen}, ${against(finding.bad)}`
      : `${statement}: ${comparison(finding)}${seen}, ${against(finding.worse)}`
  if (more === null) return `${statement} is undecided${seen}: more samples alone will hardly decide it`
  return `${statement} is undecided${seen}: needs about ${formatCount(Math.max(1, more))} more`
}

function seenOf({ value, samples, band }: Measured & { band?: Interval | null }, condition: Condition): string {
  const at = value === null ? '' : `: ${formatValue(value, condition)}`
  return `${at}${band ? bandText(band, condition) : ''} over ${formatCount(samples)} samples`
}

/** A side that the data do not bound is open. */
function bandText({ low, high }: Interval, condition: Condition): string {
  if (low === null && high === null) return ''
  if (high === null) return ` (95 % band from ${formatValue(low, condition)})`
  return ` (95 % band ${formatValue(low ?? 0, condition)} to ${formatValue(high, condition)})`
}

/** An absolute threshold fires whoever is to blame; the sentence says what the baseline tells about that. */
function attribution({ baseline }: Measured, condition: Condition, finding: Finding): string {
  if (finding.worse >= finding.bar) return comparison(finding)
  if (baseline === null) return 'there is no baseline to compare with'
  return `nothing shows that the candidate is the cause: the baseline has ${formatValue(baseline, condition)}`
}

function comparison({ effect, isSlower }: Finding): string {
  if (isSlower) return 'the candidate is slower than the baseline'
  // What began late is not to be seen in the ratio of the whole stage.
  if (!effect || effect.ratio === null || effect.low <= 1)
    return 'of late the candidate fails oftener than the baseline'
  const times = (ratio: number) => ratio.toPrecision(2).replace(/\.0$/, '')
  return `the candidate fails ${times(effect.ratio)}× as often as the baseline, 95 % band ${times(effect.low)}–${times(effect.high)}×`
}

/** Beyond this, more odds tell a person nothing. */
const mostOdds = 1_000_000

function against(odds: number, withWords = true): string {
  const shown =
    odds >= mostOdds
      ? `over ${formatCount(mostOdds)}`
      : formatCount(odds < 10 ? Math.round(odds * 10) / 10 : Math.round(odds))
  return withWords ? `${shown}:1 against chance` : `${shown}:1`
}
