import { describe, expect, it } from 'vitest'
import { readDuration } from './read-quantity.ts'

const minute = 60_000

describe('durations', () => {
  it.each([
    ['for 30 minutes', 30],
    ['48-72 hours', 48 * 60],
    ['1h45', 105],
    ['for one hour', 60],
    ['half an hour later', 30],
    ['an hour', 60],
    ['Two full days', 2 * 24 * 60],
    ['three business days', 3 * 24 * 60],
    ['in 10 minutes, not one hour', 10],
    ['one hour, or 90 minutes', 60],
  ])('of %j', (text, minutes) => {
    expect(readDuration(text)?.durationMs[0]).toBe(minutes * minute)
  })

  it.each(['a day', 'one of the hours', 'someone hours', 'phone hours', 'an hourly look'])('not of %j', (text) => {
    expect(readDuration(text)).toBeUndefined()
  })

  it('are where they stand', () => {
    const text = 'wait for half an hour, then go'
    const { index = 0, length = 0 } = readDuration(text) ?? {}
    expect(text.slice(index, index + length)).toBe('half an hour')
  })
})
