/** What the bets on one statement come to: the odds for each thing that may be shown, and what makes them so. */

import type { Effect } from './effect-interval.ts'
import { barOf, type Contract, type Evidence, oddsOf } from './evidence.ts'
import type { RateRatioTest, RateStratum } from './rate-ratio.ts'

/**
 * The odds for one thing, those at which it is shown, and the alternative that holds most of the wealth: a ratio of odds or of rates.
 * `counted`: which way requests at the edge of a bucket were counted.
 */
export interface Shown {
  odds: number
  bar: number
  leading: number
  counted: 'good' | 'bad'
}

export interface Finding {
  /** The threshold is kept, or the candidate within the ratio that is asked about. */
  good: Shown
  /** The threshold is broken, or the candidate beyond that ratio. */
  bad: Shown
  /** The candidate is worse than the baseline; `isSlower`: in latency. */
  worse: Shown
  isSlower: boolean
  /** Of the rates: more of it is worse. */
  isHighBad: boolean
  /** The candidate is within the margin; null where none is asked for. */
  withinMargin: Shown | null
  /** Of the rates, where there is something to tell. */
  effect: Effect | null
  /** Of a metric with declared noise: more is needed than requests alone tell. */
  isNoisy: boolean
  /** How seldom a good candidate is found bad, where that is what was allowed. */
  falseAlarmEveryMs?: number
}

export const isShown = ({ odds, bar }: Shown): boolean => odds >= bar

/** `laidOut`: the contract under which wealth was put on the table; `decides`: the one whose odds decide now. */
export function shownBy(
  evidence: Evidence,
  ratios: readonly number[],
  contract: { laidOut: Contract; decides: Contract },
  counted: Shown['counted'],
): Shown {
  const { wealth } = evidence
  const most = wealth.indexOf(Math.max(...wealth))
  return { odds: oddsOf(evidence, contract.laidOut), bar: barOf(contract.decides), leading: ratios[most] ?? 1, counted }
}

/** The alternatives of a comparison as ratios to the baseline. */
export const ratiosOf = ({ alternatives, nullRatio }: RateRatioTest): readonly number[] =>
  nullRatio === 1 ? alternatives.ratios : alternatives.ratios.map((ratio) => ratio * nullRatio)

export interface SegmentCounts extends RateStratum {
  segment: string
}

const mostSegments = 3

/** Those in which the candidate has most bad requests beyond what its baseline lets expect, worst first; at most three. */
export function worstSegments(sums: Readonly<Record<string, RateStratum>>): SegmentCounts[] {
  return Object.entries(sums)
    .map(([segment, { candidate, baseline }]) => ({ segment, candidate, baseline }))
    .filter((one) => excessOf(one) > 0)
    .sort((one, other) => excessOf(other) - excessOf(one))
    .slice(0, mostSegments)
}

const excessOf = ({ candidate, baseline }: RateStratum): number =>
  baseline.total > 0 ? candidate.events - (candidate.total * baseline.events) / baseline.total : 0
