import { describe, expect, it } from 'vitest'
import { pastLatency } from './past-latency.ts'

describe('leverages', () => {
  it('of a normal shift and of ranks are what they are for many small buckets', () => {
    const { ranks, ways } = pastLatency(
      Array.from({ length: 999 }, (_, index) => index + 1),
      new Array<number>(1_000).fill(1_000),
    )
    // Odds moved by ε move the mean rank of a uniform by ε/6, whose variance is 1/12.
    expect(ranks.leverage).toBeCloseTo(12 / 36, 3)
    expect(ranks.scores[0]).toBeCloseTo(-Math.sqrt(3), 2)
    // And the mean of a normal score by ε∫P(1 − P)dz = ε/√π.
    expect(ways[0]?.leverage).toBeCloseTo(1 / Math.PI, 1)
  })

  it('are finite where there is one bucket, or nearly', () => {
    for (const counts of [
      [0, 0, 1e18],
      [5, 0, 0],
    ]) {
      const { ranks, ways } = pastLatency([1, 2], counts)
      for (const { leverage, scores } of [ranks, ...ways]) {
        expect(leverage).toBeGreaterThanOrEqual(0)
        expect(leverage).toBeLessThan(10)
        expect(scores.every(Number.isFinite)).toBe(true)
      }
    }
  })
})
