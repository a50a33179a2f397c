import { expect, it } from 'vitest'
import { Duration, formatDuration } from './duration.ts'

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
