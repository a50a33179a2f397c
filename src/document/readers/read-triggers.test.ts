/** What takes a release back, and what only sounds so, read through whole documents. */
import { describe, expect, it } from 'vitest'
import { formatCondition } from '../../core/plan/condition.ts'
import { importMarkdown } from '../import-markdown.ts'

function read(text: string) {
  const { draft } = importMarkdown(`# Plan\n\n${text}`, 'plan.md')
  const triggers = [...draft.phases.flatMap((phase) => phase.triggers), ...(draft.triggers ?? [])]
  return {
    triggers: triggers.map(({ condition, text: said, action }) => [
      condition ? formatCondition(condition) : said,
      action,
    ]),
    windows: triggers.map(({ condition }) => condition?.windowMs),
    criteria: [...draft.successMetrics, ...draft.phases.flatMap(({ criteria }) => criteria)].map(
      ({ condition, text: said }) => (condition ? formatCondition(condition) : said),
    ),
    budgetMs: draft.rollback.budgetMs,
    steps: draft.rollback.steps.map(({ text: said }) => said),
  }
}

describe('how long a trigger has to last', () => {
  it.each([
    'We go back if **any** of these holds for 10 consecutive minutes:\n\n- Error rate > 2%\n- p95 latency > 3 s over 2 minutes',
    '**Condition**: any single trigger sustained for 10 minutes\n\n- Error rate > 2%\n- p95 latency > 3 s over 2 minutes',
  ])('is said once for all: %j', (text) => {
    const { triggers, windows } = read(`## Rollback triggers\n${text}`)
    expect(triggers).toEqual([
      ['Error rate > 2 %', 'rollBack'],
      ['latency p95 > 3 s', 'rollBack'],
    ])
    expect(windows).toEqual([600_000, 120_000])
  })
})

describe('the time to be back in', () => {
  it.each([
    '## Rollback triggers\n- Errors > 2%\n\n**Time to restore:** < 5 minutes',
    '## Rollback triggers\n- Errors > 2%\n- Time to recover: 5 minutes',
    '## Operation\nRTO: 5 minutes\n\n## Rollback triggers\n- Errors > 2%',
  ])('is no trigger: %j', (text) => {
    expect(read(text)).toMatchObject({ triggers: [['Errors > 2 %', 'rollBack']], budgetMs: 300_000 })
  })

  it('is none where a duration is compared', () => {
    const { triggers, budgetMs } = read('## Signals\n- Sync duration > 3 s is a rollback signal')
    expect([triggers, budgetMs]).toEqual([[['Sync duration > 3 s', 'rollBack']], undefined])
  })
})

describe('an event beside a threshold', () => {
  it('stands before or behind it', () => {
    expect(read('## Rollback\n**Trigger:** errors > 5% or a critical bug').triggers).toEqual([
      ['critical bug', 'rollBack'],
      ['errors > 5 %', 'rollBack'],
    ])
    expect(read('## Rollback\n**Trigger:** stale data > an SLA breach or errors > 5%').triggers).toContainEqual([
      'errors > 5 %',
      'rollBack',
    ])
  })

  it('that lasts is no number to compare', () => {
    expect(read('## Rollback triggers\n- SLO breach ≥ 30 minutes').triggers).toEqual([
      ['SLO breach ≥ 30 minutes', 'rollBack'],
    ])
  })
})

describe('what a threshold is a sign of', () => {
  it.each([
    ['Failure rate > 2% is an immediate rollback signal', 'Failure rate > 2 %', 'rollBack'],
    ['**Threshold**: >5% errors triggers a rollback', 'errors > 5 %', 'rollBack'],
    ['A fall of sign-ups > 20% indicates a broken form', 'A fall of sign-ups > 20 %', 'notify'],
    ['Warning threshold: > 2 s p95 latency', 'latency p95 > 2 s', 'notify'],
    ['Critical threshold: error rate > 4%', 'error rate > 4 %', 'rollBack'],
  ])('%j', (text, condition, action) => {
    expect(read(`## Health\n- ${text}`)).toMatchObject({ triggers: [[condition, action]], criteria: [] })
  })
})

describe('titles with the word "trigger" or "alert"', () => {
  it.each([
    '## How to run\n- Trigger the workflow: canary-gate',
    '## Smoke test\n1. **Trigger a 402 answer**\n   - Set the balance to 5',
    '## Workflow\n### Automatic trigger\n- Push to main',
  ])('that start something: %j', (text) => {
    expect(read(text).triggers).toEqual([])
  })

  it.each([
    ['## Rollback\n### Automatic triggers\n- Errors > 3%', 'rollBack'],
    ['## Critical alerts\n- Errors > 3%', 'notify'],
    ['## Business alerts (chat)\n- Errors > 3%', 'notify'],
  ])('that state triggers: %j', (text, action) => {
    expect(read(text).triggers).toEqual([['Errors > 3 %', action]])
  })

  it('may stand over notes', () => {
    expect(read('## Rollback triggers\n- Errors > 3%\n\n**Note**: only after 100 requests').triggers).toHaveLength(1)
  })
})

it('the default of a named threshold is the threshold', () => {
  expect(read('## Rollback triggers\n- Error rate exceeds `MAX_ERROR_RATE` (default: 1%)').triggers).toEqual([
    ['Error rate > 1 %', 'rollBack'],
  ])
})

it('a choice is nothing ticked, and a tick is', () => {
  const criteriaOf = (text: string) =>
    importMarkdown(`# Plan\n## Success criteria\n${text}`, 'plan.md').draft.successMetrics.map(({ claimed }) => claimed)
  expect(criteriaOf('- ✅ Go on OR 🚫 fix it\n- ✅ All green → proceed to wave 2\n- ✅ Restore tested')).toEqual([
    false,
    false,
    true,
  ])
})

it('the steps under "Steps" are the steps', () => {
  expect(
    read('## Rollback\n1. **Trigger:** errors > 5%\n2. **Steps:**\n   - Switch the flag off\n   - Deploy v1'),
  ).toMatchObject({ triggers: [['errors > 5 %', 'rollBack']], steps: ['Switch the flag off', 'Deploy v1'] })
})

it('key metrics that say again what the phases ask are no metrics of their own', () => {
  const text =
    '## Phase 1: Canary (10%)\n### Success criteria\n- Error rate < 5%\n\n## Phase 2: All (100%)\n### Success criteria\n- Error rate < 1%\n\n## Monitoring\n- **Error rate**: < 1% (all), < 5% (canary)\n- **Latency**: < 3 s'
  expect(read(text).criteria).toEqual(['Latency < 3 s', 'Error rate < 5 %', 'Error rate < 1 %'])
})

it('clauses between semicolons are triggers of their own', () => {
  const text = '**No-go if any of these is true:** the vendor is simulated; error rate > 2%; no on-call'
  expect(read(text).triggers.map(([said]) => said)).toEqual([
    'the vendor is simulated',
    'error rate > 2 %',
    'no on-call',
  ])
})

describe('what is done, by how bad it is', () => {
  it('a label among triggers says it, and a band begins at its nearer end', () => {
    const text =
      '## Rollback triggers\n**Immediate rollback** (within 1 hour):\n- Crash rate > 2%\n\n**Pause the rollout** (look first):\n- Crash rate > 1% but < 2%'
    expect(read(text)).toMatchObject({
      triggers: [
        ['Crash rate > 2 %', 'rollBack'],
        ['Crash rate > 1 %', 'pause'],
      ],
      budgetMs: 3_600_000,
    })
  })

  it('a threshold that has notified may pause, and one that goes back need not halt as well', () => {
    const text = '## Alerts\n- E-mail the team if the crash rate > 1%\n\n## Pause if\n- Crash rate > 1%'
    expect(read(text).triggers).toEqual([
      ['crash rate > 1 %', 'notify'],
      ['Crash rate > 1 %', 'pause'],
    ])
    expect(read('## Rollback triggers\n- Crash rate > 1%\n\n## Pause if\n- Crash rate > 1%').triggers).toHaveLength(1)
  })

  it('a contingency notifies, and a hotfix in two days is no budget', () => {
    const text =
      '## Contingency plans\n**If adoption < 250 users after 30 days**:\n1. Ask them why\n2. Release a hotfix within 48h'
    expect(read(text)).toMatchObject({ triggers: [['adoption < 250', 'notify']], budgetMs: undefined })
  })

  it('a sentence about rollback plans is none', () => {
    expect(read('## Rollback\nA rollback plan is of use when an update goes wrong.').triggers).toEqual([])
  })

  it('"for more than 5 consecutive frames" says how long', () => {
    expect(read('## Rollback triggers\n- Latency exceeding 2 s for more than 5 consecutive frames').triggers).toEqual([
      ['Latency > 2 s', 'rollBack'],
    ])
  })
})

it('a limit without a metric is about the metric of its title', () => {
  const text = '## Health\n1. **Crash rate**\n   - Target: < 0.1%\n   - Rollback if: > 0.5%\n2. **Looks**\n   - Fine'
  expect(read(text)).toMatchObject({ triggers: [['Crash rate > 0.5 %', 'rollBack']], criteria: ['Crash rate < 0.1 %'] })
})

it('what is restored is taken back', () => {
  expect(read('## Rollback\nIf errors occur, restore the snapshot and investigate.').triggers).toEqual([
    ['errors occur', 'rollBack'],
  ])
})

describe('beside criteria and triggers', () => {
  it('a procedure under triggers is how to go back', () => {
    const text =
      '**Go back at once if:**\n- Errors > 5%\n\n**Rollback procedure:**\n1. Switch the flag off (< 2 minutes)'
    expect(read(`## Rollback criteria\n${text}`)).toMatchObject({
      triggers: [['Errors > 5 %', 'rollBack']],
      steps: ['Switch the flag off (< 2 minutes)'],
    })
  })

  it('what a rollback is for stands behind its label', () => {
    const text = 'Rollback: errors > 5%\n\n- Wait\n  Success: errors < 1%\n  Rollback: any lost order'
    expect(read(`## Phase 1: Canary\n${text}`)).toMatchObject({
      triggers: [
        ['errors > 5 %', 'rollBack'],
        ['any lost order', 'rollBack'],
      ],
      criteria: ['errors < 1 %'],
      budgetMs: undefined,
    })
  })

  it('the ability to go back is no order to', () => {
    expect(read('## Goals\n- **Rollback**: ability to revert changes if issues arise').triggers).toEqual([])
    expect(read('## Operation\nRoll back if the ability to log in is lost to an error.').triggers).toHaveLength(1)
    expect(read('## Operation\nThe on-call can roll back if errors > 5%.').triggers).toEqual([
      ['errors > 5 %', 'rollBack'],
    ])
  })

  it('what a release is held for is no criterion', () => {
    const text = '- GO when the gate is green\n- HOLD when:\n  - the gate is red\n- NO-GO when:\n  - data is missing'
    expect(read(`## Go/No-Go criteria\n${text}`)).toMatchObject({
      triggers: [
        ['the gate is red', 'pause'],
        ['data is missing', 'halt'],
      ],
      criteria: ['GO when the gate is green'],
    })
  })

  it('what rollback and alert mean is neither', () => {
    const text =
      '- Errors < 1%\n\n**Automated actions:**\n- **Rollback:** back to the share before\n- **Alert:** tell the team'
    expect(read(`## Health gates\n### Gate checks\n${text}`)).toMatchObject({
      triggers: [],
      criteria: ['Errors < 1 %'],
    })
  })

  it('an alert that names a number notifies; a kill switch is a thing', () => {
    const text =
      'Alert if errors exceed 1% or latency exceeds 2x the legacy path.\n\n- A kill switch if something goes wrong'
    expect(read(`## Watching\n${text}\n\nAlert the team if something breaks.`).triggers).toEqual([
      ['errors > 1 %', 'notify'],
      ['latency > 2 x baseline', 'notify'],
    ])
  })
})
