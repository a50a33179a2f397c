/** Everything the sequential judge bets on for one statement, look by look. */
import type { ArmCounts } from '../release/evidence.ts'
import { aboveOdds, belowOdds, betterRatios, worseRatios } from './alternatives.ts'
import { type Asked, askedOf } from './asked.ts'
import { commonEdges, histogramOf, mergedOnto } from './buckets.ts'
import { addCounts, noCounts } from './counts.ts'
import { type EffectRecord, noEffect, recordEffect } from './effect-interval.ts'
import { type Contract, startEvidence } from './evidence.ts'
import { onEdges, startLatency } from './latency.ts'
import { type NoisyLatencyState, observeNoisyLatency } from './noisy-latency.ts'
import { type NoisyRateRatioState, observeNoisyRateRatio, startNoisyRateRatio } from './noisy-rate-ratio.ts'
import { type NoisyEvidence, observeNoisyThreshold } from './noisy-threshold.ts'
import type { Certainty, Look, Question } from './question.ts'
import type { RateRatioTest, RateStratum } from './rate-ratio.ts'

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
  /** Looks that counted more events than requests, because one counter lags: they wait for the looks that make them add up. */
  readonly waiting?: Arms
}

export const rollbackContract = ({ rollbackAlpha, stageMs }: Certainty): Contract => ({
  kind: 'anyStart',
  alpha: rollbackAlpha,
  stageMs,
})
export const promotionContract = ({ promotionAlpha }: Certainty): Contract => ({
  kind: 'fromStart',
  alpha: promotionAlpha,
})

export function worseTest(asked: Asked, certainty: Certainty): RateRatioTest {
  const { rate } = asked
  return { contract: rollbackContract(certainty), alternatives: worseRatios, nullRatio: 1, expectedRate: rate }
}

export function marginTest(asked: Asked, certainty: Certainty): RateRatioTest {
  const nullRatio = certainty.margin ?? 1
  return { contract: promotionContract(certainty), alternatives: betterRatios, nullRatio, expectedRate: asked.rate }
}

/** Folds one look; `undefined` while the question is not one for bets, or the candidate had no data yet. */
export function placeBets(bets: Bets | undefined, question: Question, look: Look): Bets | undefined {
  const { condition, certainty, windowMs } = question
  const asked = askedOf(condition, windowMs !== undefined)
  if (!asked || !certainty || !look.reading.arms.candidate) return bets
  const { waiting, ...before } = bets ?? startBets(asked, certainty, look.fromMs)
  const untilMs = look.toMs - before.startMs
  if (bets && untilMs <= bets.bad.untilMs) return bets
  const arms = withWaiting(waiting, look.reading.arms)
  const { candidate = noCounts, baseline } = arms
  if (asked.kind === 'rate' && [candidate, baseline ?? noCounts].some(hasTooManyEvents))
    return { ...before, ...betOnThreshold(before, asked, certainty, noCounts, untilMs), waiting: arms }
  const thresholds = betOnThreshold(before, asked, certainty, candidate, untilMs)
  if (!baseline) return { ...before, ...thresholds }
  if (asked.kind === 'quantile')
    return { ...before, ...thresholds, slower: betOnLatency(before, certainty, candidate, baseline, untilMs) }
  return { ...before, ...thresholds, ...betOnRatio(before, asked, certainty, candidate, baseline, untilMs) }
}

type Arms = Look['reading']['arms']

/** Both arms over the same time: an arm that was missing in one of the looks is missing in their sum. */
function withWaiting(waiting: Arms | undefined, { candidate, baseline }: Arms): Arms {
  if (!waiting) return { ...(candidate ? { candidate } : {}), ...(baseline ? { baseline } : {}) }
  return {
    candidate: addCounts(waiting.candidate ?? noCounts, candidate),
    ...(waiting.baseline && baseline ? { baseline: addCounts(waiting.baseline, baseline) } : {}),
  }
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
  { rate, count }: Asked,
  certainty: Certainty,
  candidate: ArmCounts,
  untilMs: number,
): Pick<Bets, 'good' | 'bad'> {
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
  { worse, withinMargin, effect }: Bets,
  asked: Asked,
  certainty: Certainty,
  candidate: ArmCounts,
  baseline: ArmCounts,
  untilMs: number,
): Pick<Bets, 'worse' | 'withinMargin' | 'effect'> {
  const [own, other] = [asked.count(candidate, 'bad'), asked.count(baseline, 'bad')]
  if (!own || !other) return { worse, withinMargin, effect }
  const strata: RateStratum[] = [{ candidate: own, baseline: other }]
  const { margin, noise } = certainty
  return {
    worse: observeNoisyRateRatio(worse, worseTest(asked, certainty), noise, strata, untilMs),
    withinMargin:
      margin === undefined
        ? withinMargin
        : observeNoisyRateRatio(withinMargin, marginTest(asked, certainty), noise, strata, untilMs),
    effect: recordEffect(effect, strata),
  }
}

/** On the edges that both arms, and all looks so far, have in common. */
function betOnLatency(
  { slower }: Bets,
  certainty: Certainty,
  candidate: ArmCounts,
  baseline: ArmCounts,
  untilMs: number,
): NoisyLatencyState | null {
  const [own, other] = [histogramOf(candidate), histogramOf(baseline)]
  if (!own || !other) return slower
  const shared = commonEdges(own.edges, other.edges)
  const edges = slower ? commonEdges(slower.edges, shared) : shared
  if (edges.length === 0) return slower
  const contract = rollbackContract(certainty)
  const state: NoisyLatencyState = slower ? onEdges(slower, edges) : startLatency(contract, edges)
  const tick = { candidate: mergedOnto(edges, own), baseline: mergedOnto(edges, other) }
  return observeNoisyLatency(state, contract, certainty.noise, [tick], untilMs)
}
