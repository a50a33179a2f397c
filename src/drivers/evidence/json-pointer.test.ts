import { expect, it } from 'vitest'
import { valueAt } from './json-pointer.ts'

/** The document of RFC 6901, section 5. */
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
}

it.each<[string, unknown]>([
  ['', document],
  ['/foo', document.foo],
  ['/foo/0', 'bar'],
  ['/', 0],
  ['/a~1b', 1],
  ['/c%d', 2],
  ['/e^f', 3],
  ['/g|h', 4],
  ['/i\\j', 5],
  ['/k"l', 6],
  ['/ ', 7],
  ['/m~0n', 8],
  ['/m~01n', undefined],
  ['/foo/2', undefined],
  ['/foo/-', undefined],
  ['/foo/01', undefined],
  ['/foo/0/length', undefined],
  ['/toString', undefined],
  ['/__proto__', undefined],
])('reads "%s"', (pointer, value) => {
  expect(valueAt(document, pointer)).toEqual(value)
})

it('undoes escapes in the order of the RFC', () => {
  expect(valueAt({ '~1': 'tilde one' }, '/~01')).toBe('tilde one')
})
