/**
 * GrowthBook's sequential test (growthbook/growthbook, packages/stats/tests/frequentist/test_tests.py): Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas
 * (arXiv 2103.06476), which is the normal mixture of confidence-sequences.ts with the estimated variance in place of the true one.
 */
import { describe, expect, it } from 'vitest'
import { bestRho, boundOf, type LogMixture, normalTwoSided } from './confidence-sequences.ts'

interface Sample {
  n: number
  mean: number
  variance: number
}

const sample = (n: number, sum: number, squares: number): Sample => ({
  n,
  mean: sum / n,
  variance: (squares - sum ** 2 / n) / (n - 1),
})
const proportion = (n: number, sum: number): Sample => ({
  n,
  mean: sum / n,
  variance: (sum / n) * (1 - sum / n),
})

/** The difference of the means and its standard error, absolute or relative to the first (delta method). */
function effectOf(one: Sample, other: Sample, isRelative: boolean) {
  const n = one.n + other.n
  if (!isRelative)
    return { n, effect: other.mean - one.mean, error: Math.sqrt(one.variance / one.n + other.variance / other.n) }
  const ratio = other.mean / one.mean
  const variance = (other.variance / other.n + (ratio ** 2 * one.variance) / one.n) / one.mean ** 2
  return { n, effect: ratio - 1, error: Math.sqrt(variance) }
}

/** In one direction they bound the mixture over the half line from above: ln(1 + exp(two-sided)/…) in closed form. */
const radiusOneSided = (n: number, rho: number, alpha: number) =>
  Math.sqrt(2 * (n + rho) * Math.log1p(Math.sqrt(n / rho + 1) / (2 * alpha)))

const alpha = 0.05
const [a, b] = [sample(3_000, 1_396.87, 52_377.9767), sample(3_461, 2_422.7, 134_698.29)]
const near = (value: number, expected: number, within = 1e-9) => expect(Math.abs(value - expected)).toBeLessThan(within)

describe('two-sided, five digits', () => {
  const mixture = (tunedFor: number): LogMixture => normalTwoSided(bestRho(tunedFor, alpha))
  it.each([
    ['means, tuned for 1,000', a, b, 1_000, 0.50336, -0.55844, 1.56516],
    [
      'proportions, tuned for 5,000',
      proportion(3_000, 1_396),
      proportion(3_461, 2_422),
      5_000,
      0.50386,
      0.40098,
      0.60675,
    ],
  ])('%s', (_name, one, other, tunedFor, printed, low, high) => {
    const { n, effect, error } = effectOf(one, other, true)
    const radius = (error * boundOf(mixture(tunedFor), n, alpha)) / Math.sqrt(n)
    near(effect, printed, 0.501e-5)
    near(effect - radius, low, 0.501e-5)
    near(effect + radius, high, 0.501e-5)
  })
})

describe('one-sided, to 1e-9', () => {
  const rho = bestRho(5_000, 2 * alpha)
  it.each([
    ['relative', true, 0.5033610858562358, 0.3334122146400735, -0.42356454602790883, 1.4302867177403806],
    ['absolute', false, 0.23437666666666668, 0.12983081254184736, -0.12656844172804982, 0.5953217750613832],
  ])('%s', (_name, isRelative, printed, deviation, low, high) => {
    const { n, effect, error } = effectOf(a, b, isRelative)
    const radius = (error * radiusOneSided(n, rho, alpha)) / Math.sqrt(n)
    near(effect, printed)
    near(error, deviation)
    near(effect - radius, low)
    near(effect + radius, high)
  })

  it('p-value of a greater mean, of which they give the middle of what is left of their bracket', () => {
    const { n, effect, error } = effectOf(a, b, false)
    let [low, high] = [1e-5, 0.4999]
    for (let step = 0; step < 60; step++) {
      const middle = (low + high) / 2
      if (effect < (error * radiusOneSided(n, rho, middle)) / Math.sqrt(n)) low = middle
      else high = middle
    }
    near(high, 0.46316491943359384, 2e-4)
  })
})
