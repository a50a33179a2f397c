/** Published values of confidence sequences, to every digit that is printed (seven at most); our numerics lie under all of them. */
import { describe, expect, it } from 'vitest'
import { rateInterval } from '../../src/core/judge/rate-interval.ts'
import {
  bestRho,
  betaBinomialOneSided,
  boundOf,
  gammaExponential,
  gammaPoisson,
  lilRadius,
  normalOneSided,
  normalTwoSided,
  quantilePValue,
} from './confidence-sequences.ts'

// gostevehoward/confseq, test/uniform_boundaries_unittest.cpp: v = 100 tuned for 100 at α .05, values at s = 10.
const [v, alpha] = [100, 0.05]
const [twoSided, oneSided] = [bestRho(v, alpha), bestRho(v, 2 * alpha)]
/** Half of the last digit printed. */
const near = (value: number | null, printed: string) => {
  const digits = printed.split('.')[1]?.length ?? 0
  expect(Math.abs((value ?? Number.NaN) - Number(printed))).toBeLessThan(0.5001 * 10 ** -digits)
}

describe('confseq: mixtures', () => {
  it('the normal mixture’s best ρ', () => near(twoSided, '12.60056'))

  it.each([
    ['normal, two-sided', normalTwoSided(twoSided), '-0.6510052', '30.35209'],
    ['normal, one-sided', normalOneSided(oneSided), '-0.06502391', '27.66071'],
    ['gamma-exponential, c = 2', gammaExponential(oneSided, 2), '-0.2490165', '33.02017'],
    ['gamma-Poisson, c = 2', gammaPoisson(oneSided, 2), '-0.06991219', '30.1949'],
    ['beta-binomial, one-sided, 0.2 and 0.8', betaBinomialOneSided(oneSided, 0.2, 0.8), '-0.07134019', '28.41238'],
  ])('%s', (_name, mixture, log, bound) => {
    near(mixture(10, v), log)
    near(boundOf(mixture, v, alpha), bound)
  })
})

describe('confseq: the law of the iterated logarithm', () => {
  // Printed as found with the default tolerance of R's root finder, 1e-4 in C; a scan of η in steps of 1e-6 agrees with us to nine digits.
  it('for a whole distribution function', () =>
    expect(Math.abs(lilRadius(1_000, 0.05, 100, 0.85) - 0.08204769)).toBeLessThan(2e-7))
})

describe('confseq: quantiles of two arms', () => {
  const arm = (from: number) => Array.from({ length: 1_000 }, (_, index) => from + index)
  it.each([
    [0.5, 70, '0.814704'],
    [0.5, 85, '0.0838055'],
    [0.5, 100, '0.0054947'],
    [0.9, 55, '0.0340463'],
  ])('q = %d, one arm later by %d', (q, shift, printed) =>
    near(quantilePValue(arm(1), arm(1 + shift), q, 100), printed),
  )
})

describe('confseq: Bernoulli intervals at the ends', () => {
  // What is printed with six digits is cut off, not rounded.
  it.each([
    ['1 of 50', 1, 50, 0, 0.13489],
    ['1 of 2', 1, 2, 0, 1],
    ['0 of 1', 0, 1, 0, 1],
    ['1 of 1', 1, 1, 0, 1],
  ])('%s', (_name, events, total, low, high) => {
    const interval = rateInterval(events, total, 0.05, 50)
    expect(Math.abs((interval.low ?? Number.NaN) - low)).toBeLessThan(1e-5)
    expect(Math.abs((interval.high ?? Number.NaN) - high)).toBeLessThan(1e-5)
  })
})
