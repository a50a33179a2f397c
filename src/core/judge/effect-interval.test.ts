import { describe, expect, it } from 'vitest'
import { effectOf, noEffect, recordEffect } from './effect-interval.ts'
import type { RateStratum } from './rate-ratio.ts'

const stratum = (candidate: [number, number], baseline: [number, number]): RateStratum => ({
  candidate: { total: candidate[0], events: candidate[1] },
  baseline: { total: baseline[0], events: baseline[1] },
})

describe('the effect', () => {
  it('is the ratio of the rates, and its band holds it', () => {
    const { ratio, low, high } = effectOf(recordEffect(noEffect, [stratum([2_000, 84], [18_000, 360])]), 0.05)
    expect(ratio).toBeCloseTo(2.1, 6)
    expect(low).toBeGreaterThan(1.3)
    expect(low).toBeLessThan(1.5)
    expect(high).toBeGreaterThan(2.9)
    expect(high).toBeLessThan(3.4)
  })

  it('is not misled by a ramp: in each stratum the rates are equal', () => {
    const ramp = Array.from({ length: 60 }, (_, minute) => {
      const candidate = 100 + 80 * minute
      const rate = 0.01 + 0.001 * minute
      return stratum([candidate, candidate * rate], [5_000 - candidate, (5_000 - candidate) * rate])
    })
    const record = ramp.reduce((sum, tick) => recordEffect(sum, [tick]), noEffect)
    expect(effectOf(record, 0.05).ratio).toBeCloseTo(1, 3)
    expect(record.classes.length).toBeLessThan(70)
  })

  it('without an event is unknown', () => {
    const record = recordEffect(noEffect, [stratum([1_000, 0], [9_000, 0]), stratum([0, 0], [10, 3])])
    expect(record).toBe(noEffect)
    const { ratio, low, high } = effectOf(record, 0.05)
    expect(ratio).toBeNull()
    expect(low).toBeCloseTo(0.001, 6)
    expect(high).toBeCloseTo(1_000, 3)
  })

  it('narrows as requests come in', () => {
    const width = (times: number) => {
      const { low, high } = effectOf(
        recordEffect(noEffect, [stratum([1_000 * times, 20 * times], [9_000 * times, 90 * times])]),
        0.05,
      )
      return Math.log(high / low)
    }
    expect(width(10)).toBeLessThan(width(1) / 2)
  })

  it('misses the truth at one look no oftener than its level, in the exact mean over the data', () => {
    // Given 60 events the candidate's are binomial; the band must hold the true ratio 2 with probability 0.9 even at one look.
    const share = 0.2
    const success = (share * 2) / (1 - share + share * 2)
    let missed = 0
    let mass = (1 - success) ** 60
    for (let events = 0; events <= 60; events++) {
      const { low, high } = effectOf(recordEffect(noEffect, [stratum([200, events], [800, 60 - events])]), 0.1)
      if (low > 2 || high < 2) missed += mass
      mass = (mass * (60 - events) * success) / ((events + 1) * (1 - success))
    }
    expect(missed).toBeLessThan(0.1)
  })
})
