import { describe, expect, it } from 'vitest'
import { logSampleRatioOdds, observeSampleRatio, sampleRatioPValue, startSampleRatio } from './sample-ratio.ts'

describe('published values', () => {
  // savvi (assuncaolfi/savvi), its examples with NumPy's seed 1 and k = 100; digits by arithmetic of 40.
  it.each([
    ['inhomogeneous Poisson process, n = 210', [148, 62], [0.8, 0.2], 0.04557963175926061],
    ['sample-ratio mismatch, n = 402', [40, 129, 233], [0.1, 0.4, 0.5], 0.04845591105971107],
  ])('%s', (_name, counts, shares, pValue) => {
    expect(Math.abs(Math.exp(-logSampleRatioOdds(counts, shares)) - pValue)).toBeLessThan(1e-12)
  })

  it('inhomogeneous Bernoulli process against an order, n = 302 (savvi: .0492354656)', () => {
    // savvi asks a convex solver, good to 1e-8. The likeliest point with δ₀ ≥ δ₁ and δ₀ ≥ δ₂ puts arms 0 and 2 together: 220 of 302 over 0.7 of the users.
    const nearest = 220 * Math.log(220 / 302 / 0.7) + 82 * Math.log(82 / 302 / 0.3)
    const log = logSampleRatioOdds([15, 82, 205], [0.1, 0.3, 0.6]) - nearest
    expect(Math.abs(Math.exp(-log) - 0.0492354656)).toBeLessThan(1e-8)
  })

  it('seqabpy: 156 and 212 of an even split', () => {
    expect(Math.exp(-logSampleRatioOdds([156, 212], [0.5, 0.5]))).toBeCloseTo(0.075, 3)
    expect(Math.abs(logSampleRatioOdds([156, 212], [0.5, 0.5]) - 2.59207506821499)).toBeLessThan(1e-12)
  })
})

describe('the Bayes factor', () => {
  it('is exact for few and for very many requests', () => {
    expect(Math.abs(logSampleRatioOdds([5, 0], [0.5, 0.5]) - 0.0957208161653916)).toBeLessThan(1e-12)
    const [candidate, baseline] = [100_001_000_000, 899_999_000_000]
    expect(Math.abs(logSampleRatioOdds([candidate, baseline], [0.1, 0.9]) + 5.965813970253814)).toBeLessThan(1e-8)
  })

  it('has mean 1 under the split asked for', () => {
    // All splits of eight requests, by their probability.
    let mean = 0
    let ways = 1
    for (let count = 0; count <= 8; count++) {
      mean += ways * 0.3 ** count * 0.7 ** (8 - count) * Math.exp(logSampleRatioOdds([count, 8 - count], [0.3, 0.7]))
      ways = (ways * (8 - count)) / (count + 1)
    }
    expect(mean).toBeCloseTo(1, 12)
  })
})

describe('the guard', () => {
  const shares = [0.1, 0.9]
  const fold = (ticks: readonly [number, number][]) =>
    ticks.reduce((state, tick) => observeSampleRatio(state, shares, tick), startSampleRatio(shares))

  it('finds a broken split and lets a good one be', () => {
    expect(
      sampleRatioPValue(
        fold([
          [200, 800],
          [180, 820],
        ]),
      ),
    ).toBeLessThan(1e-6)
    expect(
      sampleRatioPValue(
        fold([
          [105, 895],
          [98, 902],
        ]),
      ),
    ).toBe(1)
  })

  it('does not forget', () => {
    const broken = fold([[200, 800]])
    expect(
      sampleRatioPValue(
        fold([
          [200, 800],
          [0, 1_000],
        ]),
      ),
    ).toBe(sampleRatioPValue(broken))
  })
})
