/** How many more requests a test needs before it can say something: for the undecided band. */

/** A test with an unknown effect needs about this much more than Wald's bound, the sum of information it must gather. */
const overBound = 1.4

/** No outlook reaches further; beyond this "never" is the more honest word. */
const mostRequests = 1e9

/**
 * Candidate requests still needed until odds reach `bar`, when each brings `natsPerRequest`; `null` when they will not, because what was seen
 * lies on the null's side or too near its edge.
 */
export function requestsNeeded(odds: number, bar: number, natsPerRequest: number): number | null {
  if (odds >= bar) return 0
  const missing = Math.log(bar) - Math.log(Math.max(odds, Number.MIN_VALUE))
  const needed = (missing * (odds <= 1 ? overBound : 1)) / natsPerRequest
  return natsPerRequest > 0 && needed <= mostRequests ? Math.ceil(needed) : null
}

/** Information of one request about a rate that is `rate` against a threshold at `threshold`, in nats. */
export function thresholdNats(rate: number, threshold: number): number {
  const some = rate > 0 ? rate * Math.log(rate / threshold) : 0
  const none = rate < 1 ? (1 - rate) * (Math.log1p(-rate) - Math.log1p(-threshold)) : 0
  return some + none
}

/**
 * Information of one candidate request about the ratio, in nats, when the candidate has the share `share` of the requests, the baseline's
 * rate is `rate`, the true ratio `ratio` and the ratio under the null `nullRatio`; the shared rate is unknown to the test.
 */
export function ratioNats(share: number, rate: number, ratio: number, nullRatio = 1): number {
  const eventsPerRequest = rate * (ratio + (1 - share) / share)
  const part = (share * ratio) / (1 - share + share * ratio)
  return eventsPerRequest * thresholdNats(part, (share * nullRatio) / (1 - share + share * nullRatio))
}
