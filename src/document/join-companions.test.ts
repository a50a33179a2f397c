import { describe, expect, it } from 'vitest'
import { PlanDraft } from '../core/plan/draft.ts'
import { importDocument } from './import-document.ts'
import { joinCompanions } from './join-companions.ts'

const plan = `# Shop
See \`milestones.md\` and [the way back](rollback-plan.md); results go to \`test-results.md\`.

## Phase 1: Pilot
**Success criteria:**
- Order errors < 1%

## Phase 2: All
`
const set = (contents: Record<string, string>) =>
  joinCompanions(importDocument(plan, 'plans/shop.md'), new Map(Object.entries(contents)))

describe('joinCompanions', () => {
  it('adds what the named documents state, under their own files', () => {
    const { draft, own, companions } = set({
      'milestones.md':
        '# Milestones\n## Phase 1: Pilot\n**Duration:** 2 days\n\n**Success criteria:**\n- Page load p95 < 2s\n\n## Phase 9: Party\n',
      'rollback-plan.md':
        '# Way back\n## Rollback triggers\n- Order errors > 4%\n\n## Rollback steps\n1. Switch back within 10 minutes\n',
      'test-results.md': '# Results\n- [x] Smoke tests pass\n',
    })
    PlanDraft.parse(draft)
    const [pilot] = draft.phases
    expect(pilot?.criteria.map(({ text, source }) => [text, source.file])).toEqual([
      ['Order errors < 1%', undefined],
      ['Page load p95 < 2s', 'milestones.md'],
    ])
    expect(pilot?.timing).toMatchObject({ text: '2 days', source: { file: 'milestones.md', start: 3 } })
    expect(draft.phases).toHaveLength(2)
    expect(draft.timeline).toMatchObject([{ cells: { Phase: 'Phase 9: Party' }, source: { file: 'milestones.md' } }])
    expect(draft.triggers).toMatchObject([
      { text: 'Order errors > 4%', source: { file: 'rollback-plan.md', start: 3 } },
    ])
    expect(draft.rollback).toMatchObject({ budgetMs: 600_000, budgetSource: { file: 'rollback-plan.md' } })
    expect(draft.checklists[0]?.items).toMatchObject([{ text: 'Smoke tests pass', claimed: true }])
    expect(companions.map(({ file }) => file)).toEqual(['milestones.md', 'test-results.md', 'rollback-plan.md'])
    expect(own.phases[0]?.criteria).toHaveLength(1)
  })

  it('reports what is named and not there, where it is named', () => {
    const { diagnostics } = set({ 'milestones.md': '# Milestones' })
    const missing = diagnostics.filter(({ ruleId }) => ruleId === 'COMPANION_MISSING')
    expect(
      missing.map(({ severity, source, message }) => [severity, source?.file, source?.start, message.split('"')[1]]),
    ).toEqual([
      ['warning', 'plans/shop.md', 2, 'test-results.md'],
      ['warning', 'plans/shop.md', 2, 'rollback-plan.md'],
    ])
  })

  it('keeps what the plan itself says of its way back', () => {
    const main = importDocument(
      '# Shop\nSee `rollback-plan.md`.\n\n## Rollback\nRoll back within 5 minutes.',
      'shop.md',
    )
    const joined = joinCompanions(
      main,
      new Map([['rollback-plan.md', '# Back\n## Rollback\nRoll back within 30 minutes.']]),
    )
    expect(joined.draft.rollback.budgetMs).toBe(300_000)
    expect(joined.draft.rollback.budgets.map(({ ms }) => ms)).toEqual([300_000, 1_800_000])
  })

  it.each([
    'README.md',
    'https://example.com/rollback-plan.md',
    '../rollback-plan.md',
    'a/../../rollback-plan.md',
    '/etc/test-plan.md',
  ])('takes %s for no part of the plan', (file) => {
    expect(importDocument(`# Shop\nSee [it](${file}).`, 'shop.md').draft.companions).toEqual([])
  })
})
