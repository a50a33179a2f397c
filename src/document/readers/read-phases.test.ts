/** Phases that headings and tables name, read through whole documents. */
import { describe, expect, it } from 'vitest'
import { formatCondition } from '../../core/plan/condition.ts'
import { lintDraft } from '../../core/plan/lint/lint.ts'
import { importMarkdown } from '../import-markdown.ts'

const day = 86_400_000
const draftOf = (text: string) => importMarkdown(`# Plan\n\n${text}`, 'plan.md').draft
const namesOf = (text: string) => draftOf(text).phases.map(({ name }) => name)
const stagesOf = (text: string) =>
  draftOf(text).phases.map(({ stages }) =>
    stages.map(({ name, percent, timing }) => [name, percent, timing?.durationMs?.[0]]),
  )
const triggersOf = (text: string) => {
  const { phases, triggers = [] } = draftOf(text)
  return [...phases.flatMap((phase) => phase.triggers), ...triggers].map(({ condition, text: said }) =>
    condition ? formatCondition(condition) : said,
  )
}

describe('a numbered phase', () => {
  it.each(['Risk scoring service', 'Rollback drill', 'Alert routing', 'Trigger engine'])(
    'may be about "%s"',
    (about) => {
      expect(namesOf(`## Phase 1: Setup\n\n## Phase 2: ${about}\n- Switch it on`)).toEqual([
        'Phase 1: Setup',
        `Phase 2: ${about}`,
      ])
    },
  )

  it.each([
    'Success Criteria & SLOs',
    'Risks and mitigations',
    'Rollback plan',
    'Critères de succès',
    'Failure handling',
  ])('is none that is a part of the plan: "%s"', (part) =>
    expect(namesOf(`## Phase 1: Setup\n\n## Phase 2: ${part}\n- None`)).toEqual(['Phase 1: Setup']),
  )
})

describe('a title', () => {
  it('may have a length beside its share, a number of its chapter, and a percentage of something else', () => {
    const text =
      '## 2. Phase 1: Limited (5% - 30 minutes)\n- [ ] Starter pack (10% bonus)\n\n## 3. Phase 2: More (25% - 50%)'
    const { phases } = draftOf(text)
    expect(
      phases.map(({ name, ordinal, percent, timing, stages }) => [
        name,
        ordinal,
        percent,
        timing?.durationMs?.[0],
        stages.map((stage) => stage.percent),
      ]),
    ).toEqual([
      ['Phase 1: Limited (5% - 30 minutes)', '1', 5, 1_800_000, []],
      ['Phase 2: More (25% - 50%)', '2', undefined, undefined, [25, 50]],
    ])
  })

  it('in bold begins a phase beside the one before it', () => {
    const text = '## Payments\n**Phase 1 (5%)**:\n- Error rate ≤ 1%\n\n**Phase 2 (25%)**:\n- Error rate ≤ 2%'
    expect(draftOf(text).phases.map(({ percent, stages, criteria }) => [percent, stages, criteria.length])).toEqual([
      [5, [], 1],
      [25, [], 1],
    ])
  })

  it('with "Step" tells how, where a table has said which stages there are', () => {
    const table = '| Stage | Traffic |\n|---|---|\n| Initial | 10% |\n| Full | 100% |'
    const text = `## Stages\n${table}\n\n## How to run it\n### Step 1: Start the workflow\n- Push a tag\n### Step 2: Watch\n- Look at the board`
    expect(namesOf(text)).toEqual(['Initial', 'Full'])
  })
})

describe('an item of a phase', () => {
  it('that begins with what is to be done is a step, numbered or not', () => {
    const items = ['Deploy search v2', 'Shift 10% of traffic', 'Run at p95 < 2 s', 'restart behaviour', 'Enable: later']
    const [phase] = draftOf(`## Phase 1: Canary\n${items.map((item) => `- ${item}\n`).join('')}`).phases
    expect(phase?.steps.map(({ text }) => text)).toEqual(['Deploy search v2'])
    expect(phase?.stages.map(({ percent }) => percent)).toEqual([10])
  })
})

describe('parts of a phase with titles of their own', () => {
  it('are its stages, instead of the shares that its title only counts', () => {
    const text = `### Phase 4: Gradual rollout (25% → 100%)
#### Week 1-2: 25% of hosts
- Watch
#### Week 3: 100% of hosts
- Watch`
    expect(stagesOf(text)).toEqual([
      [
        ['Week 1-2: 25% of hosts', 25, 14 * day],
        ['Week 3: 100% of hosts', 100, 7 * day],
      ],
    ])
  })

  it('are its stages also when they have no more than a number and a share', () => {
    expect(stagesOf('### Phase 3: Expand\n#### 3.1 - 30% (Day 6)\n- Watch\n#### 3.2 - 100% (Day 7)\n- Watch')).toEqual([
      [
        ['3.1 - 30% (Day 6)', 30, day],
        ['3.2 - 100% (Day 7)', 100, day],
      ],
    ])
  })

  it('have their own times, and the phase keeps its', () => {
    const text = `### Week 1: Inside (Days 1-7)
**Day 1: Our team**
- Duration: 24 hours

**Day 5: 1% canary**
- Duration: 48 hours`
    const [phase] = draftOf(text).phases
    expect(phase?.timing?.durationMs?.[0]).toBe(7 * day)
    expect(stagesOf(text)).toEqual([[['Day 5: 1% canary', 1, 2 * day]]])
  })

  it('commands and scripts name none', () => {
    expect(namesOf('## Phase 1: Canary (10%)\n\n## Commands\n### 5. Gradual rollout (30% → 100%)\n- x')).toEqual([
      'Phase 1: Canary (10%)',
    ])
  })
})

describe('a table of phases', () => {
  const head = '| Phase | Name | Duration | Target users | Success criteria |\n|---|---|---|---|---|'

  it('with bare numbers names them, with their times, shares and criteria', () => {
    const { phases } = draftOf(
      `${head}\n| 1 | Alpha | 3 days | Our team | Errors < 1% |\n| 2 | Beta | 1 week | 5% of users | Errors < 0.5%, p95 < 800 ms |`,
    )
    expect(phases.map(({ name, percent, timing }) => [name, percent, timing?.durationMs?.[0]])).toEqual([
      ['Phase 1: Alpha', undefined, 3 * day],
      ['Phase 2: Beta', 5, 7 * day],
    ])
    expect(phases[1]?.criteria.map(({ condition }) => condition && formatCondition(condition))).toEqual([
      'Errors < 0.5 %',
      'latency p95 < 800 ms',
    ])
  })

  it('is an outline of the headings behind it', () => {
    const table =
      '| Phase | Description | Status |\n|---|---|---|\n| 0 | Inventory | done |\n| 1 | Search in shadow | open |'
    expect(namesOf(`${table}\n\n## Phase 1: Shadow\n- Switch it on`)).toEqual(['Phase 0: Inventory', 'Phase 1: Shadow'])
  })

  it('by weeks says again what the headings say, and opens none', () => {
    const text = `## Phase 1: Base\n- x\n## Phase 2: Canary\n- x
## Timeline\n| Week | Phase | Rollout % |\n|---|---|---|\n| 1 | Base | 100% |\n| 2 | Canary | 10% → 50% |`
    expect(namesOf(text)).toEqual(['Phase 1: Base', 'Phase 2: Canary'])
  })

  it('of thresholds under a rollback title holds triggers', () => {
    const table = '| Metric | Threshold | Action |\n|---|---|---|\n| Uptime | < 99% | Immediate rollback |'
    expect(triggersOf(`## Rollback decision matrix\n${table}`)).toEqual(['Uptime < 99 %'])
    expect(
      triggersOf('## KPIs\n| Metric | Target | Threshold rollback |\n|---|---|---|\n| Success | ≥ 95% | < 90% |'),
    ).toEqual(['Success < 90 %'])
    expect(triggersOf('## Block conditions\n- Errors > 2%')).toEqual(['Errors > 2 %'])
  })
})

describe('a countdown', () => {
  const text = `### T-0: shadow (0%)
Mirror reads. Continue only if mismatches stay below 0.1%.
### T+1h: 5% of reads
Watch every 5 minutes. Hold 30 minutes. Abort when p99 latency exceeds 400ms or 5xx > 0.5%.`

  it('is stages, with what their sentences ask, fear and wait', () => {
    const { phases } = draftOf(text)
    expect(phases.map(({ name, percent, timing }) => [name, percent, timing?.durationMs?.[0]])).toEqual([
      ['T-0: shadow (0%)', 0, undefined],
      ['T+1h: 5% of reads', 5, day / 48],
    ])
    const asked = phases.flatMap(({ criteria }) =>
      criteria.map(({ condition }) => condition && formatCondition(condition)),
    )
    expect(asked).toEqual(['mismatches < 0.1 %'])
    expect(triggersOf(text)).toEqual(['latency p99 > 400 ms', '5xx > 0.5 %'])
  })
})

describe('lines of a paragraph', () => {
  it('are stages when each names one and its share', () => {
    expect(
      draftOf('## iOS phased release\nDay 1: 1%\nDay 2: 10%\nDay 3: 100%').phases.map(({ percent }) => percent),
    ).toEqual([1, 10, 100])
  })
})

describe('a ladder in a table', () => {
  it('holds each step as long as it says, and what is the same as above', () => {
    const { phases } = draftOf(`## Ramp\n| Step | Share | Hold for | Promote if | Roll back if |\n|---|---|---|---|---|
| 1 | 10% | 2 h | errors < 1% | errors > 2% |\n| 2 | 50% | 12 h | same | as above |`)
    expect(phases.map(({ percent, timing }) => [percent, timing?.durationMs?.[0]])).toEqual([
      [10, day / 12],
      [50, day / 2],
    ])
    expect(phases.map(({ criteria, triggers }) => [criteria.length, triggers.length])).toEqual([
      [1, 1],
      [1, 1],
    ])
  })
})

describe('what a phase waits for', () => {
  it('is no file whose name looks like a phase', () => {
    const entry = '### Prerequisites\n- [x] scripts/phase0_check.sh (prerequisite)'
    const rules = (text: string) => lintDraft(draftOf(text)).map(({ ruleId }) => ruleId)
    expect(rules(`## Phase 0: Before\n${entry}`)).not.toContain('DEPENDENCY_CYCLE')
    expect(rules('## Phase 0: Before\n### Prerequisites\n- Phase 0 complete')).toContain('DEPENDENCY_CYCLE')
  })
})

describe('owners', () => {
  it('of a part of the house are the people named', () => {
    const owners = draftOf(
      '## Owners\n- Product: Dana (PM)\n- Engineering: Ravi (backend), Mei Tan (frontend)\n- Release Manager: Alice',
    ).owners.map(({ name }) => name)
    expect(owners).toEqual(['Dana', 'Ravi', 'Mei Tan', 'Release Manager'])
  })

  it.each([
    ['|  |  |\n|---|---|\n| Release manager | Mina Okafor |', 'Mina Okafor'],
    ['**Change owner:** Search team', 'Search team'],
    ['Responsable : Équipe Plateforme', 'Équipe Plateforme'],
  ])('stand in fields: %j', (text, name) => expect(draftOf(text).owners.map((owner) => owner.name)).toEqual([name]))
})

describe('going back', () => {
  it('has its time, which is no condition, and a title that is no trigger', () => {
    const draft = draftOf('## If it goes wrong\n1. Flag off\n\nWe must be back within 5 minutes.')
    expect(draft.rollback).toMatchObject({ budgetMs: 300_000, steps: [{ text: 'Flag off' }] })
    expect(draft.triggers ?? []).toEqual([])
    expect(
      triggersOf('## Retour arrière\nSi le taux d’erreur dépasse 2 %, revenir à la v1 en moins de 10 minutes.'),
    ).toEqual(['taux d’erreur > 2 %'])
  })
})

describe('a document without phases', () => {
  const steps = (title: string) => `## ${title}\n1. Freeze writes\n2. Move the rows\n3. Open writes`

  it('has those that its numbered steps make', () => {
    const { phases } = draftOf(`${steps('Pre-cutover')}\n\n${steps('Cutover steps')}\n\n${steps('Our values')}`)
    expect(phases.map(({ name, steps }) => [name, steps.length])).toEqual([
      ['Pre-cutover', 3],
      ['Cutover steps', 3],
    ])
    expect(namesOf(steps('Suggested rollout stages'))).toEqual(['Freeze writes', 'Move the rows', 'Open writes'])
    expect(namesOf(`${steps('Cutover steps')}\n\n## Phase 1: Pilot\n- Deploy v2`)).toEqual(['Phase 1: Pilot'])
  })

  it('has those of a table of waves, with what they reach', () => {
    const rows = '| Pilot | 4 shops |\n| Wave 1 | 20 shops |\n| Wave 2 | the others |'
    const { phases } = draftOf(`## Waves\n| Wave | Scope |\n|---|---|\n${rows}`)
    expect(phases.map(({ name, target }) => [name, target])).toEqual([
      ['Pilot', '4 shops'],
      ['Wave 1', '20 shops'],
      ['Wave 2', 'the others'],
    ])
  })
})

it('a heading over a ladder of its own is no stage', () => {
  const table = '| Phase | Traffic | Duration |\n|---|---|---|\n| Phase 1 | 1% | 6 hours |\n| Phase 2 | 100% | 1 day |'
  expect(namesOf(`## Rollout strategy\n### Standard canary rollout\n${table}`)).toEqual(['Phase 1', 'Phase 2'])
})

it('a table of fields in a phase says what labels say', () => {
  const rows = '| **Duration** | 2 days |\n| **Exit criteria** | Error rate < 1% |\n| **Colour** | Blue |'
  const [phase] = draftOf(`## Phase 1: Pilot\n| Aspect | Plan |\n|---|---|\n${rows}`).phases
  expect([phase?.timing?.durationMs?.[0], phase?.criteria.length]).toEqual([2 * day, 1])
})

it('fields of a phase need no bold', () => {
  const text = 'Duration: 2 days\nTraffic: 10%\nSuccess: errors < 1%\nPurpose: see that it works\nNote: nothing'
  const [phase] = importMarkdown(`# Plan\n\n## Phase 1: Canary\n${text}`, 'plan.md').draft.phases
  expect(phase).toMatchObject({
    percent: 10,
    timing: { durationMs: [172_800_000, 172_800_000] },
    objective: 'see that it works',
  })
  expect(phase?.criteria.map(({ text: said }) => said)).toEqual(['errors < 1%'])
})

it('days under a week are days of that week', () => {
  const text =
    'Week 1:\n- Day 1-2: 10% traffic\n- Day 3: 25% traffic\n\nWeek 2:\n- Day 1: 50% traffic\n- Day 2: 100% traffic'
  const { phases } = importMarkdown(`# Plan\n\n## Timeline\n${text}`, 'plan.md').draft
  expect(phases.map(({ timing }) => (timing?.startOffsetMs ?? 0) / 86_400_000)).toEqual([0, 2, 7, 8])
})
