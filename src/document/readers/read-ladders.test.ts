/** Ladders that no heading names, read through whole documents. */
import { describe, expect, it } from 'vitest'
import { importMarkdown } from '../import-markdown.ts'

const hour = 3_600_000
const phasesOf = (text: string) =>
  importMarkdown(text, 'plan.md').draft.phases.map(({ name, percent, timing }) => [
    name,
    percent,
    timing?.durationMs?.[0],
  ])

describe('a list of stages', () => {
  it.each([
    [
      '## Timeline\n- Week 1: pilot in one shop\n- Week 2: five shops\n- Week 3: every shop',
      [
        ['Week 1', undefined, 168 * hour],
        ['Week 2', undefined, 168 * hour],
        ['Week 3', undefined, 168 * hour],
      ],
    ],
    [
      '## Rollout stages\n1. **Canary 5%** (first 2 hours)\n2. **Canary 25%** (next 8 hours)',
      [
        ['Canary 5%', 5, 2 * hour],
        ['Canary 25%', 25, 8 * hour],
      ],
    ],
    [
      '## Deployment plan\n1. Staging\n2. Canary (2% production traffic, 30–60 minutes)\n3. Full rollout (100%)',
      [
        ['Staging', undefined, undefined],
        ['Canary', 2, hour / 2],
        ['Full rollout (100%)', 100, undefined],
      ],
    ],
    [
      '## Stages\n```\nStage 1: 10% traffic, 1-2 days\nStage 2: 100% traffic, full launch\n```',
      [
        ['Stage 1', 10, 24 * hour],
        ['Stage 2', 100, undefined],
      ],
    ],
    [
      '## T0 Shadow (24–72 h)\n\n## T0+ Canary 10% (≥1h)\n\n## T0+ Rollout 100%',
      [
        ['T0 Shadow (24–72 h)', undefined, 24 * hour],
        ['T0+ Canary 10% (≥1h)', 10, hour],
        ['T0+ Rollout 100%', 100, undefined],
      ],
    ],
    [
      '## Etapas\n1. Canario 10% usuarios por 48h.\n2. Subir a 50% por 72h.',
      [
        ['Canario 10% usuarios por 48h.', 10, 48 * hour],
        ['Subir a 50% por 72h.', 50, 72 * hour],
      ],
    ],
  ])('tells stages apart by their numbers: %j', (text, phases) => {
    expect(phasesOf(`# Plan\n\n${text}`)).toEqual(phases)
  })
})

describe('shares told in the items of a phase', () => {
  const stagesOf = (items: readonly string[]) =>
    importMarkdown(
      `# Plan\n## Phase 1: Canary\n${items.map((item) => `- ${item}\n`).join('')}`,
      'plan.md',
    ).draft.phases.map(({ stages }) => stages.map(({ percent, timing }) => [percent, timing?.durationMs?.[0]]))

  it('are its stages: one item each, with what is done to reach them', () => {
    const items = [
      'Deploy search v2',
      'Shift 10% of traffic for 30 minutes',
      'Then 50% for one hour',
      'Finally, go to 100%.',
    ]
    expect(stagesOf(items)).toEqual([
      [
        [10, hour / 2],
        [50, hour],
        [100, undefined],
      ],
    ])
  })

  it('are its stages in one sentence', () => {
    expect(stagesOf(['10 % of traffic for half an hour, then 50 % for two hours, then 100 %'])).toEqual([
      [
        [10, hour / 2],
        [50, 2 * hour],
        [100, undefined],
      ],
    ])
  })

  it.each([
    'Raise the cache size by 50% of memory',
    'Then 5% errors were seen',
    'Send 10% fewer mails',
    'Errors fell from 10%, then 5%',
    'Start with 20% off',
  ])('are not seen in %j', (item) => {
    expect(stagesOf([item])).toEqual([[]])
  })
})

describe('a ladder told in a sentence', () => {
  it('names audiences, shares and everybody', () => {
    const text =
      '# Plan\n## Flags\n- **Staged rollouts**: switch on for internal testers first, then 20% production traffic, followed by full rollout after watching for 12 hours.'
    expect(phasesOf(text)).toEqual([
      ['internal testers', undefined, undefined],
      ['20% production traffic', 20, 12 * hour],
      ['full rollout', 100, undefined],
    ])
  })

  it('belongs to the platform it names', () => {
    expect(
      phasesOf('# Plan\n## Strategy\n- Mobile update goes out in steps (5% cohorts, then 40%, then 100%).'),
    ).toEqual([
      ['Mobile: 5% cohorts', 5, undefined],
      ['Mobile: 40%', 40, undefined],
      ['Mobile: 100%', 100, undefined],
    ])
  })

  it('is a summary where the phases have shares of their own', () => {
    const text = '# Plan\nWe go 5% → 100%.\n\n## Phase 1: Few (5%)\n\n## Phase 2: All (100%)'
    expect(phasesOf(text).map(([name]) => name)).toEqual(['Phase 1: Few (5%)', 'Phase 2: All (100%)'])
  })

  it.each(['Errors fell from 10% to 5%, then to 2% after the fix.', 'Keep latency < 10% over baseline, then < 5%.'])(
    'is not seen in %j',
    (text) => {
      expect(phasesOf(`# Plan\n## Notes\n- ${text}`)).toEqual([])
    },
  )
})

describe('a ladder in a list', () => {
  it('stands under a title that announces it', () => {
    const text =
      '# Plan\n## Rollout plan\n1. **Pre-launch**: warm the caches\n2. **Launch**: 2026-05-06 03:00 UTC\n3. **Post-launch**: watch for 48 hours'
    expect(phasesOf(text)).toEqual([
      ['Pre-launch', undefined, undefined],
      ['Launch', undefined, undefined],
      ['Post-launch', undefined, 48 * hour],
    ])
  })

  it('needs no title where shares rise', () => {
    expect(phasesOf('# Plan\n## How\n- 5% of users for 2 hours\n- 50% of users for 1 day\n- 100% of users')).toEqual([
      ['5% of users for 2 hours', 5, 2 * hour],
      ['50% of users for 1 day', 50, 24 * hour],
      ['100% of users', 100, undefined],
    ])
  })

  it('is the outline of the headings that follow', () => {
    const text =
      '# Plan\n## Rollout phases\n1. **Staging**: build only\n2. **Canary**: 10% of shops\n3. **Everybody**: the rest\n\n## Phase 1: Staging\n\n## Phase 2: Canary\n\n## Phase 3: Everybody'
    expect(phasesOf(text).map(([name, percent]) => [name, percent])).toEqual([
      ['Phase 1: Staging', undefined],
      ['Phase 2: Canary', 10],
      ['Phase 3: Everybody', 100],
    ])
  })

  it('is no ladder where shares fall or labels only describe', () => {
    expect(phasesOf('# Plan\n## State\n- Errors: 1%\n- Share: 0%')).toEqual([])
    expect(phasesOf('# Plan\n## Dashboards\n- **Grafana**: CPU\n- **Sentry**: traces')).toEqual([])
  })
})

describe('shares told one by one', () => {
  it('are the ladder of a document without phases', () => {
    const text =
      '# Plan\n## Traffic split\n- **Initial**: 10% canary, 90% stable\n- **Watch time**: 15 minutes\n- **Promotion**: promote to 100% if calm'
    expect(phasesOf(text.replace('Watch time', 'Bake time'))).toEqual([
      ['Canary 10%', 10, hour / 4],
      ['100%', 100, undefined],
    ])
    expect(phasesOf('# Plan\n- **Canary** at 10% traffic for 30 minutes')).toEqual([['Canary 10%', 10, hour / 2]])
  })

  it('are none beside phases, or where they are of something else', () => {
    expect(phasesOf('# Plan\n## Phase 1: Pilot\n\n## Facts\n- 10% of users pay')).toHaveLength(1)
    expect(phasesOf('# Plan\n- A starter gets a 5% bonus\n- Error budget: 10%')).toEqual([])
  })
})

describe('a rung', () => {
  it('may have a ladder of its own', () => {
    const text =
      '# Plan\n## Rollout\n1. Start at 0 to keep everybody on v1\n2. Raise to 1%\n3. Step to 10%, then 25%, then 50%\n4. Move to 100%'
    const { phases } = importMarkdown(text, 'plan.md').draft
    expect(phases.map(({ percent, stages }) => [percent, stages.map((stage) => stage.percent)])).toEqual([
      [undefined, []],
      [1, []],
      [undefined, [10, 25, 50]],
      [100, []],
    ])
  })

  it('counted as the author counts needs no title', () => {
    const text = '# Plan\n## 단계\n- Stage 0 — Internal\n- Stage 1 — Dogfood\n- Stage 2 — Full'
    expect(phasesOf(text).map(([name]) => name)).toEqual(['Stage 0', 'Stage 1', 'Stage 2'])
    expect(phasesOf('# Plan\n## Ideas\n- Stage 1 — Internal\n- Stage 4 — Later')).toEqual([])
  })
})

describe('a heading that is a stage without its number', () => {
  it.each([
    ['## Canary (10%)', 'Canary (10%)', 10],
    ['## Ramp to 50% of traffic', 'Ramp to 50% of traffic', 50],
    ['## 4) Deploy (T-5 → T+30)', '4) Deploy (T-5 → T+30)', undefined],
    ['## D-3 (three days before)', 'D-3 (three days before)', undefined],
    ['## Dual-write period (48–72 h)', 'Dual-write period (48–72 h)', undefined],
  ])('%j', (heading, name, percent) => {
    const [first] = importMarkdown(`# Plan\n\n${heading}\n\nText`, 'plan.md').draft.phases
    expect([first?.name, first?.percent]).toEqual([name, percent])
  })

  it.each(['## Error rate < 10%', '## Status (2026-02-23)', '## Budget (in hours)'])('not %j', (heading) => {
    expect(phasesOf(`# Plan\n\n${heading}\n\nText`)).toEqual([])
  })
})

it('names a share that has no words of its own', () => {
  const [phase] = importMarkdown('## Phase 2:\n(1%)', 'plan.md').draft.phases
  expect(phase?.stages.map(({ name, percent }) => [name, percent])).toEqual([['1%', 1]])
})
