import { describe, expect, it } from 'vitest'
import type { Condition } from '../plan/condition.ts'
import type { MetricReading } from '../release/evidence.ts'
import { gaugeJudge } from './gauge-judge.ts'
import type { Question } from './question.ts'

const memory = (comparator: Condition['comparator'], value: number, unit: string): Condition => ({
  metric: 'memory',
  comparator,
  value,
  unit,
})

const below: Question = { statementId: 's', condition: memory('<', 512, 'MB'), minimumSamples: 1 }
const above: Question = { statementId: 't', condition: memory('>', 1, 'GiB'), minimumSamples: 1, windowMs: 10_000 }

/** The arms of one look; null where the candidate shows nothing. */
const shown = (bytes: number | null, instances = 1): MetricReading => ({
  arms: {
    ...(bytes === null ? {} : { candidate: { total: instances, gauge: bytes * instances } }),
    baseline: { total: 2, gauge: 6e8 },
  },
  cursor: {},
})

/** A look each second. */
const after = (question: Question, ...bytes: (number | null)[]) =>
  bytes.reduce<ReturnType<typeof gaugeJudge.initial>>(
    (state, value, index) =>
      gaugeJudge.observe(state, question, {
        fromMs: index * 1_000,
        toMs: (index + 1) * 1_000,
        reading: shown(value),
      }),
    gaugeJudge.initial(),
  )
const judged = (question: Question, ...bytes: (number | null)[]) =>
  gaugeJudge.judge(after(question, ...bytes), question)

describe('a criterion on a gauge', () => {
  it('holds by the mean of the instances in the newest look', () => {
    const state = gaugeJudge.observe(after(below, 9e8), below, { fromMs: 1_000, toMs: 2_000, reading: shown(4.8e8, 3) })
    expect(gaugeJudge.judge(state, below)).toEqual({
      statementId: 's',
      verdict: 'Successful',
      value: 4.8e8,
      baseline: 3e8,
      samples: 3,
      baselineSamples: 2,
      needed: 1,
      explanation: '"memory < 512 MB" holds: 480 MB, the mean of 3 instances',
    })
  })

  it('is undecided where it does not hold, and never fails', () => {
    expect(judged(below, 5.12e8)).toMatchObject({
      verdict: 'Inconclusive',
      value: 5.12e8,
      explanation: '"memory < 512 MB" does not hold: 512 MB, one instance; a gauge decides nothing by itself',
    })
  })

  it('is undecided without data, also where there was some before', () => {
    for (const looks of [[], [null], [1e6, null]])
      expect(judged(below, ...looks)).toMatchObject({
        verdict: 'Inconclusive',
        value: null,
        samples: 0,
        explanation: 'no data for "memory < 512 MB" yet',
      })
  })
})

describe('a trigger on a gauge', () => {
  const gib = 2 ** 30
  const [high, low] = [gib * 2, gib]
  const verdict = (...bytes: (number | null)[]) => judged(above, ...bytes).verdict

  it('is breached when every look of its window says so', () => {
    expect(verdict(...Array<number>(10).fill(high))).toBe('Failed')
    expect(verdict(low, ...Array<number>(9).fill(high))).toBe('Inconclusive')
    expect(verdict(low, ...Array<number>(10).fill(high))).toBe('Failed')
  })

  it('takes a look without data as none', () => {
    expect(verdict(high, null, high, high, null, high)).toBe('Failed')
    expect(verdict(null, null, null)).toBe('Inconclusive')
    expect(verdict(...Array<number>(9).fill(high), null)).toBe('Inconclusive')
  })

  it('is not breached by one spike, also where nothing was seen before it', () => {
    expect(verdict(high)).toBe('Inconclusive')
    expect(verdict(high, high, high, high)).toBe('Inconclusive')
    expect(verdict(high, high, high, high, high)).toBe('Failed')
    expect(verdict(low, low, high)).toBe('Inconclusive')
  })

  it('is clear when the newest look says so', () => {
    expect(judged(above, ...Array<number>(9).fill(high), low)).toMatchObject({
      verdict: 'Successful',
      explanation: '"memory > 1 GiB" does not hold: 1 GiB, one instance',
    })
  })

  it('says what it saw, and when the breach began', () => {
    expect(judged(above, ...Array<number>(10).fill(high)).explanation).toBe(
      '"memory > 1 GiB" holds all over its window: 2 GiB, one instance',
    )
    expect(judged(above, high).explanation).toBe('"memory > 1 GiB" holds, and not for long enough: 2 GiB, one instance')
    expect(gaugeJudge.firstBreachMs(after(above, low, null, high, high), above)).toBe(2_000)
    expect(gaugeJudge.firstBreachMs(after(above, low), above)).toBeNull()
  })
})

it.each([
  ['<', 80, '%', 0.57, '57 %'],
  ['<', 5, 's', 1_500, '1.5 s'],
  ['<', 500, 'count', 12.5, '12.5'],
] as const)('compares in the unit of the condition: %s %d %s', (comparator, value, unit, gauge, display) => {
  const question = { ...below, condition: memory(comparator, value, unit) }
  expect(judged(question, gauge)).toMatchObject({
    verdict: 'Successful',
    explanation: expect.stringContaining(display),
  })
})
