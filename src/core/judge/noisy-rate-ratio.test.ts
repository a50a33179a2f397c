import { describe, expect, it } from 'vitest'
import { worseRatios } from './alternatives.ts'
import { noiseOf } from './dispersion.ts'
import { type Contract, isRejected, oddsOf } from './evidence.ts'
import { observeNoisyRateRatio, ratioDeviations, startNoisyRateRatio } from './noisy-rate-ratio.ts'
import type { RateRatioTest, RateStratum } from './rate-ratio.ts'

const noise = { spanMs: 60_000, mostCv: 1 }
const block = (candidate: number, baseline: number): RateStratum => ({
  candidate: { total: 600, events: candidate },
  baseline: { total: 5_400, events: baseline },
})
const noiseIn = (past: readonly RateStratum[], among = noise) => noiseOf(ratioDeviations(past), among)
const repeated = (blocks: readonly RateStratum[], times: number) => Array.from({ length: times }, () => blocks).flat()

describe('the noise', () => {
  it('is the strongest that the class allows before any data', () => {
    expect(noiseIn([])).toBe(1)
    expect(noiseIn([block(30, 270)])).toBe(1)
    expect(noiseIn([], { ...noise, mostCv: 0.3 })).toBeCloseTo(0.09, 12)
  })

  it('falls towards nothing as quiet blocks come in', () => {
    const quiet = [block(30, 270), block(33, 268), block(27, 272)]
    expect(noiseIn(repeated(quiet, 4))).toBeLessThan(0.7)
    expect(noiseIn(repeated(quiet, 20))).toBeLessThan(0.2)
  })

  it('is found where it is, and taken for up to twice as much', () => {
    // The candidate's rate alternates between half and one and a half: a squared coefficient of variation of 0.25.
    const noisy = repeated([block(150, 2_700), block(450, 2_700)], 30)
    expect(noiseIn(noisy, { ...noise, mostCv: 0.8 })).toBeGreaterThan(0.25)
    expect(noiseIn(noisy, { ...noise, mostCv: 0.8 })).toBeLessThan(0.5)
    expect(noiseIn(noisy, { ...noise, mostCv: 0.4 })).toBeCloseTo(0.16, 12)
  })

  it('is not what a steady regression or a shared outage is', () => {
    expect(noiseIn(repeated([block(60, 270), block(63, 268), block(57, 272)], 20))).toBeLessThan(0.2)
    expect(noiseIn(repeated([block(30, 270), block(300, 2_700)], 30))).toBeLessThan(0.2)
  })
})

describe('a noisy metric', () => {
  const contract: Contract = { kind: 'anyStart', alpha: 0.01, stageMs: 3_600_000 }
  const test: RateRatioTest = { contract, alternatives: worseRatios, nullRatio: 1, expectedRate: 0.005 }
  const fold = (ticks: readonly RateStratum[], tickMs: number) =>
    ticks.reduce(
      (state, tick, index) => observeNoisyRateRatio(state, test, noise, [tick], (index + 1) * tickMs),
      startNoisyRateRatio(test),
    )

  it('one bad minute is no verdict, many are', () => {
    const healthy = repeated([block(30, 270)], 30)
    expect(isRejected(fold([...healthy, block(90, 270)], 60_000).test.evidence, contract)).toBe(false)
    expect(isRejected(fold(repeated([block(90, 270)], 60), 60_000).test.evidence, contract)).toBe(true)
  })

  it('waits for the end of a block, then counts all of it', () => {
    const ticks = repeated([block(9, 27)], 60)
    expect(oddsOf(fold(ticks.slice(0, 59), 1_000).test.evidence, contract)).toBeCloseTo(1, 12)
    const whole = fold(ticks, 1_000)
    expect(whole.pending).toEqual([])
    expect(whole.past).toHaveLength(1)
    expect(oddsOf(whole.test.evidence, contract)).toBeGreaterThan(1)
  })

  it('remembers a bounded number of blocks and ticks', () => {
    const state = fold(repeated([block(3, 27)], 200), 60_000)
    expect(state.past).toHaveLength(60)
    const fast = fold(repeated([block(0, 0)], 2_000), 10)
    expect(fast.pending.length).toBeLessThanOrEqual(600)
  })

  it('a tick seen before changes nothing', () => {
    const state = fold([block(3, 27)], 1_000)
    expect(observeNoisyRateRatio(state, test, noise, [block(90, 0)], 1_000)).toBe(state)
  })
})
