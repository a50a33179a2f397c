import { describe, expect, it } from 'vitest'
import { type Contract, isRejected, oddsOf } from './evidence.ts'
import { observeLatency, onEdges, startLatency } from './latency.ts'
import { type NoisyLatencyState, observeNoisyLatency } from './noisy-latency.ts'

const contract: Contract = { kind: 'fromStart', alpha: 0.01 }
const noise = { spanMs: 60_000, mostCv: 0.5 }
const edges = [50, 100, 200, 500]
const past = [100, 300, 400, 150, 50]
const baseline = past.map((count) => 5 * count)
const usual = { candidate: [60, 180, 240, 90, 30], baseline }
const slower = { candidate: [30, 120, 210, 150, 90], baseline }
const start: NoisyLatencyState = startLatency(contract, edges, past)

function fold(ticks: readonly (typeof usual)[], tickMs: number, from = start): NoisyLatencyState {
  return ticks.reduce(
    (state, tick, index) =>
      observeNoisyLatency(state, contract, noise, [tick], from.evidence.untilMs + (index + 1) * tickMs),
    from,
  )
}
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)

describe('latency of a noisy metric', () => {
  it('without a declared class is plain latency', () => {
    expect(observeNoisyLatency(start, contract, undefined, [slower], 60_000)).toEqual(
      observeLatency(start, contract, [slower], 60_000),
    )
  })

  it('waits for the end of a block, then counts all of it, less than it would without noise', () => {
    const waiting = fold(times(5, slower), 10_000)
    expect(waiting.evidence.wealth).toEqual(start.evidence.wealth)
    const whole = fold(times(6, slower), 10_000)
    const odds = oddsOf(whole.evidence, contract)
    const plain = times(6, slower).reduce(
      (state, tick, index) => observeLatency(state, contract, [tick], (index + 1) * 10_000),
      startLatency(contract, edges, past),
    )
    expect(odds).toBeGreaterThan(1)
    expect(Math.log(odds)).toBeLessThan(0.5 * Math.log(oddsOf(plain.evidence, contract)))
    expect(whole.gathered?.factors.every((factor) => factor === 0)).toBe(true)
  })

  it('one slow minute is no verdict, many are, and equal arms never', () => {
    expect(isRejected(fold([...times(30, usual), slower], 60_000).evidence, contract)).toBe(false)
    expect(isRejected(fold(times(120, slower), 60_000).evidence, contract)).toBe(true)
    expect(isRejected(fold(times(120, usual), 60_000).evidence, contract)).toBe(false)
  })

  it('does not wait for ever: when everything takes the longest, it is found within minutes', () => {
    const stuck = { candidate: [0, 0, 0, 0, 600], baseline }
    expect(isRejected(fold(times(3, stuck), 60_000).evidence, contract)).toBe(true)
  })

  it('once past blocks were quiet, the same block tells more', () => {
    const gained = (before: NoisyLatencyState) =>
      Math.log(oddsOf(fold([slower], 60_000, before).evidence, contract) / oddsOf(before.evidence, contract))
    const { scored, gathered, evidence } = fold(times(40, usual), 60_000)
    const quiet = { ...start, scored, gathered, evidence: { ...start.evidence, untilMs: evidence.untilMs } }
    expect(gained(quiet as NoisyLatencyState)).toBeGreaterThan(2 * gained(start))
  })

  it('keeps what it gathered on coarser edges, and remembers only so many blocks', () => {
    const state = fold(times(70, usual), 60_000)
    expect(state.gathered?.past).toHaveLength(60)
    const coarse = onEdges(fold([slower], 10_000, state), [100, 500])
    expect(coarse.gathered).toEqual(fold([slower], 10_000, state).gathered)
    const tick = { candidate: [150, 360, 90], baseline: [2_000, 2_750, 250] }
    expect(
      observeNoisyLatency(coarse, contract, noise, [tick], state.evidence.untilMs + 60_000).gathered?.sinceMs,
    ).toBe(state.evidence.untilMs + 60_000)
  })

  it('a tick seen before changes nothing, and what was stored goes on to the same bits', () => {
    const state = fold(times(4, slower), 25_000)
    expect(observeNoisyLatency(state, contract, noise, [slower], state.evidence.untilMs)).toBe(state)
    const stored: NoisyLatencyState = JSON.parse(JSON.stringify(state))
    expect(fold(times(4, slower), 25_000, stored)).toEqual(fold(times(4, slower), 25_000, state))
  })
})
