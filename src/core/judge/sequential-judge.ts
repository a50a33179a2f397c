/**
 * The sequential judge: every verdict is a bet won, valid however often it is looked at (docs/judge.md). A trigger fires when it is shown that
 * its condition holds; a criterion passes when it is shown that its threshold is kept, and fails when the opposite is shown, or that the
 * candidate is worse than the baseline. Between them it is undecided. What cannot be put as a bet is left to the simple judge.
 */
import type { Judgement, Verdict } from '../release/judgement.ts'
import { type Asked, askedOf } from './asked.ts'
import { type Bets, placeBets, promotionContract, rollbackContract } from './bets.ts'
import { histogramOf } from './buckets.ts'
import { type Effect, effectOf } from './effect-interval.ts'
import { barOf, oddsOf } from './evidence.ts'
import { explainCriterion, explainTrigger, type Finding } from './explain-finding.ts'
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
  if (!asked || !certainty || simple.verdict === 'Error' || simple.samples === 0 || !state.bets) return simple
  return isTrigger
    ? judgeTrigger(simple, question, findingOf(state.bets, certainty))
    : judgeCriterion(simple, question, state, asked, certainty, findingOf(state.bets, certainty))
}

/** While it is shown, it is breached, also when the window has too few samples by themselves; clear is what the window says then. */
function judgeTrigger(simple: Judgement, { condition }: Question, finding: Finding): Judgement {
  const { bad, bar } = finding
  const isClear = simple.verdict === 'Successful'
  const verdict = bad >= bar ? 'Failed' : isClear ? 'Successful' : 'Inconclusive'
  return {
    ...simple,
    verdict,
    needed: simple.samples,
    statistics: statisticsOf(bad, bar, finding.effect),
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
  const { bets } = state
  if (!bets) return simple
  const { good, withinMargin, bad, worse, bar } = finding
  const passBar = barOf(promotionContract(certainty))
  const isBad = bad >= bar || worse >= bar
  const isGood =
    good >= passBar && (certainty.margin === undefined || asked.kind === 'quantile' || withinMargin >= passBar)
  const isEnough = simple.samples >= minimumSamples
  const verdict = isBad ? 'Failed' : isGood && isEnough ? 'Successful' : 'Inconclusive'
  const more = isGood ? minimumSamples - simple.samples : moreNeeded(state, asked, certainty, finding)
  const needed = verdict === 'Inconclusive' ? Math.max(minimumSamples, simple.samples + (more ?? 0)) : simple.samples
  return {
    ...simple,
    verdict,
    needed,
    statistics: statisticsOf(isBad ? Math.max(bad, worse) : good, isBad ? bar : passBar, finding.effect),
    explanation: explainCriterion(
      verdict,
      { ...simple, band: bandOf(state, asked, verdict) },
      condition,
      finding,
      more,
    ),
  }
}

/** The band of the candidate's value over the stage, in the condition's canonical unit, for a finding: nobody asks it of what is well. */
function bandOf({ candidate }: JudgeState, asked: Asked, verdict: Verdict): Interval | null {
  if (verdict !== 'Failed' || !asked.count(candidate, 'good')) return null
  if (asked.kind === 'rate') return rateInterval(candidate.events ?? 0, candidate.total, shownAlpha)
  const histogram = histogramOf(candidate)
  return histogram ? quantileInterval(histogram.edges, histogram.counts, 1 - asked.rate, shownAlpha) : null
}

/** By the rates seen so far, as if half a bad request more had been seen. What is still to be shown takes the longer of the two. */
function moreNeeded(
  { candidate, baseline }: JudgeState,
  asked: Asked,
  certainty: Certainty,
  finding: Finding,
): number | null {
  const [own, other] = [asked.count(candidate, 'good'), asked.count(baseline, 'good')]
  const bar = barOf(promotionContract(certainty))
  if (!own || own.total === 0) return null
  const estimate = (own.events + 0.5) / (own.total + 1)
  const below = requestsNeeded(finding.good, bar, estimate < asked.rate ? thresholdNats(estimate, asked.rate) : 0)
  const { margin } = certainty
  if (margin === undefined || asked.kind === 'quantile') return below
  if (!other || other.total === 0) return null
  const ratio = finding.effect?.ratio ?? 1
  const share = own.total / (own.total + other.total)
  const nats = ratio < margin ? ratioNats(share, (other.events + 0.5) / (other.total + 1), ratio, margin) : 0
  const within = requestsNeeded(finding.withinMargin, bar, nats)
  return below === null || within === null ? null : Math.max(below, within)
}

function findingOf(bets: Bets, certainty: Certainty): Finding {
  const [rollback, promotion] = [rollbackContract(certainty), promotionContract(certainty)]
  const slower = bets.slower ? oddsOf(bets.slower.evidence, rollback) : 0
  const failing = oddsOf(bets.worse.test.evidence, rollback)
  const worse = Math.max(slower, failing)
  const bad = oddsOf(bets.bad, rollback)
  const bar = barOf(rollback)
  const isMarginAsked = certainty.margin !== undefined
  return {
    good: oddsOf(bets.good, promotion),
    bad,
    worse,
    isSlower: slower > failing,
    withinMargin: oddsOf(bets.withinMargin.test.evidence, promotion),
    bar,
    // It costs more than all the rest, and tells nothing new while nothing is found.
    effect: bad >= bar || worse >= bar || isMarginAsked ? effectOf(bets.effect, shownAlpha) : null,
  }
}

function statisticsOf(odds: number, bar: number, effect: Effect | null): NonNullable<Judgement['statistics']> {
  const { ratio, low, high } = effect ?? { ratio: null, low: null, high: null }
  return { odds, bar, ratio, low, high }
}
