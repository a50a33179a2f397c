import { describe, expect, it } from 'vitest'
import {
  barOf,
  bet,
  type Contract,
  type Evidence,
  isRejected,
  lateShare,
  oddsOf,
  pass,
  startEvidence,
} from './evidence.ts'

const weights = [0.5, 0.5]
const anyStart: Contract = { kind: 'anyStart', alpha: 0.01, stageMs: 60_000 }

function after(contract: Contract, ticks: readonly [untilMs: number, ...logFactors: number[]][]): Evidence {
  return ticks.reduce(
    (evidence, [untilMs, ...factors]) => bet(evidence, contract, weights, factors, untilMs),
    startEvidence(contract, weights),
  )
}

describe('odds', () => {
  it('are even before any data, and stay so while nothing is said', () => {
    const start = startEvidence(anyStart, weights)
    expect(oddsOf(start, anyStart)).toBeCloseTo(1, 15)
    expect(oddsOf(pass(start, 30_000), anyStart)).toBeCloseTo(1, 15)
    expect(oddsOf(after(anyStart, [[600_000, 0, 0]]), anyStart)).toBeCloseTo(1, 15)
  })

  it('are the weighted likelihood ratios', () => {
    const contract: Contract = { kind: 'fromStart', alpha: 0.01 }
    const evidence = after(contract, [
      [1_000, Math.log(3), Math.log(0.5)],
      [2_000, Math.log(4), Math.log(0.5)],
    ])
    expect(oddsOf(evidence, contract)).toBeCloseTo(0.5 * 12 + 0.5 * 0.25, 12)
  })

  it('a wager that is fair in the mean leaves the mean odds where they were', () => {
    const evidence = after(anyStart, [[1_000, 0.3, -0.2]])
    const up = Math.log(1.7)
    const down = Math.log(1 / 1.3 + 0.1)
    const fair = (1 - Math.exp(down)) / (Math.exp(up) - Math.exp(down))
    const odds = [up, down].map((log) => oddsOf(bet(evidence, anyStart, weights, [log, log], 9_000), anyStart))
    expect(fair * (odds[0] ?? 0) + (1 - fair) * (odds[1] ?? 0)).toBeCloseTo(oddsOf(evidence, anyStart), 12)
  })

  it('stay finite, and a regression after long health is still found', () => {
    const healthy = after(anyStart, [[60_000, -5_000, -5_000]])
    expect(healthy.wealth).toEqual([0, 0])
    const ill = bet(healthy, anyStart, weights, [5_000, 5_000], 61_000)
    expect(isRejected(ill, anyStart)).toBe(true)
    expect(oddsOf(ill, anyStart)).toBeLessThan(Number.POSITIVE_INFINITY)
  })
})

describe('wealth for late starts', () => {
  it('is half spent by the end of the stage, and never quite', () => {
    const left = (atMs: number) => oddsOf(after(anyStart, [[atMs, -5_000, -5_000]]), anyStart)
    expect(left(60_000)).toBeCloseTo(lateShare / 2, 12)
    expect(left(600_000)).toBeCloseTo(lateShare / 20, 12)
  })

  it('a rate contract lays out one stake for every time of the contract', () => {
    const rate: Contract = { kind: 'rate', everyMs: 10_000 }
    expect(barOf(rate)).toBe(1)
    expect(oddsOf(after(rate, [[5_000, 0, 0]]), rate)).toBeCloseTo(0.5, 12)
    expect(
      oddsOf(
        after(rate, [
          [5_000, 0, 0],
          [10_000, 0, 0],
        ]),
        rate,
      ),
    ).toBeCloseTo(1, 12)
  })
})
