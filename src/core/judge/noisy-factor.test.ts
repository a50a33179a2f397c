import { describe, expect, it } from 'vitest'
import { logGamma, type NoiseLaw, noisePoints } from '../../../test/fixtures/noise-laws.ts'
import { aboveOdds, belowOdds, betterRatios, worseRatios } from './alternatives.ts'
import { dispersionOf, noiseSurplus, noisyLogFactors } from './noisy-factor.ts'

/** The mean of a value over the noise, given its logarithm. */
const meanOver = (law: NoiseLaw, v: number, logValue: (x: number) => number): number =>
  noisePoints(law, v, 0.005).reduce((sum, { value, chance }) => sum + chance * Math.exp(logValue(value)), 0)

const laws = ['gamma', 'inverse Gaussian'] satisfies NoiseLaw[]

describe('a bet on one arm, under the null', () => {
  const cases = laws.flatMap((law) => [0.3, 0.5, 1].map((cv) => [law, cv] as const))

  it.each(cases)(
    '%s noise of cv %d: gains nothing in the exact mean, however long the block, and with less noise neither',
    (law, cv) => {
      for (const alternatives of [aboveOdds, belowOdds])
        for (const count of [1, 20, 600, 20_000])
          for (const chance of [0.001, 0.05]) {
            const at = (hits: number) =>
              noisyLogFactors([{ count, hits, chance, expected: count }], alternatives.ratios, cv ** 2)
            const [none, one] = [at(0), at(1)]
            for (const v of [0.2 * cv ** 2, cv ** 2])
              for (const index of [0, 5, 11]) {
                // The factor is exponential in the hits, so that its mean over them has a closed form.
                const log = none[index] ?? Number.NaN
                const growth = Math.expm1((one[index] ?? Number.NaN) - log)
                const moved = (x: number) => Math.min(1, Math.max(0, chance + chance * (1 - chance) * (x - 1)))
                const mean = meanOver(law, v, (x) => log + count * Math.log1p(moved(x) * growth))
                expect(mean).toBeLessThanOrEqual(1 + 1e-6)
              }
          }
    },
  )
})

/** Of a Poisson count whose mean is multiplied by gamma noise, and of one without. */
const negativeBinomial = (n: number, mean: number, k: number) =>
  Math.exp(
    logGamma(n + k) - logGamma(k) - logGamma(n + 1) + k * Math.log(k / (k + mean)) + n * Math.log(mean / (k + mean)),
  )
const poisson = (n: number, mean: number) => Math.exp(n * Math.log(mean) - mean - logGamma(n + 1))

describe('a bet on two arms, under the null', () => {
  it.each([0.3, 0.5, 1])('gamma noise of cv %d: gains nothing in the exact mean, whatever the shared rate', (cv) => {
    for (const mean of [0.3, 3, 12]) {
      const means = [worseRatios, betterRatios].map(() => new Float64Array(12))
      for (let other = 0; other < 9 * mean + 40 + 20 * Math.sqrt(mean); other++) {
        const chanceOfOther = poisson(other, 9 * mean)
        if (chanceOfOther < 1e-12) continue
        for (let hits = 0; hits < 40 + mean * (4 + 22 * cv); hits++) {
          const weight = chanceOfOther * negativeBinomial(hits, mean, 1 / cv ** 2)
          const trials = [{ count: hits + other, hits, chance: 0.1, expected: other / 0.9 }]
          for (const [which, { ratios }] of [worseRatios, betterRatios].entries())
            for (const [index, log] of noisyLogFactors(trials, ratios, cv ** 2).entries()) {
              const sums = means[which]
              if (sums) sums[index] = (sums[index] ?? 0) + weight * Math.exp(log)
            }
        }
      }
      for (const mean of means.flatMap((sums) => [...sums])) expect(mean).toBeLessThanOrEqual(1 + 1e-9)
    }
  })
})

describe('without noise', () => {
  it('it is the plain likelihood ratio of independent trials', () => {
    const [log] = noisyLogFactors([{ count: 100, hits: 7, chance: 0.05, expected: 100 }], [2], 0)
    expect(log).toBeCloseTo(7 * Math.log(2) - 100 * Math.log(1.05), 12)
  })
})

describe('what noise lends', () => {
  it('is what the laws say, and nothing cancels where there is hardly any', () => {
    expect(noiseSurplus(-3, 1)).toBeCloseTo(3 - Math.log(4), 12)
    expect(noiseSurplus(0.3, 1)).toBeCloseTo(1 - Math.sqrt(0.4) - 0.3, 12)
    expect(noiseSurplus(5, 0)).toBe(0)
    for (const stake of [-2, 2]) {
      const [under, over] = [0.99e-4 / 2, 1.01e-4 / 2].map((v) => noiseSurplus(stake, v) / v)
      expect((under ?? 0) / (over ?? 1)).toBeCloseTo(1, 4)
      expect(noiseSurplus(stake, 1e-12) / 1e-12).toBeCloseTo(2, 9)
    }
  })

  it('raises the variance of a block by as much as stated', () => {
    expect(dispersionOf(300, 0.1, 1)).toBeCloseTo(1 + 299 * 0.09, 12)
    expect(dispersionOf(0, 0.1, 1)).toBe(1)
  })
})
