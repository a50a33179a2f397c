/** Lindon & Malek's multinomial test (arXiv 2011.03567): published intervals and p-values, by inversion of the judge's own Bayes factor. */
import { describe, expect, it } from 'vitest'
import { logSampleRatioOdds } from '../../src/core/judge/sample-ratio.ts'

/** ln of the odds against the shares `theta`, with the prior around `rho`. */
const logOdds = (counts: readonly number[], rho: readonly number[], theta: readonly number[]): number =>
  counts.reduce(
    (log, count, arm) => log - count * Math.log((theta[arm] ?? 0) / (rho[arm] ?? 1)),
    logSampleRatioOdds(counts, rho),
  )

/** Where the odds reach 20 between a point that is kept and one that is refuted. */
function edge(odds: (at: number) => number, kept: number, refuted: number): number {
  let [inner, outer] = [kept, refuted]
  for (let step = 0; step < 100; step++) {
    const middle = (inner + outer) / 2
    if (odds(middle) < Math.log(20)) inner = middle
    else outer = middle
  }
  return inner
}

const near = (value: number, printed: number) => expect(Math.abs(value - printed)).toBeLessThan(0.501e-4)

// assuncaolfi/savvi, its examples as rendered (NumPy's seed 1, k = 100, α .05), four digits. Its intervals are cut with all earlier ones, so
// that ours of the last observation alone hold them, and agree at the edges that it set: those that made it stop.
describe('savvi', () => {
  it('Poisson processes, n = 210: the difference of the log rates', () => {
    const [counts, rho] = [
      [148, 62],
      [0.8, 0.2],
    ] as const
    const sharesAt = (delta: number) => {
      const odds = (rho[1] / rho[0]) * Math.exp(delta)
      return [1 / (1 + odds), odds / (1 + odds)]
    }
    const estimate = Math.log(((counts[1] / counts[0]) * rho[0]) / rho[1])
    near(estimate, 0.5162)
    near(
      edge((delta) => logOdds(counts, rho, sharesAt(delta)), estimate, -2),
      0.0046,
    )
  })

  it('sample-ratio mismatch, n = 402: each arm’s share', () => {
    const [counts, rho] = [
      [40, 129, 233],
      [0.1, 0.4, 0.5],
    ] as const
    // The other two arms are where they fit best, in the ratio that was seen.
    const sharesAt = (arm: number) => (share: number) => {
      const others = 402 - (counts[arm] ?? 0)
      return counts.map((count, index) => (index === arm ? share : ((1 - share) * count) / others))
    }
    const printed = [
      [0.0995, 0.0567, 0.1494],
      [0.3209, 0.2609, 0.4028],
      [0.5796, 0.4971, 0.6518],
    ] as const
    const found = counts.map((count, arm) => {
      const odds = (share: number) => logOdds(counts, rho, sharesAt(arm)(share))
      return { estimate: count / 402, low: edge(odds, count / 402, 0), high: edge(odds, count / 402, 1) }
    })
    for (const [arm, { estimate, low, high }] of found.entries()) {
      const [middle, least, most] = printed[arm] ?? [Number.NaN, Number.NaN, Number.NaN]
      near(estimate, middle)
      expect(least).toBeGreaterThan(low)
      expect(most).toBeLessThan(high + 0.501e-4)
    }
    near(found[1]?.high ?? Number.NaN, 0.4028)
  })
})

// NPodlozhniy/seqabpy, tests/test_gavi.py.
describe('seqabpy', () => {
  const pValue = (counts: readonly number[], shares: readonly number[]) =>
    Math.min(1, Math.exp(-logSampleRatioOdds(counts, shares)))

  it('even counts show nothing, a split of 1 to 2 does', () => {
    expect(pValue([100, 101], [0.5, 0.5])).toBe(1)
    expect(pValue([100, 201], [0.5, 0.5])).toBeLessThan(1e-5)
    expect(pValue([100, 100, 100], [1 / 3, 1 / 3, 1 / 3])).toBe(1)
  })

  it('156 and 212 of an even split: .075', () => expect(pValue([156, 212], [0.5, 0.5])).toBeCloseTo(0.075, 3))
})
