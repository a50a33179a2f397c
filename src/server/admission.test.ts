import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Admission } from './admission.ts'

const many = (count: number, admission: Admission, nowMs: number) =>
  Array.from({ length: count }, () => admission.take(nowMs))

it('lets in as many as come in a second, and again in the next', () => {
  const admission = new Admission(100)
  expect(many(100, admission, 0)).toEqual(Array(100).fill(0))
  expect(admission.take(0)).toBeGreaterThan(0)
  expect(many(100, admission, 1_000)).toEqual(Array(100).fill(0))
  expect(admission.take(1_000)).toBeGreaterThan(0)
  expect([admission.take(1_010), admission.take(1_010)].map((backMs) => backMs === 0)).toEqual([true, false])
})

it('gives everyone who is turned away a time of his own', () => {
  const admission = new Admission(100)
  many(100, admission, 0)
  expect(many(300, admission, 0)).toEqual(Array.from({ length: 300 }, (_, at) => 1_000 + 10 * at))
})

it('spreads those it has no time of their own for', () => {
  let drawn = 0
  const admission = new Admission(10, () => (drawn++ % 10) / 10)
  many(10, admission, 0)
  const told = many(1_000, admission, 0).slice(-10)
  expect(told.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, at) => 15_000 + 1_500 * at))
})

it('lets everybody in who comes back when told, and never more than the limit in a second', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 200 }),
      fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 300 }),
      (perSec, arrivals) => {
        const admission = new Admission(perSec, () => 0.5)
        const waiting = arrivals.toSorted((a, b) => a - b)
        const admitted: number[] = []
        let turns = 0
        while (waiting.length > 0 && turns < 20_000) {
          turns += 1
          const nowMs = waiting.shift() ?? 0
          const backMs = admission.take(nowMs)
          if (backMs === 0) admitted.push(nowMs)
          else {
            expect(backMs).toBeGreaterThanOrEqual(1_000)
            expect(backMs).toBeLessThanOrEqual(30_000)
            const at = waiting.findIndex((ms) => ms > nowMs + backMs)
            waiting.splice(at < 0 ? waiting.length : at, 0, nowMs + backMs)
          }
        }
        expect(admitted).toHaveLength(arrivals.length)
        for (const [at, ms] of admitted.entries()) {
          const later = admitted[at + 2 * perSec]
          if (later !== undefined) expect(later - ms).toBeGreaterThanOrEqual(1_000)
        }
      },
    ),
  )
})
