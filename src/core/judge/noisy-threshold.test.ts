import { describe, expect, it } from 'vitest'
import { aboveOdds } from './alternatives.ts'
import { bet, type Contract, isRejected, oddsOf, startEvidence } from './evidence.ts'
import { momentLogFactors } from './moment-bets.ts'
import { type NoisyEvidence, observeNoisyThreshold } from './noisy-threshold.ts'
import type { ArmRate } from './rate-ratio.ts'
import { observeThreshold, type ThresholdTest } from './threshold.ts'

const contract: Contract = { kind: 'fromStart', alpha: 0.01 }
const test: ThresholdTest = { contract, alternatives: aboveOdds, rate: 0.05 }
const noise = { spanMs: 60_000, mostCv: 1 }
const start = startEvidence(contract, aboveOdds.weights)
const block = (events: number): ArmRate => ({ total: 600, events })

function fold(ticks: readonly ArmRate[], tickMs: number, from: NoisyEvidence = start): NoisyEvidence {
  return ticks.reduce(
    (evidence, tick, index) => observeNoisyThreshold(evidence, test, noise, tick, from.untilMs + (index + 1) * tickMs),
    from,
  )
}
const blocks = (events: number, times: number) => Array.from({ length: times }, () => block(events))

describe('a threshold on a noisy metric', () => {
  it('without a declared class is a plain threshold', () => {
    expect(observeNoisyThreshold(start, test, undefined, block(60), 60_000)).toEqual(
      observeThreshold(start, test, block(60), 60_000),
    )
  })

  it('waits for the end of a block, and then bets on all of it as if the noise were the strongest of the class', () => {
    const ticks = Array.from({ length: 60 }, () => ({ total: 10, events: 1 }))
    const waiting = fold(ticks.slice(0, 59), 1_000)
    expect(waiting.wealth).toEqual(start.wealth)
    expect(waiting.gathered?.pending).toEqual({ total: 590, events: 59 })
    const whole = fold(ticks, 1_000)
    expect(whole.gathered).toEqual({ sinceMs: 60_000, pending: { total: 0, events: 0 }, past: [block(60)] })
    const factors = momentLogFactors({ ratio: 2, square: (60 * 59) / 900, variance: 1 / 30 }, aboveOdds.ratios, 1)
    expect(whole.wealth).toEqual(bet(start, contract, aboveOdds.weights, factors, 60_000).wealth)
  })

  it('one minute of twice the rate is no verdict, many are', () => {
    const healthy = blocks(30, 30)
    expect(isRejected(fold([...healthy, block(60)], 60_000), contract)).toBe(false)
    expect(isRejected(fold(blocks(60, 60), 60_000), contract)).toBe(true)
  })

  it('does not wait for ever: what fails half of all requests is found within three blocks of the strongest noise', () => {
    expect(isRejected(fold(blocks(300, 3), 60_000), contract)).toBe(true)
  })

  it('a block closes after its span, whatever it holds', () => {
    const empty = fold([{ total: 0, events: 0 }], 90_000)
    expect(empty.gathered?.sinceMs).toBe(90_000)
    expect(oddsOf(empty, contract)).toBeCloseTo(1, 12)
  })

  it('once past blocks were quiet, the same block tells more', () => {
    const told = (before: NoisyEvidence) => {
      const after = fold([block(45)], 60_000, before)
      return Math.log((after.wealth[6] ?? 0) / (before.wealth[6] ?? 0))
    }
    const quiet = fold([...blocks(28, 20), ...blocks(32, 20)], 60_000)
    expect(Math.abs(told(quiet))).toBeGreaterThan(2 * Math.abs(told(start)))
  })

  it('a tick seen before changes nothing, and only so many blocks are remembered', () => {
    const state = fold(blocks(30, 100), 60_000)
    expect(state.gathered?.past).toHaveLength(60)
    expect(observeNoisyThreshold(state, test, noise, block(600), state.untilMs)).toBe(state)
  })

  it('what was stored goes on to the same bits', () => {
    const state = fold(blocks(33, 3), 25_000)
    const stored: NoisyEvidence = JSON.parse(JSON.stringify(state))
    expect(fold(blocks(40, 5), 25_000, stored)).toEqual(fold(blocks(40, 5), 25_000, state))
  })
})
