import { describe, expect, it } from 'vitest'
import type { Condition } from '../plan/condition.ts'
import type { ArmCounts } from '../release/evidence.ts'
import type { Look, Question } from './question.ts'
import { thresholdJudge } from './threshold-judge.ts'

const rate = (comparator: Condition['comparator'], value: number): Condition => ({
  metric: 'error rate',
  comparator,
  value,
  unit: '%',
})
const p95 = (comparator: Condition['comparator'], value: number, unit: string): Condition => ({
  metric: 'response time',
  comparator,
  value,
  unit,
  percentile: 95,
})

function verdictOf(
  condition: Condition,
  counts: ArmCounts,
  { windowMs, baseline }: { windowMs?: number; baseline?: ArmCounts } = {},
) {
  const question: Question = {
    statementId: 's',
    condition,
    minimumSamples: 100,
    ...(windowMs === undefined ? {} : { windowMs }),
  }
  const look: Look = {
    fromMs: 0,
    toMs: 1_000,
    reading: { arms: { candidate: counts, ...(baseline ? { baseline } : {}) }, cursor: null },
  }
  return thresholdJudge.judge(thresholdJudge.observe(thresholdJudge.initial(), question, look), question)
}

const latencies = (...counts: number[]): ArmCounts => {
  const edges = [100, 500, 2_000]
  const total = counts.at(-1) ?? 0
  return {
    total,
    buckets: [...edges.map((le, index) => ({ le, count: counts[index] ?? 0 })), { le: null, count: total }],
  }
}

describe('rates', () => {
  it.each([
    ['passes below the threshold', 0, 'Successful'],
    ['does not pass at the threshold', 2, 'Failed'],
    ['fails above the threshold', 20, 'Failed'],
  ])('%s', (_name, events, verdict) => {
    expect(verdictOf(rate('<', 1), { total: 200, events }).verdict).toBe(verdict)
  })

  it('no data never passes and never breaches', () => {
    expect(verdictOf(rate('<', 1), { total: 0, events: 0 }).verdict).toBe('Inconclusive')
    expect(verdictOf(rate('>', 5), { total: 0, events: 0 }, { windowMs: 10_000 }).verdict).toBe('Inconclusive')
  })

  it('a trigger that holds is breached', () => {
    expect(verdictOf(rate('>', 5), { total: 200, events: 20 }, { windowMs: 10_000 }).verdict).toBe('Failed')
    expect(verdictOf(rate('>', 5), { total: 200, events: 4 }, { windowMs: 10_000 }).verdict).toBe('Successful')
  })

  it('between pass and rollback neither says yes', () => {
    const counts = { total: 200, events: 6 }
    expect(verdictOf(rate('<', 1), counts).verdict).toBe('Failed')
    expect(verdictOf(rate('>', 5), counts, { windowMs: 10_000 }).verdict).toBe('Successful')
  })
})

describe('quantiles', () => {
  it('are judged at the bucket edge', () => {
    expect(verdictOf(p95('<', 500, 'ms'), latencies(100, 195, 200, 200)).verdict).toBe('Successful')
    expect(verdictOf(p95('<', 500, 'ms'), latencies(100, 189, 200, 200)).verdict).toBe('Failed')
    expect(verdictOf(p95('>', 2, 's'), latencies(100, 120, 180, 200), { windowMs: 10_000 }).verdict).toBe('Failed')
    expect(verdictOf(p95('>', 2, 's'), latencies(100, 120, 195, 200), { windowMs: 10_000 }).verdict).toBe('Successful')
  })

  it('take the next edge that makes the condition harder to hold', () => {
    const counts = latencies(150, 198, 200, 200)
    expect(verdictOf(p95('<', 400, 'ms'), counts).verdict).toBe('Failed')
    expect(verdictOf(p95('>', 1, 's'), latencies(0, 0, 200, 200), { windowMs: 10_000 }).verdict).toBe('Successful')
  })

  it('without a usable edge are an error, never a pass', () => {
    expect(verdictOf(p95('<', 50, 'ms'), latencies(200, 200, 200, 200)).verdict).toBe('Error')
    expect(verdictOf(p95('>', 5, 's'), latencies(0, 0, 0, 200), { windowMs: 10_000 }).verdict).toBe('Error')
  })

  it('a value that may mean points or parts is an error, not a guess', () => {
    const relative: Condition = { metric: 'errors', comparator: '<', value: 110, unit: '% over baseline' }
    expect(verdictOf(relative, { total: 200, events: 0 }).verdict).toBe('Error')
  })

  it('a rate asked of a histogram is an error', () => {
    expect(verdictOf(rate('<', 1), latencies(200, 200, 200, 200)).verdict).toBe('Error')
  })
})

describe('the window of a trigger', () => {
  const question: Question = { statementId: 's', condition: rate('>', 5), minimumSamples: 100, windowMs: 3_000 }
  const look = (second: number, events: number): Look => ({
    fromMs: (second - 1) * 1_000,
    toMs: second * 1_000,
    reading: { arms: { candidate: { total: 100, events } }, cursor: null },
  })
  const after = (...events: number[]) =>
    events.reduce(
      (state, count, index) => thresholdJudge.observe(state, question, look(index + 1, count)),
      thresholdJudge.initial(),
    )

  it('forgets what is older', () => {
    expect(thresholdJudge.judge(after(60, 60, 0, 0, 0), question)).toMatchObject({
      verdict: 'Successful',
      samples: 300,
    })
    expect(thresholdJudge.judge(after(0, 0, 0, 0, 60), question)).toMatchObject({ verdict: 'Failed', value: 0.2 })
  })

  it('tells when the breach began', () => {
    expect(thresholdJudge.firstBreachMs(after(0, 0, 0, 40, 0, 40), question)).toBe(3_000)
    expect(thresholdJudge.firstBreachMs(after(0, 0), question)).toBeNull()
  })
})

describe('a rate against the baseline', () => {
  const relative = (comparator: Condition['comparator'], value: number, unit = 'x baseline'): Condition => ({
    metric: 'errors',
    comparator,
    value,
    unit,
  })
  const baseline = { total: 1_000, events: 10 }
  const counts = (events: number) => ({ total: 200, events })

  it('is compared with so many times that of the baseline', () => {
    expect(verdictOf(relative('<', 2), counts(3), { baseline }).verdict).toBe('Successful')
    expect(verdictOf(relative('<', 2), counts(4), { baseline }).verdict).toBe('Failed')
    expect(verdictOf(relative('<', 110, '% of baseline'), counts(2), { baseline }).verdict).toBe('Successful')
    expect(verdictOf(relative('>', 2), counts(5), { baseline, windowMs: 10_000 }).verdict).toBe('Failed')
  })

  it('counts no look in which one arm was not seen', () => {
    const question: Question = { statementId: 's', condition: relative('<', 2), minimumSamples: 100 }
    const looks = [{ candidate: counts(3), baseline }, { candidate: { total: 5_000, events: 5_000 } }, { baseline }]
    const state = looks.reduce(
      (before, arms, index) =>
        thresholdJudge.observe(before, question, { fromMs: index, toMs: index + 1, reading: { arms, cursor: null } }),
      thresholdJudge.initial(),
    )
    expect(thresholdJudge.judge(state, question)).toMatchObject({
      verdict: 'Successful',
      samples: 200,
      baselineSamples: 1_000,
    })
  })

  it('is undecided with too little of the baseline, or none', () => {
    const few = verdictOf(relative('<', 2), counts(3), { baseline: { total: 50, events: 1 } })
    expect(few).toMatchObject({ verdict: 'Inconclusive', explanation: expect.stringContaining('of the baseline') })
    expect(verdictOf(relative('<', 2), counts(0)).verdict).toBe('Inconclusive')
  })
})
