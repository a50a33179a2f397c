import { describe, expect, it } from 'vitest'
import { type Alternatives, aboveOdds, belowOdds } from './alternatives.ts'
import { type Contract, isRejected, oddsOf, startEvidence } from './evidence.ts'
import { observeThreshold } from './threshold.ts'

const contract: Contract = { kind: 'fromStart', alpha: 0.05 }

function fold(alternatives: Alternatives, rate: number, ticks: readonly [total: number, events: number][]) {
  return ticks.reduce(
    (evidence, [total, events], index) =>
      observeThreshold(evidence, { contract, alternatives, rate }, { total, events }, index + 1),
    startEvidence(contract, alternatives.weights),
  )
}

/** Exact mean of the odds after one request. */
const mean = (alternatives: Alternatives, rate: number, truth: number) =>
  truth * oddsOf(fold(alternatives, rate, [[1, 1]]), contract) +
  (1 - truth) * oddsOf(fold(alternatives, rate, [[1, 0]]), contract)

describe('a threshold', () => {
  it('is a fair bet at its edge, a losing one on the side of the null', () => {
    for (const rate of [0.01, 0.05, 0.5, 0.95]) {
      expect(mean(aboveOdds, rate, rate)).toBeCloseTo(1, 12)
      expect(mean(belowOdds, rate, rate)).toBeCloseTo(1, 12)
      expect(mean(aboveOdds, rate, rate / 2)).toBeLessThan(1)
      expect(mean(belowOdds, rate, rate + 0.02)).toBeLessThan(1)
    }
  })

  it('above and below are found from the same counts', () => {
    expect(isRejected(fold(aboveOdds, 0.05, [[300, 40]]), contract)).toBe(true)
    expect(isRejected(fold(belowOdds, 0.05, [[300, 40]]), contract)).toBe(false)
    expect(isRejected(fold(belowOdds, 0.05, [[300, 2]]), contract)).toBe(true)
    expect(isRejected(fold(aboveOdds, 0.05, [[300, 2]]), contract)).toBe(false)
  })

  it('no requests and a tick seen before change nothing', () => {
    const evidence = fold(aboveOdds, 0.05, [[300, 40]])
    const test = { contract, alternatives: aboveOdds, rate: 0.05 }
    expect(observeThreshold(evidence, test, { total: 0, events: 0 }, 9).wealth).toEqual(evidence.wealth)
    expect(observeThreshold(evidence, test, { total: 10, events: 10 }, 1)).toBe(evidence)
  })

  it('ticks of any size give the same odds', () => {
    const [whole, parts] = [
      fold(aboveOdds, 0.05, [[300, 40]]),
      fold(aboveOdds, 0.05, [
        [100, 10],
        [200, 30],
      ]),
    ]
    expect(oddsOf(parts, contract) / oddsOf(whole, contract)).toBeCloseTo(1, 10)
  })
})
