/** The exact crossing probabilities against closed forms: the reflection principle and the ruin of a gambler (Feller, volume I, chapters III and XIV). */
import { describe, expect, it } from 'vitest'
import { crossingOf } from '../../src/core/judge/crossing.ts'
import { stirlingRemainder } from '../../src/core/judge/numerics.ts'

const logFactorial = (n: number) =>
  n === 0 ? 0 : n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + stirlingRemainder(n)
const logChoose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k)

/** P(a fair walk of n steps ends at `end`). */
const endsAt = (n: number, end: number) =>
  (n + end) % 2 === 0 && Math.abs(end) <= n ? Math.exp(logChoose(n, (n + end) / 2) - n * Math.LN2) : 0

describe('a walk reaches a level', () => {
  it.each([
    [10, 3],
    [100, 15],
    [2_000, 60],
    [2_000, 150],
  ])('fair, %d steps, level %d: P(max ≥ a) = P(S ≥ a) + P(S > a)', (steps, level) => {
    let exact = 0
    for (let end = level; end <= steps; end++) exact += endsAt(steps, end) * (end === level ? 1 : 2)
    const { probability, truncated } = crossingOf(0.5, steps, (n) => Math.ceil((n + level) / 2))
    expect(Math.abs(probability - exact)).toBeLessThan(1e-12 + truncated)
  })

  it.each([
    [0.3, 5],
    [0.45, 12],
  ])('with p = %d it ever reaches %d with probability (p/q)^a', (success, level) => {
    const { probability } = crossingOf(success, 20_000, (n) => Math.ceil((n + level) / 2))
    expect(Math.abs(probability - (success / (1 - success)) ** level)).toBeLessThan(1e-9)
  })

  it('a favoured walk takes a/(p − q) steps in the mean', () => {
    const { meanTrials, probability } = crossingOf(0.6, 20_000, (n) => Math.ceil((n + 10) / 2))
    expect(probability).toBeCloseTo(1, 12)
    expect(Math.abs(meanTrials - 10 / 0.2)).toBeLessThan(1e-9)
  })
})
