import { describe, expect, it } from 'vitest'
import { logRateOdds, quantileInterval, rateInterval } from './rate-interval.ts'

const near = (value: number | null, expected: number, within: number) =>
  expect(Math.abs((value ?? Number.NaN) - expected)).toBeLessThan(within)

describe('published values', () => {
  // gostevehoward/confseq, test/uniform_boundaries_unittest.cpp, six digits; further digits by arithmetic of 40.
  it.each([
    ['700 of 1000', 700, 1_000, 100, 0.65162981386993, 0.74594950078499],
    ['15 of 50', 15, 50, 50, 0.12955699497505, 0.51189640253647],
    ['5 of 50', 5, 50, 50, 0.013021760005847, 0.26926466715106],
    ['100 of 200, tuned for 1', 100, 200, 1, 0.32892335412675, 0.67107664587325],
  ])('Bernoulli interval, %s', (_name, events, total, optimum, low, high) => {
    const interval = rateInterval(events, total, 0.05, optimum)
    near(interval.low, low, 1e-9)
    near(interval.high, high, 1e-9)
  })

  it('beta-binomial log mixture at s = 10, v = 100', () => {
    // g = 0.2, h = 0.8: 625 observations, 135 of them above; tuned for v = 100, which is 625 of them.
    near(logRateOdds(135, 625, 0.2, 0.05, 625), -0.6941011739473836, 1e-9)
  })

  it('beta-binomial bound at v = 100 (31.4308)', () => {
    const excess = (s: number) => logRateOdds(125 + s, 625, 0.2, 0.05, 625) - Math.log(20)
    expect(excess(31.43075)).toBeLessThan(0)
    expect(excess(31.43085)).toBeGreaterThan(0)
  })
})

describe('a rate’s band', () => {
  it('is open where nothing was seen', () => {
    expect(rateInterval(0, 0, 0.05)).toEqual({ low: null, high: null })
    expect(rateInterval(0, 100, 0.05).low).toBe(0)
    expect(rateInterval(100, 100, 0.05).high).toBe(1)
  })

  it('the odds are a fair bet at the true rate', () => {
    let mean = 0
    let mass = 0.7 ** 12
    for (let events = 0; events <= 12; events++) {
      mean += mass * Math.exp(logRateOdds(events, 12, 0.3, 0.05))
      mass = (mass * (12 - events) * 0.3) / ((events + 1) * 0.7)
    }
    expect(mean).toBeCloseTo(1, 12)
  })
})

describe('a quantile’s band', () => {
  const edges = [100, 200, 300, 400]

  it('lies between edges, and is open above the last', () => {
    expect(quantileInterval(edges, [4_000, 3_000, 2_400, 500, 100], 0.95, 0.05)).toEqual({ low: 300, high: 400 })
    expect(quantileInterval(edges, [0, 0, 0, 0, 5_000], 0.95, 0.05)).toEqual({ low: 400, high: null })
    expect(quantileInterval(edges, [5_000, 0, 0, 0, 0], 0.95, 0.05)).toEqual({ low: null, high: 100 })
    expect(quantileInterval(edges, [0, 0, 0, 0, 0], 0.95, 0.05)).toEqual({ low: null, high: null })
  })
})
