import { describe, expect, it } from 'vitest'
import { logBeta, logSumExp, normalCdf, normalQuantile, stirlingRemainder } from './numerics.ts'

/** Relative, where the value is not near zero. */
const near = (value: number, expected: number, within = 1e-12) =>
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(within * Math.max(1, Math.abs(expected)))

describe('logSumExp', () => {
  it('neither overflows nor underflows', () => {
    near(logSumExp([1_000, 1_000]), 1_000 + Math.LN2)
    near(logSumExp([-1_000, -1_001]), -1_000 + Math.log1p(Math.exp(-1)))
    expect(logSumExp([])).toBe(Number.NEGATIVE_INFINITY)
  })
})

describe('logBeta', () => {
  // By arithmetic of 40 digits.
  it.each([
    [1, 1, 0],
    [0.5, 0.5, 1.1447298858494002],
    [3, 4, -4.0943445622221],
    [1e-3, 5, 6.905672657062075],
    [100, 1e6, -1022.4218002626852],
    [1e12, 3, -82.1999161672287],
    [5e11, 2.5, -67.06000196795233],
    [1e12, 1e12, -1386294361132.4407],
  ])('ln B(%d, %d)', (a, b, expected) => {
    near(logBeta(a, b), expected)
    expect(logBeta(b, a)).toBe(logBeta(a, b))
  })

  it('obeys B(a+1, b) = B(a, b) · a/(a+b), far out too', () => {
    for (const a of [1e3, 1e6, 1e9, 1e12]) near(logBeta(a + 1, 2.5) - logBeta(a, 2.5), Math.log(a / (a + 2.5)))
  })
})

describe('Stirling’s remainder', () => {
  it.each([
    [0.01, 1.4340079537031842],
    [1, 0.08106146679532726],
    [1e6, 8.333333333330556e-8],
  ])('at %d', (x, expected) => near(stirlingRemainder(x), expected))
})

describe('the normal distribution', () => {
  // SciPy 1.17, ndtr and ndtri.
  it.each([
    [-10, 7.61985302416047e-24],
    [-5, 2.866515718791933e-7],
    [-2.9, 0.0018658133003840375],
    [0.5, 0.6914624612740131],
    [3, 0.9986501019683699],
  ])('Φ(%d)', (z, expected) => expect(normalCdf(z) / expected).toBeCloseTo(1, 11))

  it.each([
    [1e-300, -37.0470962993612],
    [1e-12, -7.034483825301131],
    [0.025, -1.9599639845400545],
    [0.7, 0.5244005127080407],
  ])('Φ⁻¹(%d)', (p, expected) => near(normalQuantile(p), expected))

  it('has no quantile beyond its ends', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
  })
})
