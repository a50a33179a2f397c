/** One verdict, judged anew from the counts that were read. */

import type { JudgeState } from '../../../core/judge/judge.ts'
import { type Condition, canonicalThreshold } from '../../../core/plan/condition.ts'
import type { Plan } from '../../../core/plan/plan.ts'
import type { Criterion, Trigger } from '../../../core/plan/step.ts'
import type { Arm, ArmCounts, MetricReading } from '../../../core/release/evidence.ts'
import type { Judgement } from '../../../core/release/judgement.ts'

const none: ArmCounts = { total: 0 }

/** What is wrong with a verdict, given the sums before and after the look and what the look read; null when it is right. */
export function brokenJudgement(
  plan: Plan,
  statement: Criterion | Trigger,
  judgement: Judgement,
  { was, is }: { was: JudgeState | undefined; is: JudgeState | undefined },
  given: MetricReading | null,
  nowMs: number,
): string | null {
  const metric = plan.metrics[statement.metricId]
  const isRelative = canonicalThreshold(statement.condition)?.kind === 'ratio'
  // One arm alone compares with nothing.
  const read = isRelative && !(given?.arms.candidate && given.arms.baseline) ? null : given
  const isTrigger = 'windowMs' in statement
  if (judgement.statistics) return brokenBet(judgement, isTrigger, is, metric?.minimumSamples ?? 0, statement.condition)
  const needed = isTrigger ? metric?.triggerSamples : metric?.minimumSamples
  if (judgement.needed !== needed) return `${judgement.needed} samples were asked for, not ${needed}`
  if (metric && 'gauge' in metric.query) return brokenGauge(statement, judgement, { was, is }, read, nowMs)
  const baseline =
    (isTrigger ? windowOf(is, nowMs - statement.windowMs, read, 'baseline') : sumOf(was, read, 'baseline')) ?? none
  const counts = isTrigger ? windowOf(is, nowMs - statement.windowMs, read) : sumOf(was, read)
  if (counts === null) return 'its window is not the looks of its span'
  if (judgement.samples !== counts.total) return `${judgement.samples} samples were judged of ${counts.total}`
  const compared = isRelative ? Math.min(counts.total, baseline.total) : counts.total
  const holds = compared >= needed ? holdsFor(counts, statement.condition, baseline) : undefined
  if (holds === 'unanswerable') return judgement.verdict === 'Error' ? null : `${judgement.verdict} without an answer`
  const isOk = isTrigger ? holds === false : holds === true
  const wanted = holds === undefined ? ['Inconclusive', 'Error'] : [isOk ? 'Successful' : 'Failed']
  return wanted.includes(judgement.verdict) ? null : `${judgement.verdict}, and it is ${wanted[0]}`
}

/** A bet decides by its odds; and no stage passes on counts that say the opposite, or too few of them. */
function brokenBet(
  { verdict, statistics, samples }: Judgement,
  isTrigger: boolean,
  state: JudgeState | undefined,
  minimum: number,
  condition: Condition,
): string | null {
  if (!statistics || !state) return 'a bet without data'
  const isWon = statistics.odds >= statistics.bar
  if (isTrigger) return isWon === (verdict === 'Failed') ? null : `${verdict} at odds of ${statistics.odds}`
  if (verdict !== 'Inconclusive' && !isWon) return `${verdict} at odds of ${statistics.odds}`
  if (verdict !== 'Successful') return null
  if (samples !== state.candidate.total || samples < minimum) return `passed on ${samples} samples`
  return holdsFor(state.candidate, condition, state.baseline) === true ? null : 'passed, and does not hold'
}

/** A gauge never decides: it fails no stage, takes nothing back, and breaches when all that is known of a window says so. */
function brokenGauge(
  statement: Criterion | Trigger,
  { samples, verdict }: Judgement,
  { was, is }: { was: JudgeState | undefined; is: JudgeState | undefined },
  read: MetricReading | null,
  nowMs: number,
): string | null {
  const { condition } = statement
  const now = read ? read.arms.candidate : was?.candidate
  if (samples !== (now?.total ?? 0)) return `${samples} instances were judged of ${now?.total ?? 0}`
  const holds = gaugeHolds(now, condition)
  const judged = (wanted: string) => (verdict === wanted ? null : `${verdict}, and it is ${wanted}`)
  if (!('windowMs' in statement)) return judged(holds === true ? 'Successful' : 'Inconclusive')
  if (statement.action.kind === 'rollback') return 'a gauge takes nothing back'
  if (windowOf(is, nowMs - statement.windowMs, read) === null) return 'its window is not the looks of its span'
  if (holds !== true) return judged(holds === false ? 'Successful' : 'Inconclusive')
  const looks = is?.window ?? []
  const told = looks.filter(({ reading }) => gaugeHolds(reading.arms.candidate, condition) !== undefined)
  const isAll = told.every(({ reading }) => gaugeHolds(reading.arms.candidate, condition) === true)
  const spanMs = (told.at(-1)?.toMs ?? 0) - (told.at(0)?.fromMs ?? 0)
  return judged(isAll && 2 * spanMs >= statement.windowMs ? 'Failed' : 'Inconclusive')
}

/** Whether the mean of the instances satisfies the condition; undefined where no instance shows anything. */
function gaugeHolds(counts: ArmCounts | undefined, condition: Condition): boolean | undefined {
  const threshold = canonicalThreshold(condition)
  if (!counts || counts.total === 0 || counts.gauge === undefined || !threshold) return undefined
  return compares(counts.gauge / counts.total, condition.comparator, threshold.value)
}

/** Everything of an arm since the stage began. */
function sumOf(was: JudgeState | undefined, read: MetricReading | null, arm: Arm = 'candidate'): ArmCounts {
  return plus(was?.[arm] ?? none, read?.arms[arm])
}

/** An arm's counts of a trigger's window; null when a look in it is too old, or the newest one is not there. */
function windowOf(
  state: JudgeState | undefined,
  fromMs: number,
  read: MetricReading | null,
  arm: Arm = 'candidate',
): ArmCounts | null {
  const looks = state?.window ?? []
  if (read && looks.at(-1)?.reading !== read) return null
  if (read && looks.some(({ toMs }) => toMs <= fromMs)) return null
  return looks.reduce((sum, { reading }) => plus(sum, reading.arms[arm]), none)
}

function plus(sum: ArmCounts, more: ArmCounts | undefined): ArmCounts {
  if (!more) return sum
  if (sum.total === 0) return more
  const counts: ArmCounts = { total: sum.total + more.total }
  if (sum.events !== undefined && more.events !== undefined) counts.events = sum.events + more.events
  if (sum.buckets && more.buckets)
    counts.buckets = sum.buckets.map(({ le, count }) => ({
      le,
      count: count + (more.buckets?.find((bucket) => bucket.le === le)?.count ?? 0),
    }))
  return counts
}

/**
 * Whether a condition holds for these counts: a share of events, alone or as a multiple of the baseline's, their number, or the share of
 * observations beyond a bucket's edge.
 */
function holdsFor(
  { total, events, buckets }: ArmCounts,
  condition: Condition,
  baseline: ArmCounts,
): boolean | undefined | 'unanswerable' {
  if (total === 0) return undefined
  const threshold = canonicalThreshold(condition)
  if (!threshold || threshold.kind === 'size') return 'unanswerable'
  const { comparator, percentile } = condition
  if (threshold.kind !== 'duration') {
    if (events === undefined) return 'unanswerable'
    if (threshold.kind === 'ratio') {
      if (baseline.total === 0 || baseline.events === undefined) return undefined
      return compares(events / total, comparator, threshold.value * (baseline.events / baseline.total))
    }
    return compares(threshold.kind === 'count' ? events : events / total, comparator, threshold.value)
  }
  const isUpper = comparator === '<' || comparator === '<='
  const edges = (buckets ?? []).filter(
    ({ le }) => le !== null && (isUpper ? le <= threshold.value : le >= threshold.value),
  )
  const edge = isUpper ? edges.at(-1) : edges[0]
  if (!edge || percentile === undefined) return 'unanswerable'
  const beyond = (total - edge.count) / total
  const allowed = 1 - percentile / 100
  return isUpper ? beyond < allowed : beyond > allowed
}

function compares(value: number, comparator: Condition['comparator'], threshold: number): boolean {
  switch (comparator) {
    case '<':
      return value < threshold
    case '<=':
      return value <= threshold
    case '>':
      return value > threshold
    case '>=':
      return value >= threshold
    case '==':
      return value === threshold
    case '!=':
      return value !== threshold
  }
}
