/** What becomes of many runs: means with their standard errors, medians, and the bounds they are compared with. */

export interface Delay {
  mean: number
  median: number
  p95: number
  /** Standard error of the mean. */
  error: number
  /** Runs that ended without detection; they count with the time they ran. */
  missed: number
}

export function delayOf(values: readonly number[], limit = Number.POSITIVE_INFINITY): Delay {
  const sorted = [...values].sort((a, b) => a - b)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1)
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN
  const missed = values.filter((value) => value >= limit).length
  return { mean, median: at(0.5), p95: at(0.95), error: Math.sqrt(variance / values.length), missed }
}

export interface Share {
  share: number
  error: number
}

export function shareOf(hits: number, runs: number): Share {
  const share = hits / runs
  return { share, error: Math.sqrt((share * (1 - share)) / runs) }
}

const divergence = (p: number, q: number): number =>
  (p > 0 ? p * Math.log(p / q) : 0) + (p < 1 ? (1 - p) * Math.log((1 - p) / (1 - q)) : 0)

/** Two-sample information per candidate request about rates p_c and p_b, the common rate being unknown; in nats. */
export function rateInformation(candidate: number, baseline: number, share: number): number {
  const pooled = share * candidate + (1 - share) * baseline
  return divergence(candidate, pooled) + ((1 - share) / share) * divergence(baseline, pooled)
}

/**
 * The most that any test can learn from one candidate request about "not stochastically slower", from these buckets: the infimum of the
 * divergence over the null, which isotonic regression of the ratio attains. Masses add up to 1; in nats.
 */
export function latencyInformation(candidate: readonly number[], baseline: readonly number[], share: number): number {
  const blocks: { own: number; other: number }[] = []
  for (const [bucket, own] of candidate.entries()) {
    let block = { own, other: baseline[bucket] ?? 0 }
    for (let last = blocks.at(-1); last && last.own * block.other >= block.own * last.other; last = blocks.at(-1)) {
      block = { own: last.own + block.own, other: last.other + block.other }
      blocks.pop()
    }
    blocks.push(block)
  }
  return blocks.reduce((sum, { own, other }) => {
    const pooled = share * own + (1 - share) * other
    const candidatePart = own > 0 ? own * Math.log(own / pooled) : 0
    const baselinePart = other > 0 ? ((1 - share) / share) * other * Math.log(other / pooled) : 0
    return sum + candidatePart + baselinePart
  }, 0)
}
