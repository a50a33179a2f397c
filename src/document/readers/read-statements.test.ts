/** Criteria and triggers that sentences, labels and boxes state, read through whole documents. */
import { describe, expect, it } from 'vitest'
import { formatCondition } from '../../core/plan/condition.ts'
import { importMarkdown } from '../import-markdown.ts'

function read(text: string) {
  const { draft } = importMarkdown(`# Plan\n\n${text}`, 'plan.md')
  const triggers = [...draft.phases.flatMap((phase) => phase.triggers), ...(draft.triggers ?? [])]
  const criteria = [
    ...draft.phases.flatMap((phase) => [...phase.entryCriteria, ...phase.criteria]),
    ...draft.successMetrics,
  ]
  return {
    triggers: triggers.map(({ condition, text: said, action }) => [
      condition ? formatCondition(condition) : said,
      action,
    ]),
    criteria: criteria.map(({ condition, text: said, group }) => [
      condition ? formatCondition(condition) : said,
      group,
    ]),
  }
}

describe('triggers told in sentences', () => {
  it.each([
    ['## Rollback\nIf critical issues arise:\n1. Switch back', [['critical issues arise', 'rollBack']]],
    ['## Operation\nRoll back if order errors > 4%.', [['order errors > 4 %', 'rollBack']]],
    ['## Watch\n- Rating: if < 4.0 stars pause rollout', [['Rating < 4 stars', 'pause']]],
    [
      '## Rollback\n- Restore backups if data corruption is detected',
      [['Restore backups if data corruption is detected', 'rollBack']],
    ],
    [
      '## Quick rollback\n**Trigger:** Critical bug, data corruption, or outage',
      [
        ['Critical bug', 'rollBack'],
        ['data corruption', 'rollBack'],
        ['outage', 'rollBack'],
      ],
    ],
    [
      '## Failure handling\n* **The trigger**: If the probe fails or the proxy reports a >5% error rate during the ramp.',
      [
        ['the probe fails', 'rollBack'],
        ['proxy error rate > 5 %', 'rollBack'],
      ],
    ],
    ['## Halt rules\n- Breach of an SLO for ≥10 minutes', [['Breach of an SLO for ≥10 minutes', 'halt']]],
  ])('%j', (text, triggers) => {
    expect(read(text).triggers).toEqual(triggers)
  })

  it.each([
    '## Overview\nThis page says how to roll back if the switch fails.',
    '## Rollback\n- Supabase: roll back the migration if the schema changed',
    '## Gates\n- If any gate fails → roll back',
  ])('none in %j', (text) => {
    expect(read(text).triggers).toEqual([])
  })

  it('restated in a table of stages are one', () => {
    const text =
      '## iOS\n### Stages\n| Stage | Percentage | Check |\n|---|---|---|\n| 1 | 5% | Crash-free <95% → halt |\n| 2 | 50% | Crash-free <95% → halt |\n\n### Halt criteria\n- Crash-free users <95%'
    expect(read(text).triggers).toEqual([['Crash-free < 95 %', 'halt']])
  })
})

describe('criteria', () => {
  it.each([
    ['- No open bugs, rating ≥ 4.0', ['open bugs == 0', 'rating >= 4']],
    [
      '- no privacy issue, no data loss, and less than 1% failed writes',
      ['privacy issue == 0', 'data loss == 0', 'failed writes < 1 %'],
    ],
    ['- Dead clicks do not regress >10% versus last week', ['Dead clicks <= 10 %']],
    ['- The release must not consume more than 5% of the error budget', ['release <= 5 % of error budget']],
    ['- 5 consecutive green runs', ['consecutive green runs >= 5']],
    ['- All SLOs green for continuous 30+ minutes', ['All SLOs green for continuous >= 30 min']],
    ['- Crash rate < baseline + 10%', ['Crash rate < 10 % over baseline']],
    ['- $$Share = \\frac{a}{b} \\ge 99.9\\%$$', ['Share >= 99.9 %']],
  ])('%j', (text, expected) => {
    expect(read(`## Success criteria\n${text}`).criteria.map(([said]) => said)).toEqual(expected)
  })

  it('keep the gate or the checkpoint they are asked at', () => {
    expect(
      read('## 1) Prepare (T-10 → T-5)\n**Gate A (only if all pass):**\n* [ ] No open P0 issues').criteria,
    ).toEqual([['P0 issues == 0', 'Gate A (only if all pass)']])
    expect(read('## Acceptance criteria\n- Coverage at or above 95% before go-live').criteria).toEqual([
      ['Coverage >= 95 %', 'go-live'],
    ])
  })

  it('are read where a label announces them in a table', () => {
    const text =
      '## Gates\n| Phase | Gate | Owner | Schedule |\n|---|---|---|---|\n| Phase 1 | CI green | Build | Daily, exit criteria: 5 consecutive green runs |'
    expect(read(text).criteria.map(([said]) => said)).toEqual(['CI green', 'consecutive green runs >= 5'])
  })
})

describe('what a rollback section says of when and how soon', () => {
  const stepsOf = (items: readonly string[]) =>
    importMarkdown(
      `# Plan\n\n## Rollback\n${items.map((item) => `- ${item}\n`).join('')}`,
      'plan.md',
    ).draft.rollback.steps.map(({ text }) => text)

  it('is no step', () => {
    expect(
      stepsOf([
        'Roll back if p95 > 2 s',
        'If error rate > 2% roll back immediately',
        'Rollback must be complete within five minutes',
        'Roll back within 2 min.',
      ]),
    ).toEqual([])
  })

  it('is one where something is done besides, or nothing could be read of it', () => {
    const items = [
      'Roll back if error rate > 2% → redeploy v1',
      'Roll back if order errors > 4%: redeploy v1',
      'Roll back if errors > 3%, then restore the snapshot',
      'If errors > 2%, switch off the flag and roll back the schema',
      'Roll back when Ada says so',
      'Revert the configuration within 5 minutes',
    ]
    expect(stepsOf(items)).toEqual(items)
  })
})

describe('what only looks like a criterion', () => {
  it.each([
    '**Decision date**: January 12, 2026',
    '**Status**: waiting',
    '- Required system: Linux (Ubuntu 22.04+)',
    '- Example: lists of 1000+ photos may scroll slowly',
  ])('%j', (text) => {
    expect(read(`## Success criteria\n- Errors < 1%\n\n## Facts\n${text}`).criteria).toHaveLength(1)
  })

  it('a field at the end of a list of criteria', () => {
    expect(read('## Success criteria\n- Errors < 1%\n\n**Decision date**: January 12, 2026').criteria).toHaveLength(1)
  })
})

it.each([
  ['99.5% uptime, <500ms p95', ['uptime >= 99.5 %', 'latency p95 < 500 ms']],
  ['Availability ≥ 99.9% (HTTP 5xx < 0.5%)', ['Availability >= 99.9 %', 'HTTP 5xx < 0.5 %']],
  ['System stability: no incident lasting > 1 hour', ['incident lasting <= 1 h']],
  ['p95 latency within 40% versus baseline', ['latency p95 <= 40 % over baseline']],
  ['Expected: < 1% additional errors vs baseline', ['additional errors < 1 % over baseline']],
  ['Request errors do not increase > 2% absolute', ['Request errors <= 2 % over baseline']],
  ['Latency (p95) not degraded by > 25% relative to baseline', ['Latency p95 <= 25 % over baseline']],
  ['Share of users: ____% (typically 10-25%)', ['Share of users: ____% (typically 10-25%)']],
  ['All criteria met for 14+ consecutive days', ['All criteria met for 14+ consecutive days']],
  ['p95 latency within 10% of baseline', ['latency p95 <= 10 % over baseline']],
  ['Errors increase by < 2%', ['Errors < 2 % over baseline']],
  ['Latency < 50% increase', ['Latency < 50 % over baseline']],
  ['Errors < 2x the stable', ['Errors < 2 x baseline']],
  ['Performance: p95 < 300ms', ['latency p95 < 300 ms']],
  ['Win rate: ~50-60%', ['Win rate == 50–60 %']],
])('thresholds beside each other: %j', (text, conditions) => {
  expect(read(`## Success criteria\n- ${text}`).criteria.map(([said]) => said)).toEqual(conditions)
})

it('a level of risk is no risk, and a question no step', () => {
  const { draft } = importMarkdown(
    '# Plan\n\n## Phase 1: Pilot\n**Risk level**: Medium\n**Risk**: Low adoption in small shops\n1. Ask the shops\n2. Did the app crash? (Y/N)',
    'plan.md',
  )
  expect(draft.risks.map(({ text }) => text)).toEqual(['Low adoption in small shops'])
  expect(draft.phases[0]?.steps.map(({ text }) => text)).toEqual(['Ask the shops'])
})
