import { describe, expect, it } from 'vitest'
import { type NoiseLaw, noisePoints } from '../../../test/fixtures/noise-laws.ts'
import { rootsOf } from './latency-root.ts'
import { normalCdf } from './numerics.ts'
import { type PastLatency, pastLatency } from './past-latency.ts'

/** The baseline's past, of 5,400 requests in buckets with these edges, by the distribution function of its latencies. */
function past(edges: readonly number[], below: (ms: number) => number): PastLatency {
  const upTo = [...edges, Number.POSITIVE_INFINITY].map(below)
  return pastLatency(
    edges,
    upTo.map((part, bucket) => 5_400 * (part - (upTo[bucket - 1] ?? 0))),
  )
}

const prometheus = [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000]
const lognormal = (ms: number) => normalCdf(Math.log(ms / 200) / 0.6)
const shapes: Record<string, PastLatency> = {
  lognormal: past(prometheus, lognormal),
  'in fine buckets': past(
    Array.from({ length: 60 }, (_, index) => 1.18 ** index),
    lognormal,
  ),
  bimodal: past(
    prometheus,
    (ms) => 0.7 * normalCdf(Math.log(ms / 50) / 0.3) + 0.3 * normalCdf(Math.log(ms / 500) / 0.3),
  ),
  Pareto: past(prometheus, (ms) => (ms <= 100 ? 0 : 1 - (ms / 100) ** -2)),
  'in two buckets': past([300], lognormal),
}
const sizes = [
  [20, 180],
  [600, 600],
  [600, 5_400],
  [60_000, 540_000],
] as const

/** What noise may make of the chance of a latency beyond an edge. */
interface Draw {
  chance: number
  move: (chance: number) => number
}
/** Draws that no release lives to see aside: a bet that wins enough for such a one to count in the mean is no danger. */
const odds = (law: NoiseLaw, v: number): Draw[] =>
  noisePoints(law, v, 0.02)
    .filter(({ chance }) => chance > 1e-18)
    .map(({ value, chance }) => ({
      chance,
      move: (part) => (part * value) / (1 - part + part * value),
    }))
const laws: Record<string, (v: number) => Draw[]> = {
  even: (v) => [1, -1].map((side) => ({ chance: 0.5, move: (part) => part + side * Math.sqrt(v) * part * (1 - part) })),
  gamma: (v) => odds('gamma', v),
  'inverse Gaussian': (v) => odds('inverse Gaussian', v),
  lognormal: (v) => odds('lognormal', v),
  'nothing or much': (v) => odds('nothing or much', v),
}

/** The mean of each way's factor after a block of n and m requests, exactly: requests are independent once the noise is drawn. */
function meanFactors({ mass, ways }: PastLatency, roots: readonly number[], draws: Draw[], n: number, m: number) {
  const share = n / (n + m)
  const beyond = mass.slice(1).map((_, edge) => mass.slice(edge + 1).reduce((sum, part) => sum + part, 0))
  const moved = draws.map(({ chance, move }) => {
    const parts = [1, ...beyond.map(move), 0]
    return { chance, parts: mass.map((_, bucket) => (parts[bucket] ?? 0) - (parts[bucket + 1] ?? 0)) }
  })
  return ways.map(({ scores }, way) => {
    const root = roots[way] ?? Number.NaN
    const lost = Array.from(scores, (score) => (1 + share * (score - 1)) ** -root)
    const won = Array.from(scores, (score, bucket) => score ** root * (lost[bucket] ?? Number.NaN))
    const meanOf = (parts: readonly number[], factors: readonly number[]) =>
      parts.reduce((sum, part, bucket) => sum + part * (factors[bucket] ?? Number.NaN), 0)
    const baseline = m * Math.log(meanOf(mass, lost))
    return moved.reduce(
      (mean, { chance, parts }) => mean + chance * Math.exp(n * Math.log(meanOf(parts, won)) + baseline),
      0,
    )
  })
}

describe('under the null no way gains, in the exact mean over a block', () => {
  const cases = Object.keys(laws).flatMap((law) => [0.05, 0.1, 0.3, 0.5, 1].map((cv) => [law, cv] as const))

  it.each(cases)('%s noise of cv %d, few requests and many', (law, cv) => {
    const draws = laws[law]?.(cv ** 2) ?? []
    for (const shape of Object.values(shapes))
      for (const [n, m] of sizes)
        for (const mean of meanFactors(shape, rootsOf(shape, n, m, cv ** 2), draws, n, m))
          expect(mean).toBeLessThanOrEqual(1 + 1e-6)
  })

  it('and hardly loses: with roots a twentieth higher some would gain', () => {
    for (const cv of [0.1, 0.3, 1]) {
      const shape = shapes.lognormal as PastLatency
      const roots = rootsOf(shape, 600, 5_400, cv ** 2).map((root) => 1.05 * root)
      const means = Object.values(laws).flatMap((law) => meanFactors(shape, roots, law(cv ** 2), 600, 5_400))
      expect(Math.max(...means)).toBeGreaterThan(1 + 1e-6)
    }
  })
})

describe('roots', () => {
  const shape = shapes.lognormal as PastLatency

  it('are 1 without noise, and the less the more noise or requests there are', () => {
    expect(rootsOf(shape, 600, 5_400, 0)).toEqual(shape.ways.map(() => 1))
    const some = rootsOf(shape, 600, 5_400, 0.1)
    for (const [way, root] of rootsOf(shape, 600, 5_400, 0.2).entries()) expect(root).toBeLessThan(some[way] ?? 0)
    for (const [way, root] of rootsOf(shape, 6_000, 54_000, 0.1).entries()) expect(root).toBeLessThan(some[way] ?? 0)
  })

  it('are no more than 1/φ', () => {
    const weight = (600 * 5_400) / 6_000
    for (const [way, root] of rootsOf(shape, 600, 5_400, 0.25).entries())
      expect(root).toBeLessThanOrEqual(1 / (1 + weight * 0.25 * (shape.ways[way]?.leverage ?? 0)))
  })

  it('are above 0 also for more requests than anybody has', () => {
    for (const root of rootsOf(shape, 1e8, 1e9, 1)) expect(root).toBeGreaterThan(0)
  })

  it('are 1 where there is one bucket, in which nothing can be slower', () => {
    expect(rootsOf(pastLatency([], [5_400]), 600, 5_400, 1).every((root) => root > 0 && root <= 1)).toBe(true)
  })
})
