import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { absorbByte, absorbText, emptyState, finish, utf8Length } from './murmur3.ts'

function hash(...parts: string[]): number {
  const state = emptyState()
  for (const part of parts) absorbText(state, part)
  return finish(state)
}

function hashBytes(bytes: Iterable<number>): number {
  const state = emptyState()
  for (const byte of bytes) absorbByte(state, byte)
  return finish(state)
}

it.each([
  ['', 0],
  ['hello', 0x248bfa47],
  ['hello, world', 0x149bbb7f],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
  // The keys at the ends of the range that flagd's test bed names.
  ['ejOoVL', 0],
  ['SI7p-', 0x7fffffff],
  ['ceQdGm', 0xffffffff],
])('of %j is %i', (text, value) => expect(hash(text)).toBe(value))

it('is that of the UTF-8 bytes, in one part or in many', () => {
  const unit = fc.constantFrom(
    'a',
    'Z',
    '~',
    '\0',
    'é',
    'ß',
    'あ',
    '\u07ff',
    '\u0800',
    '\uffff',
    '😀',
    '\ud83d',
    '\ude00',
  )
  fc.assert(
    fc.property(fc.array(fc.string({ unit, maxLength: 11 }), { maxLength: 4 }), (parts) => {
      const bytes = parts.flatMap((part) => [...new TextEncoder().encode(part)])
      expect(hash(...parts)).toBe(hashBytes(bytes))
      expect(parts.reduce((sum, part) => sum + utf8Length(part), 0)).toBe(bytes.length)
    }),
  )
})
