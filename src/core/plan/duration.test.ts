import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Duration, formatDuration, writeDuration } from './duration.ts'

it.each([
  ['500ms', 500],
  ['10s', 10_000],
  ['1.5h', 5_400_000],
  ['7d', 604_800_000],
])('reads %s', (text, ms) => {
  expect(Duration.parse(text)).toBe(ms)
})

it.each(['10', '10 fortnights', '-1s', ''])('refuses "%s" and says what a duration looks like', (text) => {
  expect(Duration.safeParse(text).error?.issues[0]?.message).toContain('10s')
})

it.each([
  [850, '850 ms'],
  [12_400, '12.4 s'],
  [200_000, '3 min 20 s'],
  [599_960, '10 min'],
  [7_200_000, '2 h'],
  [187_200_000, '2 d 4 h'],
])('writes %d ms as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

it('writes for machines what it reads again', () => {
  expect([0, 1.5, 86_400_000, 5_400_000, 90_000].map(writeDuration)).toEqual(['0ms', '1.5ms', '1d', '90min', '90s'])
  const ms = fc.oneof(fc.nat(), fc.double({ min: 1e-6, max: 1e20, noNaN: true }))
  const readsBack = fc.property(ms, (value) => {
    expect(Duration.parse(writeDuration(value))).toBe(value)
  })
  fc.assert(readsBack, { seed: 20_260_104 })
})
