import { describe, expect, it } from 'vitest'
import { type Contract, isRejected, oddsOf } from './evidence.ts'
import { type LatencyState, observeLatency, onEdges, startLatency } from './latency.ts'
import { rankScores, rankWeights } from './rank-scores.ts'

const contract: Contract = { kind: 'fromStart', alpha: 0.01 }
const edges = [50, 100, 200, 500]
const past = [100, 300, 400, 150, 50]

describe('rank scores', () => {
  it.each([
    ['a smooth past', past],
    ['a past with holes', [0, 900, 0, 0, 60]],
    ['two humps', [400, 10, 0, 380, 3]],
    ['everything in one bucket', [0, 0, 0, 0, 70]],
    ['more than a double can count', [0, 0, 1e18, 0, 0]],
  ])('never fall and are never zero: %s', (_name, counts) => {
    const scores = rankScores(edges, counts)
    expect(scores).toHaveLength(rankWeights.length)
    for (const way of scores)
      for (const [bucket, score] of way.entries()) {
        expect(score).toBeGreaterThan(0)
        expect(Number.isFinite(score)).toBe(true)
        expect(score).toBeGreaterThanOrEqual(way[bucket - 1] ?? 0)
      }
  })

  it('stay numbers where edges make no sense, and with a single edge', () => {
    for (const odd of [[-5, 0, 100, 200], [0, 1, 2, 3], [100]]) {
      const counts = [10, ...odd.map(() => 20)]
      for (const way of rankScores(odd, counts)) expect([...way].every((score) => score > 0)).toBe(true)
    }
  })

  it('the wealth is spread wholly', () => {
    expect(rankWeights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
  })
})

/** Exact mean of the odds after a tick of one candidate and two baseline requests, over all buckets they may fall in. */
function meanOdds(candidate: readonly number[], baseline: readonly number[]): number {
  const start = startLatency(contract, edges, past)
  const one = (...buckets: number[]) => edges.concat(0).map((_, at) => buckets.filter((bucket) => bucket === at).length)
  let mean = 0
  for (const [slow, chance] of candidate.entries())
    for (const [first, other] of baseline.entries())
      for (const [second, another] of baseline.entries()) {
        const tick = { candidate: one(slow), baseline: one(first, second) }
        const state = observeLatency(start, contract, [tick], 1)
        mean += chance * other * another * oddsOf(state.evidence, contract)
      }
  return mean
}

describe('under the null nothing is gained, in the exact mean over a tick', () => {
  const usual = [0.1, 0.3, 0.4, 0.15, 0.05]
  it.each([
    ['equal arms, as in the past', usual, usual],
    ['equal arms, unlike the past', [0.01, 0.04, 0.05, 0.1, 0.8], [0.01, 0.04, 0.05, 0.1, 0.8]],
    ['a faster candidate', [0.3, 0.4, 0.2, 0.05, 0.05], usual],
  ])('%s', (_name, candidate, baseline) => expect(meanOdds(candidate, baseline)).toBeLessThanOrEqual(1 + 1e-9))

  it('and a slower candidate is gained from', () => {
    expect(meanOdds([0.05, 0.2, 0.4, 0.25, 0.1], usual)).toBeGreaterThan(1.001)
  })
})

describe('latency', () => {
  const healthy = { candidate: [10, 30, 40, 15, 5], baseline: [100, 300, 400, 150, 50] }
  const slower = { candidate: [5, 20, 35, 25, 15], baseline: [100, 300, 400, 150, 50] }
  const fold = (state: LatencyState, tick: typeof healthy, ticks: number) => {
    let next = state
    for (let count = 1; count <= ticks; count++)
      next = observeLatency(next, contract, [tick], state.evidence.untilMs + count)
    return next
  }

  it('of a slower candidate is found, of an equal one is not', () => {
    expect(isRejected(fold(startLatency(contract, edges), healthy, 20).evidence, contract)).toBe(false)
    expect(isRejected(fold(startLatency(contract, edges), slower, 20).evidence, contract)).toBe(true)
  })

  it('is not judged before the baseline is known', () => {
    const state = fold(startLatency(contract, edges), slower, 1)
    expect(oddsOf(state.evidence, contract)).toBeCloseTo(1, 12)
  })

  it('a replay from what was stored gives the same bits', () => {
    const kept = fold(startLatency(contract, edges), slower, 3)
    const stored: LatencyState = JSON.parse(JSON.stringify(kept))
    expect(fold(stored, slower, 3)).toEqual(fold(kept, slower, 3))
    expect(fold(kept, slower, 0)).toBe(kept)
    expect(observeLatency(kept, contract, [slower], 3)).toBe(kept)
  })

  it('goes on with coarser buckets, and keeps its wealth', () => {
    const fine = fold(startLatency(contract, edges), slower, 3)
    const coarse = onEdges(fine, [100, 500])
    expect(coarse.evidence).toEqual(fine.evidence)
    expect(coarse.seen).toEqual([1_200, 1_650, 150])
    const tick = { candidate: [10, 30, 60], baseline: [400, 550, 50] }
    expect(isRejected(fold(coarse, tick, 20).evidence, contract)).toBe(true)
  })

  it('what it remembers of the baseline is bounded', () => {
    const busy = { candidate: [1, 3, 4, 1, 1], baseline: past.map((count) => count * 100) }
    const { seen } = fold(startLatency(contract, edges), busy, 50)
    expect(seen.reduce((sum, count) => sum + count, 0)).toBeLessThan(300_000)
  })
})
