/**
 * The sequential judge: every verdict is a bet won, valid however often it is looked at (docs/judge.md). A trigger fires when it is shown that
 * its condition holds; a criterion passes when it is shown that its threshold is kept, and fails when the opposite is shown, or that the
 * candidate is worse than the baseline. Between them it is undecided. What cannot be put as a bet is left to the simple judge.
 */
import type { Judgement, Verdict } from '../release/judgement.ts'
import { aboveOdds, belowOdds } from './alternatives.ts'
import { type Asked, askedOf } from './asked.ts'
import {
  asksMargin,
  type Bets,
  comparisonContractOf,
  marginTest,
  placeBets,
  promotionContract,
  rollbackContract,
  worseTest,
} from './bets.ts'
import { histogramOf } from './buckets.ts'
import { effectOf } from './effect-interval.ts'
import type { Contract } from './evidence.ts'
import { explainCriterion, explainTrigger } from './explain-finding.ts'
import { type Finding, isShown, ratiosOf, type Shown, shownBy, worstSegments } from './finding.ts'
import type { Judge, JudgeState } from './judge.ts'
import { ratioNats, requestsNeeded, thresholdNats } from './outlook.ts'
import type { Certainty, Look, Question } from './question.ts'
import { type Interval, quantileInterval, rateInterval } from './rate-interval.ts'
import { thresholdJudge } from './threshold-judge.ts'

export const sequentialJudge: Judge = {
  initial: thresholdJudge.initial,
  observe,
  judge,
  firstBreachMs: thresholdJudge.firstBreachMs,
}

/** The level of the bands that are shown. */
const shownAlpha = 0.05

function observe(state: JudgeState, question: Question, look: Look): JudgeState {
  const bets = placeBets(state.bets, question, look)
  const sums = thresholdJudge.observe(state, question, look)
  return bets ? { ...sums, bets } : sums
}

function judge(state: JudgeState, question: Question): Judgement {
  const simple = thresholdJudge.judge(state, question)
  const isTrigger = question.windowMs !== undefined
  const asked = askedOf(question.condition, isTrigger)
  const { certainty } = question
  const { bets } = state
  if (!asked || !certainty || simple.verdict === 'Error' || simple.samples === 0 || !bets) return simple
  const finding = findingOf(bets, asked, certainty)
  return isTrigger
    ? judgeTrigger(simple, question, finding, statisticsOf(state, asked, finding, finding.bad))
    : judgeCriterion(simple, question, state, asked, certainty, finding)
}

/** While it is shown, it is breached, also when the window has too few samples by themselves; clear is what the window says then. */
function judgeTrigger(
  simple: Judgement,
  { condition }: Question,
  finding: Finding,
  statistics: Judgement['statistics'],
): Judgement {
  const isClear = simple.verdict === 'Successful'
  const verdict = isShown(finding.bad) ? 'Failed' : isClear ? 'Successful' : 'Inconclusive'
  return {
    ...simple,
    verdict,
    needed: simple.samples,
    statistics,
    explanation: explainTrigger(verdict, simple, condition, finding),
  }
}

function judgeCriterion(
  simple: Judgement,
  { condition, minimumSamples }: Question,
  state: JudgeState,
  asked: Asked,
  certainty: Certainty,
  finding: Finding,
): Judgement {
  const { good, withinMargin, bad, worse } = finding
  const failing = [bad, worse].find(isShown)
  // Of noisy requests the last ones are no evidence before their block ends; nothing passes on counts that say the opposite.
  const isGood = simple.verdict !== 'Failed' && isShown(good) && (withinMargin === null || isShown(withinMargin))
  const isEnough = simple.samples >= minimumSamples
  const verdict = failing ? 'Failed' : isGood && isEnough ? 'Successful' : 'Inconclusive'
  const more = isGood ? minimumSamples - simple.samples : moreNeeded(state, asked, certainty, finding)
  const needed = verdict === 'Inconclusive' ? Math.max(minimumSamples, simple.samples + (more ?? 0)) : simple.samples
  const band = bandOf(state, asked, verdict)
  return {
    ...simple,
    verdict,
    needed,
    statistics: statisticsOf(state, asked, finding, failing ?? good),
    explanation: explainCriterion(verdict, { ...simple, band }, condition, finding, more),
  }
}

/** The band of the candidate's value over the stage, in the condition's canonical unit, for a finding: nobody asks it of what is well. */
function bandOf({ candidate }: JudgeState, asked: Asked, verdict: Verdict): Interval | null {
  if (verdict !== 'Failed' || !asked.count(candidate, 'good')) return null
  if (asked.kind !== 'quantile') return rateInterval(candidate.events ?? 0, candidate.total, shownAlpha)
  const histogram = histogramOf(candidate)
  return histogram ? quantileInterval(histogram.edges, histogram.counts, 1 - asked.rate, shownAlpha) : null
}

/** By the rates seen so far, as if half a bad request more had been seen. What is still to be shown takes the longer of the two. */
function moreNeeded(
  { candidate, baseline }: JudgeState,
  asked: Asked,
  certainty: Certainty,
  { good, withinMargin, effect }: Finding,
): number | null {
  const [own, other] = [asked.count(candidate, 'good'), asked.count(baseline, 'good')]
  if (!own || own.total === 0) return null
  const estimate = (own.events + 0.5) / (own.total + 1)
  const nats = estimate < asked.rate ? thresholdNats(estimate, asked.rate) : 0
  const below = asked.kind === 'ratio' ? 0 : requestsNeeded(good.odds, good.bar, nats)
  if (withinMargin === null) return below
  if (!other || other.total === 0) return null
  const { nullRatio } = marginTest(asked, certainty)
  const ratio = effect?.ratio ?? 1
  const share = own.total / (own.total + other.total)
  const isBetter = asked.isHighBad ? ratio < nullRatio : ratio > nullRatio
  const ofMargin = isBetter ? ratioNats(share, (other.events + 0.5) / (other.total + 1), ratio, nullRatio) : 0
  const within = requestsNeeded(withinMargin.odds, withinMargin.bar, ofMargin)
  return below === null || within === null ? null : Math.max(below, within)
}

function findingOf(bets: Bets, asked: Asked, certainty: Certainty): Finding {
  const [rollback, promotion] = [rollbackContract(certainty), promotionContract(certainty)]
  const whole = (contract: Contract) => ({ laidOut: contract, decides: contract })
  const worst = worseTest(asked, certainty)
  const decides = comparisonContractOf(certainty, bets)
  const failing = shownBy(bets.worse.test.evidence, ratiosOf(worst), { laidOut: worst.contract, decides }, 'bad')
  const slower = bets.slower ? shownBy(bets.slower.evidence, [], whole(rollback), 'bad') : null
  const margin = ratiosOf(marginTest(asked, certainty))
  const withinMargin = asksMargin(asked, certainty)
    ? shownBy(bets.withinMargin.test.evidence, margin, whole(promotion), 'bad')
    : null
  const isRatio = asked.kind === 'ratio'
  const worse = slower ?? failing
  const bad = isRatio ? failing : shownBy(bets.bad, aboveOdds.ratios, whole(rollback), 'bad')
  const { falseAlarmEveryMs } = certainty
  return {
    good: isRatio && withinMargin ? withinMargin : shownBy(bets.good, belowOdds.ratios, whole(promotion), 'good'),
    bad,
    worse,
    isSlower: slower !== null,
    isHighBad: asked.isHighBad,
    isNoisy: certainty.noise !== undefined,
    withinMargin,
    // It costs more than all the rest, and tells nothing new while nothing is found.
    effect: isShown(bad) || isShown(worse) || withinMargin ? effectOf(bets.effect, shownAlpha) : null,
    ...(falseAlarmEveryMs === undefined ? {} : { falseAlarmEveryMs }),
  }
}

/** What the verdict was made of: enough to tell it, while the readings of the log give all of it again. */
function statisticsOf(
  { candidate, baseline, bets }: JudgeState,
  asked: Asked,
  { effect }: Finding,
  { odds, bar, leading, counted }: Shown,
): NonNullable<Judgement['statistics']> {
  const { ratio, low, high } = effect ?? { ratio: null, low: null, high: null }
  const [own, other] = [asked.count(candidate, counted), asked.count(baseline, counted)]
  const segments = worstSegments(bets?.segments ?? {})
  return {
    ...{ odds, bar, ratio, low, high, leading },
    ...(own ? { counts: { candidate: own, baseline: other && other.total > 0 ? other : null } } : {}),
    ...(segments.length > 0 ? { segments } : {}),
  }
}
