/** The exact false-alarm rate of the rate ratio under looking at every request, and the lowest bar that keeps it at α up to a horizon. */
import type { Alternatives } from './alternatives.ts'
import { type Crossing, crossingOf } from './crossing.ts'

/**
 * The candidate's share of the requests, constant; the events of both arms that the horizon lasts for; the ratio of the rates under the null
 * (1 unless stated), and the true one (the null's unless stated: nothing is wrong).
 */
export interface RateWalk {
  share: number
  events: number
  nullRatio?: number
  ratio?: number
}

/** What becomes of the mixture over `alternatives`, all started together, when it is compared with `bar` at every event of either arm. */
export function rateCrossing(
  alternatives: Alternatives,
  bar: number,
  { share, events, nullRatio = 1, ratio = nullRatio }: RateWalk,
): Crossing {
  const success = (share * ratio) / (1 - share + share * ratio)
  // With the null's rates in place of the requests, what is left to compare is a ratio of 1.
  const shareAtNull = (share * nullRatio) / (1 - share + share * nullRatio)
  return crossingOf(success, events, boundaryOf(alternatives, bar, shareAtNull))
}

const mostSteps = 60

/**
 * The lowest bar whose exact false-alarm probability within the walk's events is at most `alpha`; never above Ville's 1/alpha. Takes as
 * long as 60 dynamic programmes; the plan keeps it.
 */
export function calibrateBar(alternatives: Alternatives, alpha: number, walk: Omit<RateWalk, 'ratio'>): number {
  let [tooLow, enough] = [0, -Math.log(alpha)]
  for (let step = 0; step < mostSteps && enough - tooLow > 1e-9; step++) {
    const middle = (tooLow + enough) / 2
    const { probability, truncated } = rateCrossing(alternatives, Math.exp(middle), walk)
    if (probability + truncated <= alpha) enough = middle
    else tooLow = middle
  }
  return Math.exp(enough)
}

/** By number of events, the least number of them in the candidate that lifts the odds to the bar. Asked for growing numbers of events. */
function boundaryOf({ ratios, logs, weights }: Alternatives, bar: number, share: number): (events: number) => number {
  const shifts = ratios.map((ratio) => Math.log1p(share * (ratio - 1)))
  let least = 0
  return (events) => {
    for (; least <= events; least++) {
      let odds = 0
      for (let index = 0; index < logs.length; index++)
        odds += (weights[index] ?? 0) * Math.exp(least * (logs[index] ?? 0) - events * (shifts[index] ?? 0))
      if (odds >= bar) return least
    }
    return least
  }
}
