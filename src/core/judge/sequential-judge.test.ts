import { describe, expect, it } from 'vitest'
import type { Condition } from '../plan/condition.ts'
import type { ArmCounts } from '../release/evidence.ts'
import { Judgement } from '../release/judgement.ts'
import type { JudgeState } from './judge.ts'
import type { Look, Question } from './question.ts'
import { sequentialJudge } from './sequential-judge.ts'

const certainty = { rollbackAlpha: 0.01, promotionAlpha: 0.05, stageMs: 3_600_000 }
const rate = (comparator: Condition['comparator'], value: number): Condition => ({
  metric: 'error rate',
  comparator,
  value,
  unit: '%',
})
const p95: Condition = { metric: 'response time', comparator: '<', value: 500, unit: 'ms', percentile: 95 }
const criterion: Question = { statementId: 'c', condition: rate('<', 1), minimumSamples: 100, certainty }
const trigger: Question = { statementId: 't', condition: rate('>', 5), minimumSamples: 20, windowMs: 60_000, certainty }

type Arms = Look['reading']['arms']
const counts = (total: number, events: number): ArmCounts => ({ total, events })

function fold(question: Question, arms: readonly Arms[], from: JudgeState = sequentialJudge.initial()): JudgeState {
  const start = from.window.at(-1)?.toMs ?? 1_000_000
  return arms.reduce<JudgeState>((state, one, index) => {
    const look = {
      fromMs: start + index * 1_000,
      toMs: start + (index + 1) * 1_000,
      reading: { arms: one, cursor: null },
    }
    return sequentialJudge.observe(state, question, look)
  }, from)
}

const verdictOf = (question: Question, arms: readonly Arms[]) => sequentialJudge.judge(fold(question, arms), question)
const looks = (times: number, one: Arms) => Array.from({ length: times }, () => one)

describe('a criterion', () => {
  it('passes when it is shown that the threshold is kept, not before', () => {
    const good = { candidate: counts(10, 0), baseline: counts(90, 0) }
    const early = verdictOf(criterion, looks(15, good))
    expect(early.verdict).toBe('Inconclusive')
    expect(early.needed).toBeGreaterThan(250)
    expect(early.explanation).toMatch(/undecided: 0 % over 150 samples: needs about \d+ more/)
    const late = verdictOf(criterion, looks(60, good))
    expect(late.verdict).toBe('Successful')
    expect(late.explanation).toMatch(/holds: 0 % over 600 samples, \d+:1 against chance/)
  })

  it('of a noisy metric says the least that it needs', () => {
    const noisy = { ...criterion, certainty: { ...certainty, noise: { spanMs: 60_000, mostCv: 0.3 } } }
    const good = { candidate: counts(10, 0), baseline: counts(90, 0) }
    expect(verdictOf(noisy, looks(15, good)).explanation).toMatch(
      /undecided: 0 % over 150 samples: needs at least \d+ more/,
    )
  })

  it('of a noisy metric does not pass on counts that say the opposite, though their block has not ended', () => {
    const noisy = { ...criterion, certainty: { ...certainty, noise: { spanMs: 10_000, mostCv: 0.3 } } }
    const before = looks(60, { candidate: counts(100, 0), baseline: counts(900, 0) })
    expect(verdictOf(noisy, before).verdict).toBe('Successful')
    const failing = { candidate: counts(100, 60), baseline: counts(900, 0) }
    const { verdict, explanation } = verdictOf(noisy, [...before, ...looks(3, failing)])
    expect(verdict).toBe('Inconclusive')
    expect(explanation).toContain('undecided: 2.86 % over 6,300 samples')
  })

  it('says so when more samples will hardly decide it', () => {
    const { verdict, explanation } = verdictOf(
      criterion,
      looks(20, { candidate: counts(100, 1), baseline: counts(900, 9) }),
    )
    expect(verdict).toBe('Inconclusive')
    expect(explanation).toContain('more samples alone will hardly decide it')
  })

  it('fails when the threshold is shown to be broken', () => {
    const { verdict, explanation } = verdictOf(criterion, looks(20, { candidate: counts(100, 4) }))
    expect(verdict).toBe('Failed')
    expect(explanation).toMatch(/does not hold: 4 % \(95 % band [\d.]+ % to [\d.]+ %\) over 2,000 samples/)
  })

  it('fails when the candidate is worse than the baseline, under its threshold too', () => {
    const worse = [{ candidate: counts(1_000, 6), baseline: counts(9_000, 18) }]
    const judgement = verdictOf(criterion, looks(6, worse[0] ?? {}))
    expect(judgement.verdict).toBe('Failed')
    expect(judgement.explanation).toMatch(
      /the candidate fails 3× as often as the baseline, 95 % band 1\.\d–5\.?\d?×: 0\.6 % \(95 % band [^)]*\) over 6,000 samples, [\d,]+:1 against chance/,
    )
    expect(judgement.statistics?.ratio).toBeCloseTo(3, 6)
    expect(Judgement.parse(judgement)).toEqual(judgement)
  })

  it('with a margin, also has to be shown not to be worse than that', () => {
    const withMargin = { ...criterion, certainty: { ...certainty, margin: 1.5 } }
    const alike = looks(60, { candidate: counts(100, 0.2), baseline: counts(900, 1.8) })
    expect(verdictOf(criterion, alike).verdict).toBe('Successful')
    const undecided = verdictOf(withMargin, alike)
    expect(undecided.verdict).toBe('Inconclusive')
    expect(undecided.needed).toBeGreaterThan(20_000)
    expect(undecided.needed).toBeLessThan(200_000)
    expect(verdictOf(withMargin, looks(2_000, alike[0] ?? {})).verdict).toBe('Successful')
  })

  it('on a success rate counts the failures', () => {
    const question = { ...criterion, condition: rate('>', 99) }
    expect(verdictOf(question, looks(60, { candidate: counts(10, 10) })).verdict).toBe('Successful')
    expect(verdictOf(question, looks(60, { candidate: counts(10, 9) })).verdict).toBe('Failed')
  })

  it('counters that lag are put together: what one look has too many of is of the requests of the next', () => {
    const late = [{ candidate: counts(0, 1) }, { candidate: counts(1, 2) }, { candidate: counts(99, 0) }]
    const lagging = fold(criterion, Array.from({ length: 40 }, () => late).flat())
    const fitting = fold(criterion, Array.from({ length: 40 }, () => [{}, {}, { candidate: counts(100, 3) }]).flat())
    for (const [index, wealth] of (fitting.bets?.good.wealth ?? []).entries())
      expect((lagging.bets?.good.wealth[index] ?? 0) / wealth).toBeCloseTo(1, 9)
    expect(lagging.bets?.waiting).toBeUndefined()
    const waits = { '': { candidate: counts(0, 1) } }
    expect(fold(criterion, late.slice(0, 1)).bets?.waiting).toEqual({ whole: waits, segments: waits })
    expect(sequentialJudge.judge(lagging, criterion).verdict).toBe('Failed')
  })

  it('never passes without data, and on nothing but broken counts', () => {
    expect(verdictOf(criterion, []).verdict).toBe('Inconclusive')
    expect(verdictOf(criterion, looks(60, { baseline: counts(900, 0) })).verdict).toBe('Inconclusive')
    expect(verdictOf(criterion, looks(60, { candidate: counts(0, 0) })).verdict).toBe('Inconclusive')
    expect(verdictOf(criterion, looks(60, { candidate: counts(10, 11) })).verdict).not.toBe('Successful')
  })
})

describe('a latency criterion', () => {
  const question = { ...criterion, condition: p95 }
  const histogram = (...cumulated: number[]): ArmCounts => ({
    total: cumulated.at(-1) ?? 0,
    buckets: [
      ...[100, 500, 2_000].map((le, index) => ({ le, count: cumulated[index] ?? 0 })),
      { le: null, count: cumulated.at(-1) ?? 0 },
    ],
  })

  it('passes, fails by its threshold, and fails by being slower than the baseline', () => {
    const usual = histogram(600, 890, 898, 900)
    expect(verdictOf(question, looks(40, { candidate: histogram(67, 99, 100, 100), baseline: usual })).verdict).toBe(
      'Successful',
    )
    expect(verdictOf(question, looks(40, { candidate: histogram(67, 85, 100, 100), baseline: usual })).verdict).toBe(
      'Failed',
    )
    const slower = verdictOf(question, looks(40, { candidate: histogram(40, 98, 100, 100), baseline: usual }))
    expect(slower.verdict).toBe('Failed')
    expect(slower.explanation).toContain('the candidate is slower than the baseline')
  })

  it('at an edge that the histogram has not: harder to pass, harder to fail', () => {
    const between = { ...question, condition: { ...p95, value: 1_000 } }
    const { verdict } = verdictOf(between, looks(40, { candidate: histogram(67, 90, 100, 100) }))
    expect(verdict).toBe('Inconclusive')
  })
})

describe('a trigger', () => {
  it('fires when it is shown, and says what the baseline tells', () => {
    const bad = { candidate: counts(100, 15), baseline: counts(900, 5) }
    expect(verdictOf(trigger, looks(1, { candidate: counts(20, 2), baseline: counts(180, 1) })).verdict).toBe(
      'Inconclusive',
    )
    const fired = verdictOf(trigger, looks(5, bad))
    expect(fired.verdict).toBe('Failed')
    expect(fired.explanation).toMatch(
      /"error rate > 5 %" holds: 15 % .*; the candidate fails 27× as often as the baseline/,
    )
  })

  it('in a shared outage fires too, and says that the candidate is not shown to be the cause', () => {
    const fired = verdictOf(trigger, looks(5, { candidate: counts(100, 30), baseline: counts(900, 270) }))
    expect(fired.verdict).toBe('Failed')
    expect(fired.explanation).toContain('nothing shows that the candidate is the cause: the baseline has 30 %')
  })

  it('is clear on good data, undecided while there is none, and clear again some time after a breach', () => {
    const good = { candidate: counts(100, 0), baseline: counts(900, 5) }
    expect(verdictOf(trigger, looks(5, good)).verdict).toBe('Successful')
    expect(verdictOf(trigger, []).verdict).toBe('Inconclusive')
    const breached = fold(trigger, looks(30, { candidate: counts(100, 90) }))
    expect(sequentialJudge.judge(breached, trigger).verdict).toBe('Failed')
    const after = fold(trigger, looks(90, good), breached)
    expect(sequentialJudge.judge(after, trigger).verdict).toBe('Successful')
  })

  it('is found soon after a healthy hour', () => {
    const healthy = fold(trigger, looks(3_600, { candidate: counts(10, 0) }))
    const ill = fold(trigger, looks(90, { candidate: counts(10, 1) }), healthy)
    expect(sequentialJudge.judge(ill, trigger).verdict).toBe('Failed')
  })

  it('a look seen twice counts once', () => {
    const state = fold(trigger, looks(1, { candidate: counts(100, 15) }))
    const [look] = state.window
    expect(look && sequentialJudge.observe(state, trigger, look).bets).toBe(state.bets)
  })

  it('a replay from what was stored gives the same verdict, bit for bit', () => {
    const state = fold(trigger, looks(30, { candidate: counts(100, 6), baseline: counts(900, 5) }))
    const stored: JudgeState = JSON.parse(JSON.stringify(state))
    const more = looks(3, { candidate: counts(100, 7), baseline: counts(900, 4) })
    expect(sequentialJudge.judge(fold(trigger, more, stored), trigger)).toEqual(
      sequentialJudge.judge(fold(trigger, more, state), trigger),
    )
  })
})

describe('what is no bet', () => {
  it('is left to the simple judge: a bare count', () => {
    const question = {
      ...trigger,
      condition: { metric: 'data loss', comparator: '>' as const, value: 0, unit: 'count' },
    }
    expect(verdictOf(question, looks(1, { candidate: counts(100, 1) })).verdict).toBe('Failed')
    expect(verdictOf(question, looks(1, { candidate: counts(100, 0) })).verdict).toBe('Successful')
  })

  it('stays bounded, whatever comes', () => {
    const state = fold(trigger, looks(400, { candidate: counts(1e9, 5e8), baseline: counts(1e9, 1e9) }))
    expect(JSON.stringify(state.bets).length).toBeLessThan(4_000)
    expect(Judgement.safeParse(sequentialJudge.judge(state, trigger)).success).toBe(true)
  })
})

describe('5,000 hostile readings', () => {
  /** A small generator of its own: the same readings every time. */
  function* numbers(): Generator<number, never> {
    for (let state = 1; ; ) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      yield state / 2 ** 32
    }
  }
  const source = numbers()
  const pick = <T>(...values: readonly [T, ...T[]]): T =>
    values[Math.floor(source.next().value * values.length)] ?? values[0]
  const amount = () => pick(0, 0, 1, 0.5, 7, 100, 1e6, 1e15, 1e18) * pick(1, 1, source.next().value)

  function arm(): ArmCounts | undefined {
    if (pick(true, false, false, false)) return undefined
    const edge = () => ({ le: pick<number | null>(null, 0, -5, 100, 500, 500, 2_000, 1e300), count: amount() })
    const buckets = pick<ArmCounts['buckets']>(undefined, [], [edge()], [edge(), edge(), edge(), edge()])
    const events = pick(undefined, amount(), amount())
    return { total: amount(), ...(events === undefined ? {} : { events }), ...(buckets ? { buckets } : {}) }
  }

  function arms(): Arms {
    const [candidate, baseline] = [arm(), arm()]
    return { ...(candidate ? { candidate } : {}), ...(baseline ? { baseline } : {}) }
  }

  it.each([
    ['a rate', criterion],
    [
      'a rate with a margin and noise',
      { ...criterion, certainty: { ...certainty, margin: 1.2, noise: { spanMs: 3_000, mostCv: 1 } } },
    ],
    ['a success rate', { ...criterion, condition: rate('>', 99) }],
    ['a latency', { ...criterion, condition: p95 }],
    ['a trigger', trigger],
  ])('%s: no exception, no verdict that cannot be stored, no pass without evidence', (_name, question) => {
    for (let round = 0; round < 100; round++) {
      let state = sequentialJudge.initial()
      for (let look = 0; look < 10; look++) {
        state = fold(question, [arms()], { ...state, window: state.window })
        const judgement = sequentialJudge.judge(state, question)
        expect(Judgement.safeParse(judgement).error).toBeUndefined()
        if (judgement.verdict !== 'Successful' || question.windowMs !== undefined) continue
        expect(judgement.samples).toBeGreaterThanOrEqual(question.minimumSamples)
        expect(judgement.statistics?.odds).toBeGreaterThanOrEqual(20)
      }
    }
  })
})

describe('a baseline without an event', () => {
  it('bounds the ratio on one side only, and the sentence says so', () => {
    const { explanation } = verdictOf(criterion, looks(10, { candidate: counts(100, 6), baseline: counts(900, 0) }))
    expect(explanation).not.toContain('e+')
    const compared = { ...trigger, condition: { ...trigger.condition, value: 2, unit: 'x baseline' } }
    const fired = verdictOf(compared, looks(10, { candidate: counts(100, 6), baseline: counts(900, 0) }))
    expect(fired.explanation).toMatch(/the candidate fails at least [\d.]+× as often as the baseline \(95 % sure\)/)
    expect(fired.statistics?.leading).toBeGreaterThan(2)
    expect(fired.statistics?.counts).toEqual({
      candidate: { events: 60, total: 1_000 },
      baseline: { events: 0, total: 9_000 },
    })
  })
})

describe('segments', () => {
  const inSegments = (one: Record<string, Arms>): Look['reading'] => ({ arms: {}, segments: one, cursor: null })
  const foldSegments = (times: number, segments: Record<string, Arms>) => {
    const all = (arm: 'candidate' | 'baseline', of: 'total' | 'events') =>
      Object.values(segments).reduce((sum, arms) => sum + (arms[arm]?.[of] ?? 0), 0)
    const sum = (arm: 'candidate' | 'baseline') => counts(all(arm, 'total'), all(arm, 'events'))
    let state = sequentialJudge.initial()
    for (let index = 0; index < times; index++) {
      const reading = { ...inSegments(segments), arms: { candidate: sum('candidate'), baseline: sum('baseline') } }
      state = sequentialJudge.observe(state, criterion, { fromMs: index * 1_000, toMs: (index + 1) * 1_000, reading })
    }
    return sequentialJudge.judge(state, criterion)
  }

  it('are compared each with itself: a mix that changed is no regression', () => {
    // Half of the candidate's users are on slow phones, a tenth of the baseline's.
    const mixed = {
      phones: { candidate: counts(500, 8), baseline: counts(900, 14) },
      desktops: { candidate: counts(500, 0), baseline: counts(8_100, 1) },
    }
    expect(foldSegments(20, mixed).verdict).not.toBe('Failed')
  })

  it('are named where the candidate is worst', () => {
    const hurt = {
      de: { candidate: counts(500, 0), baseline: counts(4_500, 2) },
      ca: { candidate: counts(500, 10), baseline: counts(4_500, 9) },
    }
    const { verdict, statistics } = foldSegments(20, hurt)
    expect(verdict).toBe('Failed')
    expect(statistics?.segments).toEqual([
      { segment: 'ca', candidate: { events: 200, total: 10_000 }, baseline: { events: 180, total: 90_000 } },
    ])
  })
})
