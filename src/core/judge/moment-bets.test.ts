import { describe, expect, it } from 'vitest'
import { type NoiseLaw, noisePoints, type Point } from '../../../test/fixtures/noise-laws.ts'
import { aboveOdds, worseRatios } from './alternatives.ts'
import { type Moments, momentLogFactors, momentsOfArm, momentsOfArms } from './moment-bets.ts'
import type { RateStratum } from './rate-ratio.ts'

/** Chances of 0, 1, … events, as many as matter. */
function poisson(mean: number): number[] {
  const chances = [Math.exp(-mean)]
  for (let n = 1; n < mean + 9 * Math.sqrt(mean) + 12; n++) chances.push(((chances[n - 1] ?? 0) * mean) / n)
  return chances
}

function binomial(count: number, chance: number): number[] {
  const chances = [(1 - chance) ** count]
  for (let n = 1; n <= count; n++) chances.push(((chances[n - 1] ?? 0) * chance * (count - n + 1)) / ((1 - chance) * n))
  return chances
}

/** Chances of every pair of counts of the candidate in two strata that share one draw of noise. */
function noisyPairs(law: readonly Point[], countsAt: (noise: number) => [number[], number[]]): number[][] {
  const pairs: number[][] = []
  for (const { value, chance } of law) {
    if (chance < 1e-13) continue
    const [first, second] = countsAt(value)
    for (const [a, chanceOfA] of first.entries()) {
      pairs[a] ??= []
      const row = pairs[a]
      for (const [b, chanceOfB] of second.entries()) row[b] = (row[b] ?? 0) + chance * chanceOfA * chanceOfB
    }
  }
  return pairs
}

/** Chances of the candidate's counts among independent requests. */
const noisyCounts = (law: readonly Point[], count: number, rate: number): number[] =>
  noisyPairs(law, (noise) => [binomial(count, Math.min(0.99, rate * noise)), [1]]).map(([chance = 0]) => chance)

const v = [0.25, 1]
const laws = ['nothing or much', 'rare outbursts', 'gamma', 'lognormal'] satisfies NoiseLaw[]
const cases = laws.flatMap((law) => v.map((squaredCv) => [law, squaredCv] as const))

/** The mean of every alternative's factor; what is not compared at all gains and loses nothing. */
class Means {
  readonly sums = new Float64Array(12)

  add(chance: number, moments: Moments | undefined, ratios: readonly number[], squaredCv: number): void {
    const logs = moments ? momentLogFactors(moments, ratios, squaredCv) : new Float64Array(12)
    for (const [index, log] of logs.entries()) this.sums[index] = (this.sums[index] ?? 0) + chance * Math.exp(log)
  }

  get highest(): number {
    return Math.max(...this.sums)
  }
}

describe('under the null, a bet gains nothing in the exact mean, whatever the law of the noise:', () => {
  it.each(cases)('on one arm, %s of cv² %d', (law, squaredCv) => {
    for (const [total, rate] of [
      [1, 0.2],
      [20, 0.05],
      [60, 0.2],
    ] as const) {
      const means = new Means()
      for (const [events, chance] of noisyCounts(noisePoints(law, squaredCv), total, rate).entries())
        means.add(chance, momentsOfArm({ total, events }, rate), aboveOdds.ratios, squaredCv)
      expect(means.highest).toBeLessThanOrEqual(1 + 1e-6)
    }
  })

  /** Two strata: requests of both arms, and the rate that they share. The second has more of the candidate, and another rate. */
  const sizes = [
    { n: [10, 10], m: [90, 90], rates: [0.02, 0.02] },
    { n: [10, 30], m: [90, 10], rates: [0.05, 0.01] },
    { n: [40, 2], m: [20, 300], rates: [0.01, 0.03] },
  ] as const

  it.each(cases)('on two arms in two strata, %s of cv² %d', (law, squaredCv) => {
    for (const { n, m, rates } of sizes)
      for (const nullRatio of [1, 1.5]) {
        const means = new Means()
        const own = noisyPairs(noisePoints(law, squaredCv), (noise) => [
          poisson(n[0] * rates[0] * nullRatio * noise),
          poisson(n[1] * rates[1] * nullRatio * noise),
        ])
        const [first, second] = [poisson(m[0] * rates[0]), poisson(m[1] * rates[1])]
        for (const [c, chanceOfC] of first.entries())
          for (const [d, chanceOfD] of second.entries())
            for (const [a, row] of own.entries())
              for (const [b, chance] of row.entries()) {
                if (chance * chanceOfC * chanceOfD < 1e-11) continue
                const block: RateStratum[] = [
                  { candidate: { total: n[0], events: a }, baseline: { total: m[0], events: c } },
                  { candidate: { total: n[1], events: b }, baseline: { total: m[1], events: d } },
                ]
                means.add(
                  chance * chanceOfC * chanceOfD,
                  momentsOfArms(block, nullRatio),
                  worseRatios.ratios,
                  squaredCv,
                )
              }
        expect(means.highest).toBeLessThanOrEqual(1 + 1e-6)
      }
  })

  it.each(cases)('on independent requests of two arms, %s of cv² %d', (law, squaredCv) => {
    for (const rate of [0.01, 0.2]) {
      const means = new Means()
      for (const [own, chanceOfOwn] of noisyCounts(noisePoints(law, squaredCv), 12, rate).entries())
        for (const [other, chanceOfOther] of binomial(40, rate).entries()) {
          const block = { candidate: { total: 12, events: own }, baseline: { total: 40, events: other } }
          means.add(chanceOfOwn * chanceOfOther, momentsOfArms([block], 1), worseRatios.ratios, squaredCv)
        }
      expect(means.highest).toBeLessThanOrEqual(1 + 1e-6)
    }
  })
})

describe('the estimates', () => {
  const stratum = (n: number, own: number, m: number, other: number): RateStratum => ({
    candidate: { total: n, events: own },
    baseline: { total: m, events: other },
  })

  it('of strata that are alike are those of their sum', () => {
    const one = momentsOfArms([stratum(600, 8, 5_400, 26)], 1)
    const parts = momentsOfArms([stratum(200, 3, 1_800, 9), stratum(400, 5, 3_600, 17)], 1)
    for (const name of ['ratio', 'square', 'variance'] as const)
      expect(parts?.[name]).toBeCloseTo(one?.[name] ?? Number.NaN, 12)
    expect(one?.ratio).toBeCloseTo((9 * 8) / 27, 12)
    expect(one?.square).toBeCloseTo((81 * 8 * 7) / (27 * 28), 12)
  })

  it('hardly change with a handful of requests of which the candidate has most', () => {
    const whole = momentsOfArms([stratum(600, 8, 5_400, 26)], 1)
    const with_ = momentsOfArms([stratum(600, 8, 5_400, 26), stratum(3, 0, 1, 0)], 1)
    expect((with_?.ratio ?? 0) / (whole?.ratio ?? 1)).toBeCloseTo(1, 2)
  })

  it('are not there where nothing was compared, or nothing happened', () => {
    expect(momentsOfArms([], 1)).toBeUndefined()
    expect(momentsOfArms([stratum(0, 0, 100, 5), stratum(100, 5, 0, 0)], 1)).toBeUndefined()
    expect(momentsOfArms([stratum(100, 0, 900, 0)], 1)).toBeUndefined()
    expect(momentsOfArm({ total: 0, events: 0 }, 0.05)).toBeUndefined()
  })

  it('of parts of events, which no source should give, have no pairs', () => {
    expect(momentsOfArm({ total: 10, events: 0.5 }, 0.01)?.square).toBe(0)
    expect(momentsOfArms([stratum(10, 0.5, 90, 0)], 1)?.square).toBe(0)
  })

  it('let a bet lose no more than its stake, and gain on every alternative from a block that is bad', () => {
    const none = momentLogFactors({ ratio: 0, square: 0, variance: 0.1 }, worseRatios.ratios, 1)
    for (const log of none) expect(log).toBeGreaterThan(Math.log(0.2))
    const bad = momentLogFactors({ ratio: 4, square: 16, variance: 0.1 }, worseRatios.ratios, 1)
    for (const log of bad) expect(log).toBeGreaterThan(0.5)
  })
})
