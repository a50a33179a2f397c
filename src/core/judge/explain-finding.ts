/** A finding of the sequential judge in one sentence for whoever is on call. */
import { type Condition, formatCondition } from '../plan/condition.ts'
import { formatDuration } from '../plan/duration.ts'
import { formatCount, formatValue } from '../plan/format-value.ts'
import type { Judgement, Verdict } from '../release/judgement.ts'
import { type Finding, isShown, type Shown } from './finding.ts'
import type { Interval } from './rate-interval.ts'

type Measured = Pick<Judgement, 'value' | 'baseline' | 'samples'>

export function explainTrigger(verdict: Verdict, measured: Measured, condition: Condition, finding: Finding): string {
  const seen = seenOf(measured, condition)
  if (verdict === 'Successful') return `"${formatCondition(condition)}" does not hold${seen}`
  if (verdict === 'Inconclusive') return `"${formatCondition(condition)}" is not shown${seen}: ${notYet(finding)}`
  return `"${formatCondition(condition)}" holds${seen}, ${against(finding.bad, finding)}; ${attribution(measured, condition, finding)}`
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
  if (verdict === 'Successful') return `${statement} holds${seen}, ${shownOdds(finding.good.odds)} against chance`
  if (verdict === 'Failed')
    return isShown(finding.bad) && finding.bad !== finding.worse
      ? `${statement} does not hold${seen}, ${against(finding.bad, finding)}`
      : `${statement}: ${comparison(finding)}${seen}, ${against(finding.worse, finding)}`
  if (more === null) return `${statement} is undecided${seen}: more samples alone will hardly decide it`
  const how = finding.isNoisy ? 'at least' : 'about'
  return `${statement} is undecided${seen}: needs ${how} ${formatCount(Math.max(1, more))} more`
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
  if (isShown(finding.worse)) return comparison(finding)
  if (baseline === null) return 'there is no baseline to compare with'
  return `nothing shows that the candidate is the cause: the baseline has ${formatValue(baseline, condition)}`
}

function comparison({ effect, isSlower, isHighBad }: Finding): string {
  if (isSlower) return 'the candidate is slower than the baseline'
  // What began late is not to be seen in the ratio of the whole stage.
  if (!effect || effect.ratio === null || (isHighBad ? effect.low <= 1 : effect.high >= 1))
    return isHighBad ? 'of late the candidate fails oftener than the baseline' : 'of late the candidate has less of it'
  const times = (ratio: number) => ratio.toPrecision(2).replace(/\.0$/, '')
  const how = isHighBad ? 'fails' : 'has it'
  // Where the baseline has no event, or next to none, nothing bounds the ratio.
  if (effect.high >= mostRatio)
    return `the candidate ${how} at least ${times(effect.low)}× as often as the baseline (95 % sure)`
  return `the candidate ${how} ${times(effect.ratio)}× as often as the baseline, 95 % band ${times(effect.low)}–${times(effect.high)}×`
}

/** The widest band that is worked out. */
const mostRatio = 999

/** Beyond this, more odds tell a person nothing. */
const mostOdds = 1_000_000

/** How hard it is to have been seen by chance, in the terms in which false alarms are allowed. */
function against({ odds }: Shown, { falseAlarmEveryMs }: Finding): string {
  if (falseAlarmEveryMs !== undefined)
    return `which chance shows once in ${formatDuration(falseAlarmEveryMs * Math.max(1, odds))} at most`
  return `${shownOdds(odds)} against chance`
}

function notYet({ bad, falseAlarmEveryMs }: Finding): string {
  if (falseAlarmEveryMs !== undefined)
    return `it is ${formatCount(Math.round(bad.odds * 100))} % of what chance shows once in ${formatDuration(falseAlarmEveryMs)}`
  return `${shownOdds(bad.odds)} against chance, and it takes ${shownOdds(bad.bar)}`
}

function shownOdds(odds: number): string {
  if (odds >= mostOdds) return `over ${formatCount(mostOdds)}:1`
  return `${formatCount(odds < 10 ? Math.round(odds * 10) / 10 : Math.round(odds))}:1`
}
