import { describe, expect, it } from 'vitest'
import { type Alternatives, betterRatios, worseRatios } from './alternatives.ts'
import { type Contract, isRejected, oddsOf } from './evidence.ts'
import { observeRateRatio, type RateRatioTest, type RateStratum, startRateRatio } from './rate-ratio.ts'

const contract: Contract = { kind: 'fromStart', alpha: 0.01 }
const rare: RateRatioTest = { contract, alternatives: worseRatios, nullRatio: 1, expectedRate: 0.005 }
const frequent: RateRatioTest = { ...rare, expectedRate: 0.2 }
const notWorse: RateRatioTest = { ...rare, alternatives: betterRatios, nullRatio: 1.25 }

const stratum = (candidate: [number, number], baseline: [number, number]): RateStratum => ({
  candidate: { total: candidate[0], events: candidate[1] },
  baseline: { total: baseline[0], events: baseline[1] },
})

/** The odds of one alternative alone after one tick. */
function factor(test: RateRatioTest, index: number, tick: RateStratum): number {
  const one: Alternatives = {
    ratios: [test.alternatives.ratios[index] ?? 1],
    logs: [test.alternatives.logs[index] ?? 0],
    weights: [1],
  }
  const alone = { ...test, alternatives: one }
  return oddsOf(observeRateRatio(startRateRatio(alone), alone, [tick], 1).evidence, contract)
}

function binomial(n: number, p: number): number[] {
  const mass = [(1 - p) ** n]
  for (let k = 1; k <= n; k++) mass.push(((mass[k - 1] ?? 0) * (n - k + 1) * p) / (k * (1 - p)))
  return mass
}

/** The exact mean of one alternative's factor over everything that can happen in a tick of these sizes. */
function meanFactor(test: RateRatioTest, index: number, sizes: [number, number], rates: [number, number]): number {
  const [candidate, baseline] = [binomial(sizes[0], rates[0]), binomial(sizes[1], rates[1])]
  let mean = 0
  for (const [events, mass] of candidate.entries())
    for (const [others, massOfOthers] of baseline.entries())
      mean += mass * massOfOthers * factor(test, index, stratum([sizes[0], events], [sizes[1], others]))
  return mean
}

const every = worseRatios.ratios.map((_, index) => index)
const sizes: [number, number][] = [
  [1, 1],
  [3, 20],
  [12, 4],
]

describe('under the null no alternative gains, in the exact mean over a tick', () => {
  it.each([
    ['rare events, equal rates', rare, 0.02, 0.02],
    ['rare events, a rate that is not rare', rare, 0.4, 0.4],
    ['rare events, a better candidate', rare, 0.01, 0.03],
    ['frequent events, as expected', frequent, 0.2, 0.2],
    ['frequent events, another rate than expected', frequent, 0.7, 0.7],
    ['frequent events, a better candidate', frequent, 0.1, 0.3],
    ['not worse than the margin, at the margin', notWorse, 0.025, 0.02],
    ['not worse than the margin, beyond it', notWorse, 0.1, 0.02],
  ])('%s', (_name, test, candidate, baseline) => {
    for (const size of sizes)
      for (const index of every)
        expect(meanFactor(test, index, size, [candidate, baseline])).toBeLessThanOrEqual(1 + 1e-12)
  })

  it('the kernel for frequent events loses next to nothing at the rate expected', () => {
    expect(meanFactor(frequent, 0, [3, 20], [0.2, 0.2])).toBeGreaterThan(0.9999)
  })
})

describe('strata', () => {
  const fold = (test: RateRatioTest, ticks: readonly RateStratum[][]) =>
    ticks.reduce((state, strata, index) => observeRateRatio(state, test, strata, index + 1), startRateRatio(test))

  it('a segment that fails oftener in both arms is no regression', () => {
    // The candidate has most of its requests in the segment that fails; in each segment the arms are alike.
    const mixed = Array.from({ length: 50 }, () => [stratum([90, 9], [100, 10]), stratum([10, 0], [900, 4])])
    const pooled = Array.from({ length: 50 }, () => [stratum([100, 9], [1_000, 14])])
    expect(isRejected(fold(rare, mixed).evidence, contract)).toBe(false)
    expect(isRejected(fold(rare, pooled).evidence, contract)).toBe(true)
  })

  it('a ramp while the shared rate drifts is no regression', () => {
    const ramp = Array.from({ length: 60 }, (_, minute) => {
      const [candidate, rate] = [100 + 10 * minute, 0.01 + minute * 0.001]
      return [stratum([candidate, candidate * rate], [1_000 - candidate, (1_000 - candidate) * rate])]
    })
    expect(isRejected(fold(rare, ramp).evidence, contract)).toBe(false)
  })

  it('a shared outage is no regression, a real one is', () => {
    expect(isRejected(fold(rare, [[stratum([1_000, 400], [9_000, 3_600])]]).evidence, contract)).toBe(false)
    expect(isRejected(fold(rare, [[stratum([1_000, 40], [9_000, 90])]]).evidence, contract)).toBe(true)
  })

  it('an arm without requests, and a tick seen before, change no wealth', () => {
    const state = fold(rare, [[stratum([100, 3], [900, 4])]])
    expect(observeRateRatio(state, rare, [stratum([0, 0], [900, 90])], 5).evidence.wealth).toEqual(
      state.evidence.wealth,
    )
    expect(observeRateRatio(state, rare, [stratum([100, 90], [900, 0])], 1)).toBe(state)
  })
})
