import { expect, test } from 'vitest'
import { isTurn } from './inject-fault.ts'

test.each([0.12, 0.15])('a share of %d is met, without clusters', (share) => {
  const turns = Array.from({ length: 1000 }, (_, number) => number).filter((number) => isTurn(number, share))
  expect(turns).toHaveLength(1000 * share)
  const gaps = turns.slice(1).map((turn, index) => turn - (turns[index] ?? 0))
  expect(Math.min(...gaps)).toBe(Math.floor(1 / share))
  expect(Math.max(...gaps)).toBe(Math.ceil(1 / share))
})
