/**
 * Do the arms get the share of requests that was asked for? A sample-ratio mismatch is a finding of its own: it says that the split is broken,
 * not that the candidate is. Dirichlet–multinomial Bayes factor of Lindon & Malek (NeurIPS 2022, arXiv 2011.03567).
 */
import { stirlingRemainder } from './numerics.ts'

/** How strongly the split is expected to be near the one asked for, in requests. Their default. */
export const concentration = 100

export interface SampleRatioState {
  readonly counts: readonly number[]
  /** The highest ln of the Bayes factor so far: the evidence does not fade when the split comes right again. */
  readonly highestLogOdds: number
}

export function startSampleRatio(shares: readonly number[]): SampleRatioState {
  return { counts: shares.map(() => 0), highestLogOdds: 0 }
}

/** `shares` add up to 1, and stay the same for the life of a state: another split begins another state. */
export function observeSampleRatio(
  { counts, highestLogOdds }: SampleRatioState,
  shares: readonly number[],
  added: readonly number[],
): SampleRatioState {
  const sums = counts.map((count, arm) => count + (added[arm] ?? 0))
  return { counts: sums, highestLogOdds: Math.max(highestLogOdds, logSampleRatioOdds(sums, shares)) }
}

/** The chance, under the split asked for, that evidence as strong is ever seen, however often it is looked at. */
export const sampleRatioPValue = ({ highestLogOdds }: SampleRatioState): number => Math.exp(-highestLogOdds)

/**
 * ln Γ(k)/Γ(k+n) · Π Γ(kρ+x)/Γ(kρ) / ρˣ, written in the deviations x − nρ and Stirling's remainders, so that nothing large cancels: good to
 * 1e-9 up to 1e12 requests.
 */
export function logSampleRatioOdds(counts: readonly number[], shares: readonly number[], k = concentration): number {
  const n = counts.reduce((sum, count) => sum + count, 0)
  let log = 0.5 * Math.log1p(n / k) - stirlingRemainder(k + n) + stirlingRemainder(k)
  for (const [arm, count] of counts.entries()) {
    const share = shares[arm] ?? 0
    const [prior, posterior] = [k * share, k * share + count]
    log += posterior * Math.log1p((count - n * share) / ((k + n) * share))
    log += stirlingRemainder(posterior) - stirlingRemainder(prior) - 0.5 * Math.log1p(count / prior)
  }
  return log
}
