import { expect, it } from 'vitest'
import { RateLimit } from './rate-limit.ts'

it('lets so many calls of a caller through in a minute, and says when the next may come', () => {
  const limit = new RateLimit(2)
  expect([limit.take('a', 0), limit.take('a', 1_000), limit.take('a', 2_000)]).toEqual([0, 0, 58_000])
  expect([limit.take('a', 59_999), limit.take('a', 60_000)]).toEqual([1, 0])
})

it('counts callers apart', () => {
  const limit = new RateLimit(1)
  expect([limit.take('a', 0), limit.take('b', 0), limit.take('a', 0)]).toEqual([0, 0, 60_000])
})

it('remembers a thousand callers, the newest', () => {
  const limit = new RateLimit(1)
  for (let caller = 0; caller <= 1_000; caller++) limit.take(`${caller}`, 0)
  expect([limit.take('1', 1), limit.take('1000', 1)]).toEqual([59_999, 59_999])
  expect(limit.take('0', 1)).toBe(0)
})
