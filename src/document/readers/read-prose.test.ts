/** Plans as people type them, without bold and with few headings, read through whole documents. */
import { expect, it } from 'vitest'
import { formatCondition } from '../../core/plan/condition.ts'
import { importMarkdown } from '../import-markdown.ts'

const hour = 3_600_000
const draftOf = (text: string) => importMarkdown(`# Plan\n\n${text}`, 'plan.md').draft
type Stated = { condition?: Parameters<typeof formatCondition>[0] | undefined; text: string }
const said = ({ condition, text }: Stated): string => (condition ? formatCondition(condition) : text)

it('a sentence heads the list below it, and no more', () => {
  const { triggers, rollback } = draftOf(
    'We stop if any of:\n* errors go above 0.5% for 10 min\n* p99 of /pay is over 1.5s\n\nTo roll back, turn off basket_v3 (takes < 1 min) and tell the on-call.\n\nWe watch the funnel: it must not drop by more than 2%.',
  )
  expect(triggers?.map(said)).toEqual(['errors > 0.5 %', '/pay p99 > 1.5 s'])
  expect(rollback.steps.map(({ text }) => text)).toEqual(['turn off basket_v3 (takes < 1 min) and tell the on-call'])
  expect(rollback.budgetMs).toBe(60_000)
})

it('a heading on the line of its text opens its phase', () => {
  const { phases } = draftOf(
    [
      '## Rollout\n**Step 1 – dual write (1 week).** Write to both. Move on when write errors are below 0.01% and lag p99 stays under 200ms.',
      '**Step 2 – dark reads (3 days).** Compare. Mismatch rate must be below 0.001%.',
      '**Step 3 – switch.** 1% → 10% → 100%, one hour each. If login failures exceed 0.2%, flip `sessions.read_from` back to `old`.',
    ].join('\n\n'),
  )
  expect(phases.map(({ ordinal, timing }) => [ordinal, timing?.durationMs?.[0]])).toEqual([
    ['1', 168 * hour],
    ['2', 72 * hour],
    ['3', undefined],
  ])
  expect(phases.map(({ criteria }) => criteria.map(said))).toEqual([
    ['write errors < 0.01 %', 'lag p99 < 200 ms'],
    ['Mismatch rate < 0.001 %'],
    [],
  ])
  expect(phases[2]?.stages.map(({ percent, timing }) => [percent, timing?.durationMs?.[0]])).toEqual([
    [1, hour],
    [10, hour],
    [100, hour],
  ])
  expect(phases[2]?.triggers.map(said)).toEqual(['login failures > 0.2 %'])
})

it('a note with a heading on its line is no field of the document', () => {
  expect(draftOf('**Background.** We replaced the old basket.').metadata).toEqual([])
})

it('rows of shares without names are stages', () => {
  const { phases } = draftOf(
    '| Date | Rollout % | Go criteria |\n|---|---|---|\n| 1 Feb | 1 | crash-free users > 99.7% |\n| 3 Feb | 5 | same |\n| 6 Feb | 100 | |',
  )
  expect(phases.map(({ name, percent, criteria }) => [name, percent, criteria.map(said)])).toEqual([
    ['1%', 1, ['crash-free users > 99.7 %']],
    ['5%', 5, ['crash-free users > 99.7 %']],
    ['100%', 100, []],
  ])
})

it('people, flags, risks and signatures need no bold either', () => {
  const { owners, flags, risks } = draftOf(
    'Release captain: Anja. Backup: Wen.\nApprover: Head of Payments\nFlag: basket_v3_enabled\n\n## Risks\n- Cache stampede when reads switch. Mitigation: warm the cache\n\n## Sign-off\n- [ ] SRE (Priya)\n- [ ] QA lead sign-off\n- [ ] Security review complete',
  )
  expect(owners.map(({ name, role }) => [name, role])).toEqual([
    ['Anja', 'owner'],
    ['Head of Payments', 'approver'],
    ['SRE (Priya)', 'approver'],
    ['QA lead', 'approver'],
  ])
  expect(flags.map(({ key }) => key)).toEqual(['basket_v3_enabled'])
  expect(risks).toMatchObject([{ text: 'Cache stampede when reads switch', mitigations: ['warm the cache'] }])
})

it('what a system could do is no trigger', () => {
  const { triggers } = draftOf('## Overview\nIf issues are detected, the system can automatically roll back.')
  expect(triggers ?? []).toEqual([])
})
