/** Against the examples of RFC 8949, appendix A. */
import { expect, it } from 'vitest'
import { absorbCbor } from './cbor.ts'
import { absorbByte, emptyState, finish } from './murmur3.ts'

function hashOf(value: unknown): number {
  const state = emptyState()
  absorbCbor(state, value)
  return finish(state)
}

function hashOfBytes(hex: string): number {
  const state = emptyState()
  for (const [byte] of hex.matchAll(/../g)) absorbByte(state, Number.parseInt(byte, 16))
  return finish(state)
}

it.each([
  [0, '00'],
  [-0, '00'],
  [23, '17'],
  [24, '1818'],
  [1_000, '1903e8'],
  [1_000_000, '1a000f4240'],
  [1_000_000_000_000, '1b000000e8d4a51000'],
  [-1, '20'],
  [-1_000, '3903e7'],
  [1.5, 'f93e00'],
  [2 ** -14, 'f90400'],
  [2 ** -24, 'f90001'],
  [-4.1, 'fbc010666666666666'],
  [3.4028234663852886e38, 'fa7f7fffff'],
  [1.1, 'fb3ff199999999999a'],
  [1.0e300, 'fb7e37e43c8800759c'],
  [65_504.5, 'fa477fe080'],
  [false, 'f4'],
  [true, 'f5'],
  [null, 'f6'],
  ['', '60'],
  ['IETF', '6449455446'],
  ['水', '63e6b0b4'],
  ['a'.repeat(24), `7818${'61'.repeat(24)}`],
  [[1, [2, 3], [4, 5]], '8301820203820405'],
  [{}, 'a0'],
  [{ b: [2, 3], a: 1 }, 'a26161016162820203'],
  [{ aa: 1, b: 2, '\u{1F600}': 3, '\uFFFF': 4 }, 'a461620262616101' + '63efbfbf04' + '64f09f988003'],
])('%j is %s', (value, hex) => {
  expect(hashOf(value)).toBe(hashOfBytes(hex))
})
