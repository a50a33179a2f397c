import { describe, expect, it } from 'vitest'
import { ratioNats, requestsNeeded, thresholdNats } from './outlook.ts'

describe('information', () => {
  it('of the specification’s examples: Wald’s bound at α = .05', () => {
    const bound = (nats: number) => Math.log(20) / nats
    // 10 of 100 requests are the candidate's; the published bounds are for single requests, ours for rare events.
    expect(bound(ratioNats(0.1, 0.005, 2)) / 1_761).toBeCloseTo(1, 1)
    expect(bound(thresholdNats(0.06, 0.05))).toBeCloseTo(3_020, -2)
    expect(bound(thresholdNats(0.1, 0.05))).toBeCloseTo(145, -1)
    expect(bound(thresholdNats(0.2, 0.05))).toBeCloseTo(21, 0)
  })

  it('is nought where nothing is to be told apart', () => {
    expect(thresholdNats(0.05, 0.05)).toBe(0)
    expect(ratioNats(0.1, 0.005, 1.25, 1.25)).toBeCloseTo(0, 15)
    expect(thresholdNats(0, 0.01)).toBeCloseTo(-Math.log(0.99), 15)
  })
})

describe('requests needed', () => {
  it('are none at the bar, fewer the nearer it is, and unknown without information', () => {
    expect(requestsNeeded(100, 100, 0.01)).toBe(0)
    expect(requestsNeeded(10, 100, 0.01)).toBe(Math.ceil(Math.log(10) / 0.01))
    expect(requestsNeeded(1, 100, 0.01)).toBe(Math.ceil((1.4 * Math.log(100)) / 0.01))
    expect(requestsNeeded(1, 100, 0)).toBeNull()
    expect(requestsNeeded(1, 100, 1e-12)).toBeNull()
    expect(requestsNeeded(0, 100, 0.01)).toBeGreaterThan(10_000)
  })
})
