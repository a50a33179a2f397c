import { expect, it } from 'vitest'
import { type Condition, canonicalThreshold } from './condition.ts'
import { formatValue } from './format-value.ts'

const below = (value: number, unit: string): Condition => ({ metric: 'memory', comparator: '<', value, unit })

it.each([
  [512, 'MB', 512_000_000],
  [1.5, 'GiB', 1.5 * 2 ** 30],
  [4, 'kB', 4_000],
  [4, 'KB', 4_000],
  [4, 'KiB', 4_096],
  [2, 'tb', 2e12],
  [9, 'B', 9],
])('takes %d %s as bytes', (value, unit, bytes) => {
  expect(canonicalThreshold(below(value, unit))).toEqual({ value: bytes, kind: 'size' })
})

it.each(['Mb', 'MB/s', 'Mbps', 'kib', 'iB', 'constructor', '__proto__'])('takes %s for no size', (unit) => {
  expect(canonicalThreshold(below(1, unit))).toBeUndefined()
})

it.each([
  [4.8e8, 'MB', '480 MB'],
  [1.55 * 2 ** 30, 'GiB', '1.55 GiB'],
  [1_536_000_000, 'MB', '1,536 MB'],
  [null, 'MB', '–'],
])('shows %s bytes in %s as %s', (value, unit, shown) => {
  expect(formatValue(value, below(1, unit))).toBe(shown)
})
