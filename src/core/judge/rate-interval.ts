/**
 * Bands for display that hold at every look at once: of a rate, and of a quantile at bucket edges. Beta-binomial mixture of Howard, Ramdas,
 * McAuliffe & Sekhon (arXiv 1810.08240) and, for quantiles, Howard & Ramdas (Bernoulli 2022, arXiv 1906.09712).
 */
import { logBeta } from './numerics.ts'

/** `null` where the data do not bound it. */
export interface Interval {
  low: number | null
  high: number | null
}

/** The number of requests at which the bands are narrowest, relative to their use. */
const tunedFor = 1_000

const bisections = 45

/**
 * ln of the odds against "the rate is `rate`" (0 < rate < 1) after `events` of `total`: prior Beta(r/(1−rate), r/rate) with r tuned for
 * `optimum` requests at `alpha`.
 */
export function logRateOdds(events: number, total: number, rate: number, alpha: number, optimum = tunedFor): number {
  const variance = rate * (1 - rate)
  const log = -2 * Math.log(alpha)
  const tuned = (variance * optimum) / (log + Math.log1p(log))
  const r = Math.max(tuned - variance, variance / 1_000)
  const [a, b] = [r / (1 - rate), r / rate]
  const posterior = logBeta(a + events, b + total - events) - logBeta(a, b)
  return posterior - events * Math.log(rate) - (total - events) * Math.log1p(-rate)
}

/** Every rate that the data do not refute at `alpha`, time-uniformly. */
export function rateInterval(events: number, total: number, alpha: number, optimum = tunedFor): Interval {
  if (total <= 0) return { low: null, high: null }
  const mean = events / total
  const isRefuted = (rate: number) => logRateOdds(events, total, rate, alpha, optimum) >= -Math.log(alpha)
  return {
    low: mean > 0 ? edgeOf(isRefuted, 0, mean) : 0,
    high: mean < 1 ? edgeOf(isRefuted, 1, mean) : 1,
  }
}

/** The quantile `q` lies above `low` and at most at `high`, both edges of the histogram; `counts` as in `Histogram`. */
export function quantileInterval(
  edges: readonly number[],
  counts: readonly number[],
  q: number,
  alpha: number,
): Interval {
  const total = counts.reduce((sum, count) => sum + count, 0)
  let below = 0
  let low: number | null = null
  for (const [index, edge] of edges.entries()) {
    below += counts[index] ?? 0
    if (total === 0 || logRateOdds(below, total, q, alpha) < -Math.log(alpha)) continue
    if (below > q * total) return { low, high: edge }
    low = edge
  }
  return { low, high: null }
}

/** Where "refuted" at `outer` turns to "not refuted" at `inner`. */
function edgeOf(isRefuted: (rate: number) => boolean, outer: number, inner: number): number {
  let [refuted, kept] = [outer, inner]
  for (let step = 0; step < bisections; step++) {
    const middle = (refuted + kept) / 2
    if (isRefuted(middle)) refuted = middle
    else kept = middle
  }
  return kept
}
