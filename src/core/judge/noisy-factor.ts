/**
 * A bet on a block of requests that share one draw of noise. It leans less than it would on independent requests, and what noise alone can lend it is
 * taken off: its mean is at most 1 under gamma and inverse Gaussian noise of the stated strength, and under noise that spreads less.
 */

/** Requests that may be bad, or events of both arms that may be the candidate's, each with the same chance under the null. */
export interface Trials {
  count: number
  hits: number
  chance: number
  /** As many trials as the arm without noise leads to expect. */
  expected: number
}

/** φ: the variance of a block's hits over that of independent trials, and by how much the noise may lengthen detection. */
export const dispersionOf = (count: number, chance: number, squaredCv: number): number =>
  1 + Math.max(0, count - 1) * chance * (1 - chance) * squaredCv

/**
 * By ratio, ln of the factor for "the odds of a hit are so many times the null's". Noise X multiplies the odds, and so moves a chance p by
 * p(1 − p)(X − 1). Given X, trials with u = e^θ − 1 have the mean Π ((1 + pu + p(1−p)u(X−1)) / (1 + pu)) ≤ e^{t(X−1)}, with t = Σ p(1−p)u / (1+pu).
 * Of events of both arms the noise is in their number too. A bet on more of the candidate's reckons with as many as there are, one on fewer with as many
 * as the baseline leads to expect: that both then have a mean of at most 1 is computed in the tests.
 */
export function noisyLogFactors(block: readonly Trials[], ratios: readonly number[], squaredCv: number): Float64Array {
  return Float64Array.from(ratios, (ratio) => {
    const reckoned = (trials: Trials) => (ratio > 1 ? trials.count : trials.expected)
    const spread = block.reduce((sum, trials) => sum + reckoned(trials) * trials.chance * (1 - trials.chance), 0)
    const lean = leanOf(ratio, spread * squaredCv)
    const hit = Math.log1p(lean)
    let [log, stake] = [0, 0]
    for (const trials of block) {
      const { count, hits, chance } = trials
      log += hits * hit - count * Math.log1p(chance * lean)
      stake += (reckoned(trials) * chance * (1 - chance) * lean) / (1 + chance * lean)
    }
    return log - noiseSurplus(stake, squaredCv)
  })
}

/** The stake on high noise is at most 1/cv² over this: laws with a heavier tail than is reckoned with find little to win there. */
const mostLean = 3

/**
 * The u for which gamma noise tells most when it adds so many times the variance; for ratios beyond 1.5 it leans less. Without noise it is ratio − 1.
 */
const leanOf = (ratio: number, excess: number): number =>
  (ratio - 1) / (1 + Math.max(ratio, mostLean * (ratio - 1)) * excess)

/** Below this the series is exact, and the closed forms cancel. */
const small = 1e-4

/**
 * ln E e^{t(X − 1)}: what noise X of mean 1 alone can lend a bet that stakes t on it, below half of 1/cv². Against low noise by the gamma law,
 * which comes near zero; against high noise by the inverse Gaussian, whose tail is heavier, about as the lognormal's.
 */
export function noiseSurplus(stake: number, squaredCv: number): number {
  const part = stake * squaredCv
  if (Math.abs(part) < small) return stake * part * (1 / 2 + part * (stake < 0 ? 1 / 3 : 1 / 2))
  if (stake < 0) return -stake - Math.log1p(-part) / squaredCv
  return (1 - Math.sqrt(1 - 2 * part)) / squaredCv - stake
}
