import { describe, expect, it } from 'vitest'
import { worseRatios } from './alternatives.ts'
import { calibrateBar, rateCrossing } from './calibrate-bar.ts'
import { crossingOf } from './crossing.ts'

/** Every path of `horizon` trials, one by one. */
function byEnumeration(success: number, horizon: number, boundary: (trials: number) => number) {
  let [probability, meanTrials] = [0, 0]
  for (let path = 0; path < 2 ** horizon; path++) {
    let [count, mass, stopped] = [0, 1, horizon]
    for (let trial = 1; trial <= horizon; trial++) {
      const hit = (path >> (trial - 1)) & 1
      count += hit
      mass *= hit ? success : 1 - success
      if (stopped === horizon && count >= boundary(trial)) stopped = trial - 0.5
    }
    if (stopped < horizon) probability += mass
    meanTrials += mass * Math.ceil(stopped)
  }
  return { probability, meanTrials }
}

describe('the dynamic programme', () => {
  it('agrees with going through every path', () => {
    const boundary = (trials: number) => 2 + Math.ceil(trials / 3)
    const exact = byEnumeration(0.3, 12, boundary)
    const { probability, meanTrials, truncated } = crossingOf(0.3, 12, boundary)
    expect(probability).toBeCloseTo(exact.probability, 12)
    expect(meanTrials).toBeCloseTo(exact.meanTrials, 12)
    expect(truncated).toBe(0)
  })

  it('refuses horizons that it cannot compute', () => {
    expect(() => crossingOf(0.1, 2e6, () => 1)).toThrow(/2000000 trials/)
  })
})

// 600 canary and 5,400 baseline requests a minute at 0.5 %: 30 events a minute.
const events = { hour: 1_800, day: 43_200 }

describe('false alarms under looking at every request, exactly', () => {
  it.each([
    [0.05, 'hour'],
    [0.05, 'day'],
    [0.01, 'hour'],
    [0.01, 'day'],
  ] as const)('at most %d over one %s, at shares from 1 to 50 %%', (alpha, span) => {
    for (const share of [0.01, 0.1, 0.5]) {
      const { probability, truncated } = rateCrossing(worseRatios, 1 / alpha, { share, events: events[span] })
      expect(probability + truncated).toBeLessThanOrEqual(alpha)
      expect(probability).toBeGreaterThan(alpha / 4)
    }
  })
})

describe('a bar for a stated horizon', () => {
  it.each([
    [0.05, 500],
    [0.01, 500],
    [0.01, 5_000],
  ])('keeps α = %d within %d events and uses nearly all of it', (alpha, horizon) => {
    const walk = { share: 0.1, events: horizon }
    const bar = calibrateBar(worseRatios, alpha, walk)
    const { probability } = rateCrossing(worseRatios, bar, walk)
    expect(bar).toBeLessThan(1 / alpha)
    expect(probability).toBeLessThanOrEqual(alpha)
    expect(probability).toBeGreaterThan(0.9 * alpha)
  })

  it('finds a doubling within 1.25 of Wald’s bound in the mean', () => {
    const [share, ratio, alpha] = [0.1, 2, 0.01]
    const bar = calibrateBar(worseRatios, alpha, { share, events: 5_000 })
    const success = (share * ratio) / (1 - share + share * ratio)
    const perEvent = success * Math.log(success / share) + (1 - success) * Math.log((1 - success) / (1 - share))
    const { meanTrials } = rateCrossing(worseRatios, bar, { share, events: 50_000, ratio })
    expect((meanTrials * perEvent) / -Math.log(alpha)).toBeLessThanOrEqual(1.25)
  })
})
