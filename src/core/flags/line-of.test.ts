import { expect, it } from 'vitest'
import { lineOf } from './line-of.ts'

const text = `{
  "flags": {
    "a{\\"": { "state": "ENABLED" },
    "b": {
      "variants": { "x": [1, { "deep": "] } ," }],
        "y": [
          true,
          { "z": null }
        ] }
    }
  },

  "metadata": {}
}`

it.each<[(string | number)[], number]>([
  [[], 1],
  [['flags'], 2],
  [['flags', 'a{"'], 3],
  [['flags', 'b', 'variants', 'x', 1, 'deep'], 5],
  [['flags', 'b', 'variants', 'y'], 6],
  [['flags', 'b', 'variants', 'y', 0], 7],
  [['flags', 'b', 'variants', 'y', 1, 'z'], 8],
  [['flags', 'b', 'targeting'], 4],
  [['metadata', 'none', 'below'], 13],
])('finds %j in line %i', (path, line) => expect(lineOf(text, path)).toBe(line))

it('finds nothing in what has no members', () => {
  expect(lineOf('\n5', ['a'])).toBe(2)
  expect(lineOf('', ['a'])).toBe(1)
})
