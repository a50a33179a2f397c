/** Rules on drafts made by hand: facts that few documents state, and that examples in Markdown would show badly. */
import { describe, expect, it } from 'vitest'
import type { Condition } from '../condition.ts'
import {
  type DraftCommit,
  type DraftPhase,
  type DraftTrigger,
  emptyDraft,
  type PlanDraft,
  type Timing,
} from '../draft.ts'
import { lintDraft } from './lint.ts'

const at = (line: number) => ({ source: { start: line, end: line }, rule: 'test' })
const day = 86_400_000
const draftOf = (parts: Partial<PlanDraft>): PlanDraft => ({ ...emptyDraft('plan.md', 'Plan'), ...parts })
const find = (ruleId: string, parts: Partial<PlanDraft>): string[] =>
  lintDraft(draftOf(parts))
    .filter((one) => one.ruleId === ruleId)
    .map(({ source, message }) => `${source?.start} ${message}`)

function phase(line: number, name: string, more: Partial<DraftPhase> = {}): DraftPhase {
  const ordinal = /\d/.exec(name)?.[0]
  return {
    ...at(line),
    name,
    ...(ordinal ? { ordinal } : {}),
    steps: [],
    stages: [],
    entryCriteria: [],
    criteria: [],
    triggers: [],
    ...more,
  }
}
const timing = (line: number, text: string, more: Partial<Timing>): Timing => ({ ...at(line), text, ...more })
const words = (line: number, text: string) => ({ ...at(line), text, form: 'words' as const, claimed: false })
const commit = (line: number, ordinal: string, text: string, ...dependsOn: string[]): DraftCommit => ({
  ...at(line),
  ordinal,
  text,
  dependsOn,
})
const percent = (metric: string, comparator: Condition['comparator'], value: number): Condition => ({
  metric,
  comparator,
  value,
  unit: '%',
})
const halt = (line: number, condition: Condition, more: Partial<DraftTrigger> = {}): DraftTrigger => ({
  ...at(line),
  text: `${condition.metric} ${condition.comparator} ${condition.value}%`,
  condition,
  action: 'halt',
  ...more,
})

describe('DEPENDENCY_CYCLE', () => {
  const phases = [phase(5, 'Phase 1: Stabilise CI and dependencies'), phase(6, 'Phase 2: Harden sign-in')]

  it('finds a commit that waits for the gate it is to make pass', () => {
    const commits = [commit(20, '1', 'Merge CI stability fixes', 'Requires passing Phase 1 gate')]
    expect(find('DEPENDENCY_CYCLE', { phases, commits })).toEqual([expect.stringMatching(/^20 .*work of "Phase 1/)])
  })

  it('accepts a commit that waits for the gate of an earlier phase', () => {
    const commits = [commit(20, '1', 'Harden sign-in sessions', 'Requires passing Phase 1 gate')]
    expect(find('DEPENDENCY_CYCLE', { phases, commits })).toEqual([])
  })

  it('finds a circle of commits once, with its way round', () => {
    const commits = [
      commit(20, '1', 'Schema', 'Depends on Commit 3'),
      commit(21, '2', 'Service', 'Depends on Commit 1'),
      commit(22, '3', 'Page', 'Requires Commit 2 merged'),
    ]
    expect(find('DEPENDENCY_CYCLE', { commits })).toEqual([
      '20 each waits for the next: commit 1 → commit 3 → commit 2 → commit 1',
    ])
    expect(find('LATER_DEPENDENCY', { commits })).toHaveLength(1)
  })

  it('ends on a chain without a circle, and on one that leads into a circle elsewhere', () => {
    const chain = Array.from({ length: 300 }, (_, index) =>
      commit(index + 1, `${index + 1}`, 'Work', `Depends on Commit ${index}`),
    )
    expect(find('DEPENDENCY_CYCLE', { commits: chain })).toEqual([])
    const tail = [
      commit(1, '1', 'A', 'Depends on Commit 2'),
      commit(2, '2', 'B', 'Commit 3'),
      commit(3, '3', 'C', 'Commit 2'),
    ]
    expect(find('DEPENDENCY_CYCLE', { commits: tail })).toHaveLength(1)
  })

  it('reads what a phase waits for from the dependencies too', () => {
    const dependencies = [
      { ...at(9), text: 'after Phase 2 is complete', phase: 'Phase 1: Stabilise CI and dependencies' },
    ]
    expect(find('LATER_DEPENDENCY', { phases, dependencies })).toHaveLength(1)
  })
})

describe('LADDER_JUMP', () => {
  const stage = (line: number, share: number) => ({ ...at(line), name: `${share}%`, percent: share })

  it('looks at the stages of a flag', () => {
    const flags = [{ ...at(3), key: 'basket.new', isRollbackToggle: false, stages: [stage(3, 10), stage(4, 100)] }]
    expect(find('LADDER_JUMP', { flags })).toEqual(['4 the ladder jumps from 10% to 100%'])
  })

  it('keeps the ladders of two tracks apart', () => {
    const phases = [
      phase(3, 'Stage 1', { track: 'iOS', percent: 10 }),
      phase(4, 'Stage 1', { track: 'Android', percent: 50 }),
      phase(5, 'Stage 2', { track: 'iOS', percent: 50 }),
      phase(6, 'Stage 2', { track: 'Android', percent: 100 }),
    ]
    expect(find('LADDER_JUMP', { phases })).toEqual([])
  })
})

describe('THRESHOLD_CONFLICT', () => {
  it('sees that a stage halts at more than its track allows, under another name of the metric', () => {
    const phases = [
      phase(3, 'Stage 1', { track: 'Android', triggers: [halt(3, percent('Crash-free', '<', 95))] }),
      phase(5, 'Stage 1', { track: 'iOS', triggers: [halt(5, percent('Crash-free', '<', 95))] }),
    ]
    const triggers = [halt(9, percent('Crash rate', '>', 1), { group: 'Android' })]
    expect(find('THRESHOLD_CONFLICT', { phases, triggers })).toEqual([
      expect.stringMatching(/^3 .*never decides.*line 9/),
    ])
  })

  it('accepts a stage that is stricter than the whole, and two degrees of one thing', () => {
    const phases = [phase(3, 'Stage 1', { triggers: [halt(3, percent('Errors', '>', 1))] })]
    const triggers = [halt(9, percent('Errors', '>', 5)), halt(10, percent('Errors', '>', 2), { action: 'notify' })]
    expect(find('THRESHOLD_CONFLICT', { phases, triggers })).toEqual([])
  })
})

describe('SCHEDULE_ARITHMETIC', () => {
  const dated = (line: number, name: string, first: string, last: string, more: Partial<Timing> = {}) =>
    phase(line, name, { percent: 10, timing: timing(line, `${first} – ${last}`, { dates: [first, last], ...more }) })

  it('finds rungs that start before the one before has had its time', () => {
    const phases = [
      dated(3, 'Stage 1', '2026-05-06', '2026-05-06', { durationMs: [2 * day, 2 * day] }),
      dated(4, 'Stage 2', '2026-05-07', '2026-05-07'),
    ]
    expect(find('SCHEDULE_ARITHMETIC', { phases })).toEqual([expect.stringMatching(/^4 .*has had its time$/)])
  })

  it('accepts rungs that begin on the day on which the one before ends', () => {
    const phases = [
      dated(3, 'Stage 1', '2026-05-06', '2026-05-06', { durationMs: [2 * day, 2 * day] }),
      dated(4, 'Stage 2', '2026-05-08', '2026-05-08'),
    ]
    expect(find('SCHEDULE_ARITHMETIC', { phases })).toEqual([])
  })

  it('finds an order against the calendar, and an end before its start', () => {
    const phases = [
      dated(3, 'Phase 1', '2026-05-16', '2026-05-20'),
      dated(4, 'Phase 2', '2026-05-01', '2026-05-15'),
      dated(5, 'Phase 3', '2026-06-20', '2026-06-02'),
    ]
    expect(find('SCHEDULE_ARITHMETIC', { phases })).toEqual([
      expect.stringMatching(/^4 .*starts before "Phase 1"/),
      expect.stringMatching(/^5 .*ends on 2026-06-02 before it starts/),
    ])
  })

  it('does not compare dates with places in the plan, nor one track with another', () => {
    const phases = [
      phase(3, 'Stage 1', { percent: 10, track: 'iOS', timing: timing(3, 'Week 3', { startOffsetMs: 14 * day }) }),
      phase(4, 'Stage 1', { percent: 10, track: 'Web', timing: timing(4, 'Week 1', { startOffsetMs: 0 }) }),
      { ...dated(5, 'Stage 2', '2026-05-01', '2026-05-01'), track: 'iOS' },
    ]
    expect(find('SCHEDULE_ARITHMETIC', { phases })).toEqual([])
  })
})

describe('SETTINGS_DIFFER', () => {
  it('takes the surroundings that the importer read', () => {
    const code = (line: number, environment: string, text: string) => ({
      ...at(line),
      language: 'env',
      content: 'settings' as const,
      text,
      environment,
    })
    const blocks = [code(3, 'Staging', 'REGIONS=eu,us'), code(9, 'Production', 'REGIONS=eu,us,ap')]
    expect(find('SETTINGS_DIFFER', { code: blocks })).toEqual([expect.stringMatching(/^10 REGIONS/)])
  })
})

it('gives findings in the order of the document', () => {
  const phases = [phase(3, 'Phase 1', { entryCriteria: [words(4, 'Phase 2 complete')] }), phase(9, 'Phase 2')]
  const lines = lintDraft(draftOf({ phases })).map(({ source }) => source?.start ?? 0)
  expect(lines).toEqual([...lines].sort((a, b) => a - b))
})
