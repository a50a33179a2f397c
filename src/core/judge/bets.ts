/** Everything the sequential judge bets on for one statement, look by look. */
import type { ArmCounts } from '../release/evidence.ts'
import { aboveOdds, belowOdds, betterRatios, lessRatios, moreRatios, worseRatios } from './alternatives.ts'
import { type Asked, askedOf } from './asked.ts'
import { commonEdges, histogramOf, mergedOnto } from './buckets.ts'
import { addCounts, noCounts } from './counts.ts'
import { type EffectRecord, eventsOf, noEffect, recordEffect } from './effect-interval.ts'
import { type Contract, pass, startEvidence } from './evidence.ts'
import { onEdges, startLatency } from './latency.ts'
import { type NoisyLatencyState, observeNoisyLatency } from './noisy-latency.ts'
import { type NoisyRateRatioState, observeNoisyRateRatio, startNoisyRateRatio } from './noisy-rate-ratio.ts'
import { type NoisyEvidence, observeNoisyThreshold } from './noisy-threshold.ts'
import type { Certainty, Look, Question } from './question.ts'
import { plusStratum, type RateRatioTest, type RateStratum } from './rate-ratio.ts'

export interface Bets {
  /** Release time of the first look; the bets' clock starts there. */
  readonly startMs: number
  /** Against "at least the threshold"; only criteria ask that. */
  readonly good: NoisyEvidence
  /** Against "at most the threshold". */
  readonly bad: NoisyEvidence
  /** Against "no worse than the baseline", of rates and of latencies. */
  readonly worse: NoisyRateRatioState
  readonly slower: NoisyLatencyState | null
  /** Against "worse than the margin allows". */
  readonly withinMargin: NoisyRateRatioState
  readonly effect: EffectRecord
  /** Sums by segment, of metrics that have segments. */
  readonly segments?: Readonly<Record<string, RateStratum>>
  /** Counts of looks that had more events than requests, because one counter lags: they wait for the looks that make them add up. */
  readonly waiting?: { readonly whole: Parts; readonly segments: Parts }
}

export const rollbackContract = ({ rollbackAlpha, stageMs, falseAlarmEveryMs }: Certainty): Contract =>
  falseAlarmEveryMs === undefined
    ? { kind: 'anyStart', alpha: rollbackAlpha, stageMs }
    : { kind: 'rate', everyMs: falseAlarmEveryMs }

/** Of the false alarms that a stage with a stated horizon allows, the part that is kept for the time after it. */
export const beyondHorizon = 0.1

/** For the comparison with the baseline, after `events` of both arms: all wealth is on the table from the start where a bar was computed. */
export function comparisonContract(certainty: Certainty, events: number): Contract {
  const { bar, rollbackAlpha } = certainty
  if (!bar) return rollbackContract(certainty)
  if (events <= bar.events) return { kind: 'calibrated', bar: bar.odds }
  return { kind: 'fromStart', alpha: rollbackAlpha * beyondHorizon }
}

export const comparisonContractOf = (certainty: Certainty, { effect }: Pick<Bets, 'effect'>): Contract =>
  comparisonContract(certainty, eventsOf(effect))
export const promotionContract = ({ promotionAlpha }: Certainty): Contract => ({
  kind: 'fromStart',
  alpha: promotionAlpha,
})

export function worseTest({ rate, ratio, isHighBad }: Asked, certainty: Certainty): RateRatioTest {
  return {
    // Whatever the events so far: how wealth is laid out does not depend on them.
    contract: comparisonContract(certainty, 0),
    alternatives: isHighBad ? worseRatios : lessRatios,
    nullRatio: ratio,
    expectedRate: certainty.expectedRate ?? rate,
  }
}

export function marginTest({ kind, rate, ratio, isHighBad }: Asked, certainty: Certainty): RateRatioTest {
  return {
    contract: promotionContract(certainty),
    alternatives: isHighBad ? betterRatios : moreRatios,
    nullRatio: kind === 'ratio' ? ratio : (certainty.margin ?? 1),
    expectedRate: certainty.expectedRate ?? rate,
  }
}

/** Whether a statement asks that the candidate be shown to be within a margin of the baseline. */
export const asksMargin = ({ kind }: Asked, { margin }: Certainty): boolean =>
  kind === 'ratio' || (kind === 'rate' && margin !== undefined)

/** Folds one look; `undefined` while the question is not one for bets, or the candidate had no data yet. */
export function placeBets(bets: Bets | undefined, question: Question, look: Look): Bets | undefined {
  const { condition, certainty, windowMs } = question
  const asked = askedOf(condition, windowMs !== undefined)
  if (!asked || !certainty || !look.reading.arms.candidate) return bets
  const { waiting, ...before } = bets ?? startBets(asked, certainty, look.fromMs)
  const untilMs = look.toMs - before.startMs
  if (bets && untilMs <= bets.bad.untilMs) return bets
  const { arms, segments = { '': arms } } = look.reading
  const isRate = asked.kind !== 'quantile'
  const whole = addedUp(waiting?.whole, { '': arms }, isRate)
  const parts = addedUp(waiting?.segments, segments, isRate)
  const isWaiting = whole.waiting !== undefined || parts.waiting !== undefined
  const after: Bets = {
    ...before,
    ...betOnThreshold(before, asked, certainty, whole.ready['']?.candidate ?? noCounts, untilMs),
    ...(isWaiting ? { waiting: { whole: whole.waiting ?? {}, segments: parts.waiting ?? {} } } : {}),
  }
  const strata = strataOf(parts.ready)
  if (strata.length === 0) return after
  return isRate
    ? { ...after, ...betOnRatio(after, asked, certainty, strata, untilMs) }
    : { ...after, slower: betOnLatency(after, certainty, strata, untilMs) }
}

/** One segment in which both arms were seen. */
interface Compared {
  segment: string
  candidate: ArmCounts
  baseline: ArmCounts
}

/** What one arm alone has compares with nothing. */
function strataOf(segments: Parts): Compared[] {
  return Object.entries(segments).flatMap(([segment, { candidate, baseline }]) =>
    candidate && baseline ? [{ segment, candidate, baseline }] : [],
  )
}

type Arms = Look['reading']['arms']
/** Both arms by segment; the whole of a look is the segment ''. */
type Parts = Readonly<Record<string, Arms>>

/** With what waited, by segment: what adds up, and what has to wait on. Only events of requests can fail to. */
function addedUp(
  waiting: Parts = {},
  now: Parts,
  isRate: boolean,
): { ready: Record<string, Arms>; waiting?: Record<string, Arms> } {
  const ready: Record<string, Arms> = {}
  const later: Record<string, Arms> = {}
  for (const segment of new Set([...Object.keys(waiting), ...Object.keys(now)])) {
    const sum = together(waiting[segment], now[segment])
    const isLagging = isRate && Object.values(sum).some(hasTooManyEvents)
    if (isLagging) later[segment] = sum
    else ready[segment] = sum
  }
  return Object.keys(later).length === 0 ? { ready } : { ready, waiting: later }
}

/** Over the same time: an arm that was missing in one of the looks is missing in their sum. */
function together(waiting: Arms | undefined, now: Arms | undefined): Arms {
  if (!waiting || !now) return waiting ?? now ?? {}
  const sum = (arm: 'candidate' | 'baseline') => {
    const [before, added] = [waiting[arm], now[arm]]
    return before && added ? { [arm]: addCounts(before, added) } : {}
  }
  return { ...sum('candidate'), ...sum('baseline') }
}

const hasTooManyEvents = ({ total, events }: ArmCounts): boolean => events !== undefined && events > total

function startBets(asked: Asked, certainty: Certainty, startMs: number): Bets {
  return {
    startMs,
    good: startEvidence(promotionContract(certainty), belowOdds.weights),
    bad: startEvidence(rollbackContract(certainty), aboveOdds.weights),
    worse: startNoisyRateRatio(worseTest(asked, certainty)),
    slower: null,
    withinMargin: startNoisyRateRatio(marginTest(asked, certainty)),
    effect: noEffect,
  }
}

function betOnThreshold(
  { good, bad }: Bets,
  { kind, rate, count }: Asked,
  certainty: Certainty,
  candidate: ArmCounts,
  untilMs: number,
): Pick<Bets, 'good' | 'bad'> {
  // There is no rate that it asks about.
  if (kind === 'ratio') return { good: pass(good, untilMs), bad: pass(bad, untilMs) }
  const none = { total: 0, events: 0 }
  const { noise } = certainty
  const toPass = { contract: promotionContract(certainty), alternatives: belowOdds, rate }
  const toBreach = { contract: rollbackContract(certainty), alternatives: aboveOdds, rate }
  return {
    good: observeNoisyThreshold(good, toPass, noise, count(candidate, 'good') ?? none, untilMs),
    bad: observeNoisyThreshold(bad, toBreach, noise, count(candidate, 'bad') ?? none, untilMs),
  }
}

function betOnRatio(
  { worse, withinMargin, effect, segments }: Bets,
  asked: Asked,
  certainty: Certainty,
  compared: readonly Compared[],
  untilMs: number,
): Pick<Bets, 'worse' | 'withinMargin' | 'effect' | 'segments'> {
  const counted = compared.flatMap(({ segment, ...arms }) => {
    const [candidate, baseline] = [asked.count(arms.candidate, 'bad'), asked.count(arms.baseline, 'bad')]
    return candidate && baseline ? [{ segment, stratum: { candidate, baseline } }] : []
  })
  if (counted.length === 0) return { worse, withinMargin, effect, ...(segments ? { segments } : {}) }
  const strata = counted.map(({ stratum }) => stratum)
  const { noise } = certainty
  const isSegmented = segments !== undefined || counted.some(({ segment }) => segment !== '')
  return {
    worse: observeNoisyRateRatio(worse, worseTest(asked, certainty), noise, strata, untilMs),
    withinMargin: asksMargin(asked, certainty)
      ? observeNoisyRateRatio(withinMargin, marginTest(asked, certainty), noise, strata, untilMs)
      : withinMargin,
    effect: recordEffect(effect, strata),
    ...(isSegmented ? { segments: withSegments(segments ?? {}, counted) } : {}),
  }
}

/** Sources give at most this many; more are not kept apart. */
const mostSegments = 100

function withSegments(
  sums: Readonly<Record<string, RateStratum>>,
  counted: readonly { segment: string; stratum: RateStratum }[],
): Record<string, RateStratum> {
  const after = { ...sums }
  for (const { segment, stratum } of counted) {
    const sum = Object.hasOwn(after, segment) ? after[segment] : undefined
    if (sum) after[segment] = plusStratum(sum, stratum)
    else if (Object.keys(after).length < mostSegments) after[segment] = stratum
  }
  return after
}

/** On the edges that both arms, all segments, and all looks so far have in common. */
function betOnLatency(
  { slower }: Bets,
  certainty: Certainty,
  compared: readonly Compared[],
  untilMs: number,
): NoisyLatencyState | null {
  const pairs = compared.flatMap(({ candidate, baseline }) => {
    const [own, other] = [histogramOf(candidate), histogramOf(baseline)]
    return own && other ? [{ own, other }] : []
  })
  const [first, ...rest] = pairs.flatMap(({ own, other }) => [own.edges, other.edges])
  if (!first) return slower
  const shared = rest.reduce(commonEdges, first)
  const edges = slower ? commonEdges(slower.edges, shared) : shared
  if (edges.length === 0) return slower
  const contract = rollbackContract(certainty)
  const state: NoisyLatencyState = slower ? onEdges(slower, edges) : startLatency(contract, edges)
  const strata = pairs.map(({ own, other }) => ({
    candidate: mergedOnto(edges, own),
    baseline: mergedOnto(edges, other),
  }))
  return observeNoisyLatency(state, contract, certainty.noise, strata, untilMs)
}
