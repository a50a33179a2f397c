import { describe, expect, it } from 'vitest'
import type { ArmCounts } from './evidence.ts'
import { fail, succeed } from './outcome.ts'
import { usableReading } from './usable-reading.ts'

const read = (candidate: ArmCounts, isShare = true) =>
  usableReading(succeed({ arms: { candidate }, cursor: 7 }), isShare)
const buckets = (...pairs: [le: number | null, count: number][]) => pairs.map(([le, count]) => ({ le, count }))
const messageOf = (candidate: ArmCounts) => {
  const outcome = read(candidate)
  return outcome.ok ? 'usable' : outcome.error.message
}

describe('a reading that can be judged', () => {
  it.each<[string, ArmCounts]>([
    ['events of requests', { total: 10, events: 10 }],
    ['nothing at all', { total: 0, events: 0 }],
    ['buckets up to the last', { total: 10, buckets: buckets([1, 2], [5, 9], [null, 10]) }],
    ['the most that is counted exactly', { total: Number.MAX_SAFE_INTEGER, events: 1 }],
  ])('%s', (_name, counts) => expect(read(counts)).toEqual(succeed({ arms: { candidate: counts }, cursor: 7 })))

  it('more events than requests, where their bare number is asked for', () =>
    expect(read({ total: 1, events: 500 }, false).ok).toBe(true))
})

describe('what is no data says why', () => {
  it.each<[ArmCounts, string]>([
    [{ total: Number.NaN, events: 0 }, 'no numbers from zero up'],
    [{ total: 5, events: -1 }, 'no numbers from zero up'],
    [{ total: 2 ** 53, events: 0 }, 'no numbers from zero up'],
    [{ total: 10, events: 12 }, '12 events of 10'],
    [{ total: 10, buckets: buckets([1, 9], [5, 2]) }, 'fewer observations up to 5 than up to 1'],
    [{ total: 10, buckets: buckets([1, 11]) }, '11 observations up to 1 of 10'],
    [{ total: 10, buckets: buckets([5, 2], [1, 2]) }, 'buckets that are not in order at 1'],
    [{ total: 10, buckets: buckets([null, 10], [null, 10]) }, 'buckets that are not in order at +Inf'],
  ])('%j: %s', (counts, message) => expect(messageOf(counts)).toContain(message))

  it('an answer that is none stays what it is', () => {
    expect(usableReading(undefined, true)).toEqual(fail('notFound', 'was not read'))
    expect(usableReading(fail('timeout', 'late'), true)).toEqual(fail('timeout', 'late'))
  })
})
