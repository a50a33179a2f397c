/** Tables by what their columns are called, read through whole documents. */
import { describe, expect, it } from 'vitest'
import { formatCondition } from '../../core/plan/condition.ts'
import { importMarkdown } from '../import-markdown.ts'

const day = 86_400_000
const draftOf = (text: string) => importMarkdown(`# Plan\n\n${text}`, 'plan.md').draft
const phasesOf = (text: string) =>
  draftOf(text).phases.map(({ name, percent, timing }) => [name, percent, timing?.durationMs?.[0]])

const weeks =
  '| Week | Milestone |\n|---|---|\n| 1 | Pilot in staging |\n| 2 | First shop |\n| 3-4 | Decision about the others |'

describe('a calendar of weeks', () => {
  it('names the phases where nothing else does', () => {
    expect(phasesOf(`## Timeline\n${weeks}`)).toEqual([
      ['Week 1: Pilot in staging', undefined, 7 * day],
      ['Week 2: First shop', undefined, 7 * day],
      ['Week 3-4: Decision about the others', undefined, 14 * day],
    ])
  })

  it('is a calendar beside phases, before or after them', () => {
    const phases = '## Phase 1: Canary (5%)\n\n## Phase 2: All (100%)'
    for (const text of [`## Timeline\n${weeks}\n\n${phases}`, `${phases}\n\n## Timeline\n${weeks}`])
      expect(draftOf(text).phases.map(({ name }) => name)).toEqual(['Phase 1: Canary (5%)', 'Phase 2: All (100%)'])
  })

  it('may be a list, too', () => {
    const list = '- **Week 1**: Billing complete\n- **Week 2**: Monitoring complete'
    expect(draftOf(`## Phase 1: Canary (5%)\n- Deploy v2\n\n## Summary\n${list}`).phases).toHaveLength(1)
  })
})

describe('a table of shares that phases with headings have', () => {
  const phases = '## Phase 1: 5% of traffic\n\n## Phase 2: 50% of traffic\n\n## Phase 3: 100%\n'
  const table = (rows: string) => `${phases}\n## Payments\n| Stage | Traffic | Soak time |\n|---|---|---|\n${rows}`

  it('says more of those phases, whatever it calls them', () => {
    expect(phasesOf(table('| Shadow | 0% | 1 day |\n| Small | 5% | 2 days |\n| Half | 50% | 3 days |'))).toEqual([
      ['Phase 1: 5% of traffic', 5, 2 * day],
      ['Phase 2: 50% of traffic', 50, 3 * day],
      ['Phase 3: 100%', 100, undefined],
    ])
  })

  it('is another ladder where a share is its own', () => {
    expect(phasesOf(table('| Small | 5% | 2 days |\n| More | 20% | 3 days |'))).toHaveLength(5)
  })
})

it('a column may call the time of a stage a window', () => {
  const text =
    '## Observation windows and gates\n| Phase | Traffic % | Observation window |\n|---|---|---|\n| Phase 1 | 5% | 2 days at least |\n| Phase 2 | 100% | rest of the week |'
  expect(phasesOf(text)).toEqual([
    ['Phase 1', 5, 2 * day],
    ['Phase 2', 100, undefined],
  ])
})

it.each([
  ['Incidents', '≤1 Sev-2, 0 Sev-1', ['Sev-2 incidents <= 1', 'Sev-1 incidents == 0']],
  ['Health endpoint', '200 OK', ['Health endpoint 200 OK']],
  ['Page load', '< 3 s', ['Page load < 3 s']],
])('a threshold of "%s" that counts kinds: %j', (metric, threshold, conditions) => {
  const { successMetrics } = draftOf(`## Gates\n| Check | Threshold |\n|---|---|\n| ${metric} | ${threshold} |`)
  expect(successMetrics.map(({ condition, text }) => (condition ? formatCondition(condition) : text))).toEqual(
    conditions,
  )
})

it('Korean and Japanese tables are read by their columns', () => {
  const korean =
    '## 점진적 배포\n| 단계 | 기간 | 대상 |\n|---|---|---|\n| 1단계 | 1일 | 개발팀 |\n| 2단계 | 3일 | 5% 사용자 |\n| 3단계 | 7일 | 전체 |\n\n## 롤백 트리거 조건\n| 조건 | 임계값 | 조치 |\n|---|---|---|\n| 오류율 | > 5% | 즉시 롤백 |\n\n## 롤백 절차 (30초 이내)\n1. 이전 버전으로 되돌린다'
  const { phases, triggers, rollback } = draftOf(korean)
  expect(phases.map(({ percent, timing }) => [percent, timing?.durationMs?.[0]])).toEqual([
    [undefined, day],
    [5, 3 * day],
    [100, 7 * day],
  ])
  expect(triggers?.map(({ condition, action }) => [condition && formatCondition(condition), action])).toEqual([
    ['오류율 > 5 %', 'rollBack'],
  ])
  expect(rollback.budgetMs).toBe(30_000)
  const japanese =
    '| フェーズ | 期間 | 内容 |\n|---|---|---|\n| Phase 1 | 2週間 | 警告のみ |\n| Phase 2 | 3日間 | 全環境 |'
  expect(phasesOf(`## 段階\n${japanese}`).map(([, , length]) => length)).toEqual([14 * day, 3 * day])
})

it('the comparison may stand behind the number', () => {
  const { successMetrics } = draftOf('## 成功基準\n- 稼働率 99.9%以上\n- エラー率 1% 未満\n- 응답 시간(p95) 500ms 이하')
  expect(successMetrics.map(({ condition }) => condition && formatCondition(condition))).toEqual([
    '稼働率 >= 99.9 %',
    'エラー率 < 1 %',
    '응답 시간 p95 <= 500 ms',
  ])
})

describe('tables without a threshold', () => {
  it('under a checklist are its items', () => {
    const rows = '| 1 | Restore tested | READY |\n| 2 | CEO approval logged | NOT RECORDED |'
    const { checklists } = draftOf(`## Pre-cutover checklist\n| # | Item | Status |\n|---|---|---|\n${rows}`)
    expect(checklists.map(({ items }) => items.map(({ text, claimed }) => [text, claimed]))).toEqual([
      [
        ['Restore tested', true],
        ['CEO approval logged', false],
      ],
    ])
  })

  it('with a column to pass are criteria, of the phase that a column names', () => {
    const phases = '## Phase 1: Alpha (1%)\n\n## Phase 2: Beta (10%)\n\n## Readiness\n'
    const named = '| # | Criterion | Phase | Status |\n|---|---|---|---|\n| 1 | Load test done | Beta | ☐ |'
    expect(draftOf(phases + named).phases.map(({ criteria }) => criteria.map(({ text }) => text))).toEqual([
      [],
      ['Load test done'],
    ])
    const passed = '| Criteria | Required | Pass? |\n|---|---|---|\n| Zero security incidents | Yes | [ ] |'
    expect(draftOf(`## Go/No-Go\n${passed}`).successMetrics.map(({ condition }) => condition?.value)).toEqual([0])
  })
})

it('a window of measurement holds for its threshold', () => {
  const { triggers = [] } = draftOf(
    '## Rollback criteria\n| Metric | Threshold | Measurement window |\n|---|---|---|\n| Error rate | >1% | 5-minute rolling |\n| Downtime | >5 minutes | Continuous |',
  )
  expect(triggers.map(({ condition }) => [condition?.value, condition?.windowMs])).toEqual([
    [1, 300_000],
    [5, undefined],
  ])
})

it('gates of stages inside a phase are its criteria, told apart by the stage', () => {
  const rows = '| **Day 1** | 5% | Proceed if < 0.5% crashes |\n| **Day 5** | 25% | Proceed if < 1% crashes |'
  const [phase] = draftOf(`## Phase 3: Production\n| Day | Share | Decision |\n|---|---|---|\n${rows}`).phases
  expect(phase?.stages.map(({ percent }) => percent)).toEqual([5, 25])
  expect(phase?.criteria.map(({ condition, group }) => [condition && formatCondition(condition), group])).toEqual([
    ['crashes < 0.5 %', 'Day 1'],
    ['crashes < 1 %', 'Day 5'],
  ])
})
