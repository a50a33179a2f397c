import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PlanDraft } from '../../core/plan/draft.ts'
import { lintDraft } from '../../core/plan/lint/lint.ts'
import { publishedSchema } from '../published-schemas.ts'
import { importPlanYaml } from './import-plan-yaml.ts'

const hour = 3_600_000
const day = 24 * hour

function read(body: string) {
  const result = importPlanYaml(`tidegate: 1\ntitle: Shop\n${body}`, 'plan.yaml')
  PlanDraft.parse(result.draft)
  return result
}

/** `line message` of every finding. */
function faults(body: string): string[] {
  return read(body).diagnostics.map(({ source, message }) => `${source?.start} ${message}`)
}

describe('importPlanYaml', () => {
  it('reads sentences by the grammar of Markdown, with the lines of the file', () => {
    const [phase] = read(`phases:
  - name: "Phase 2: Canary"
    traffic: 10%
    timing: Week 2, Day 3
    success:
      - List p95 < 800ms, detail avg < 200ms
      - text: No errors in logs
        claimed: true
    rollBackWhen: [Order errors > 2% for 5 minutes]
    notifyWhen:
      - Any complaint
`).draft.phases
    expect(phase).toMatchObject({
      source: { start: 4, end: 13 },
      name: 'Phase 2: Canary',
      ordinal: '2',
      percent: 10,
      timing: { source: { start: 6, end: 6 }, startOffsetMs: 9 * day, durationMs: [day, day] },
      criteria: [
        { source: { start: 8, end: 8 }, text: 'List p95 < 800ms', condition: { metric: 'List', percentile: 95 } },
        { source: { start: 8, end: 8 }, text: 'detail avg < 200ms', condition: { metric: 'detail avg', unit: 'ms' } },
        { source: { start: 9, end: 10 }, form: 'zero', claimed: true },
      ],
      triggers: [
        { source: { start: 11 }, action: 'rollBack', condition: { metric: 'Order errors', windowMs: 300_000 } },
        { source: { start: 13 }, action: 'notify', text: 'Any complaint' },
      ],
    })
  })

  it('takes what is explicit as it stands', () => {
    const { draft, diagnostics } = read(`successMetrics:
  - { text: Error rate < 1%, person: true }
  - text: Clicks stay as they are
    condition: { metric: clicks, comparator: ">=", value: [98, 102.5], unit: "% of baseline", percentile: 50, window: 1h }
phases:
  - name: Everyone
    number: 3
    timing: { text: after the freeze, start: 2 weeks, for: [24h, 2d], anchor: { event: freeze, offset: -72h } }
    stages:
      - 25%
      - { share: 50, timing: { text: Day 4, words: true } }
rollback:
  within: { time: 10 minutes }
`)
    expect(diagnostics).toEqual([])
    expect(draft.successMetrics).toMatchObject([
      { form: 'words', text: 'Error rate < 1%' },
      { form: 'numeric', condition: { value: [98, 102.5], unit: '% of baseline', percentile: 50, windowMs: hour } },
    ])
    expect(draft.successMetrics[0]).not.toHaveProperty('condition')
    expect(draft.phases[0]).toMatchObject({
      ordinal: '3',
      timing: { startOffsetMs: 14 * day, durationMs: [day, 2 * day], anchor: { event: 'freeze', offsetMs: -3 * day } },
      stages: [{ name: '25%' }, { name: '50%', percent: 50, timing: { text: 'Day 4' } }],
    })
    expect(draft.phases[0]?.stages[1]?.timing).not.toHaveProperty('startOffsetMs')
    expect(draft.rollback).toMatchObject({ budgetMs: 600_000, budgetSource: { start: 15 } })
  })

  it('reads values as they are written: no number, yes or no, or date becomes something else', () => {
    const { draft } = read(
      'metadata: { Version: 1.10, Approved: no, Freeze: 2026-01-02, Sizes: 0x1F }\ntickets: [12]\n',
    )
    expect(draft.metadata.map(({ label, value }) => `${label}=${value}`)).toEqual([
      'Version=1.10',
      'Approved=no',
      'Freeze=2026-01-02',
      'Sizes=0x1F',
    ])
    expect(draft.tickets[0]?.id).toBe('12')
  })

  it('tells code apart, lists it with that of steps, and counts its lines from the key above it', () => {
    const { draft } = read(`rollback:
  steps:
    - text: Turn it off
      code:
        - language: bash
          text: |
            # the password is
            PASSWORD=Corr3ctHorse9
        - ./weights --all 0
        - curl https://ann:hunter2x@shop.example
`)
    expect(draft.code).toEqual(draft.rollback.steps[0]?.code)
    expect(draft.code).toMatchObject([
      { content: 'settings', text: '# the password is\nPASSWORD=Corr3ctHorse9', source: { start: 8, end: 10 } },
      { content: 'commands', language: '', source: { start: 11, end: 11 } },
      { content: 'commands', source: { start: 12, end: 12 } },
    ])
    const secrets = lintDraft(draft).filter(({ ruleId }) => ruleId === 'SECRET_IN_TEXT')
    expect(secrets.map(({ source }) => source?.start)).toEqual([10, 12])
  })

  it('keeps where a fact was first stated beside where it stands', () => {
    const { draft } = read(
      'from: ROLLOUT.md\nowners:\n  - { name: Ops, at: 7 }\n  - { name: Web, at: "other.md:3-4" }\n',
    )
    expect(draft.owners.map(({ source }) => source)).toEqual([
      { start: 5, end: 5, origin: { file: 'ROLLOUT.md', start: 7, end: 7 } },
      { start: 6, end: 6, origin: { file: 'other.md', start: 3, end: 4 } },
    ])
    expect(faults('owners: [{ name: Ops, at: 7 }]\n')).toEqual([
      '3 `at` names lines, and nothing says of which document',
    ])
  })

  it.each([
    ['a misspelt key', 'phases:\n  - name: A\n    trafic: 10%\n', ['5 unknown key `trafic`, did you mean `traffic`?']],
    [
      'a share that is none',
      'phases:\n  - name: A\n    traffic: 110%\n',
      ['5 `phases[0].traffic` must be a share between 0% and 100%'],
    ],
    ['a text where a list belongs', 'owners: Ops\n', ['3 `owners` must be a list, not this text']],
    ['a text without end', `tickets:\n  - ${'x '.repeat(5_000)}\n`, ['4 `tickets[0]` takes at most 8000 characters']],
    ['phases without end', `phases:\n${'  - name: A\n'.repeat(101)}`, ['3 `phases` takes at most 100 entries']],
    ['an empty text', 'owners:\n  -\n', ['4 `owners[0]` is empty']],
    [
      'a time without a unit',
      'rollback:\n  within: 10\n',
      ['4 `rollback.within` must be a duration such as 10 min, 24h or 7 days'],
    ],
    ['no time at all', 'rollback:\n  within: 0s\n', ['4 `rollback.within` must be a duration above 0']],
    [
      'a share in words',
      'phases:\n  - { name: A, stages: [half] }\n',
      ['4 `phases[0].stages[0]` must be a share such as 10%'],
    ],
    [
      'a yes that is none',
      'flags: [{ key: a, rollbackToggle: yes }]\n',
      ['3 `flags[0].rollbackToggle` must be one of `true`, `false`, not this text'],
    ],
    [
      'a number that cannot be read',
      'successMetrics:\n  - Error rate < TBD\n',
      ['4 the number of "Error rate < TBD" cannot be read; a person has to judge it'],
    ],
    [
      'a percentage beyond sense',
      'successMetrics:\n  - Coverage > 130%\n',
      ['4 "Coverage > 130%" compares with a percentage outside 0 to 100'],
    ],
  ])('locates %s', (_, body, expected) => {
    expect(faults(body)).toEqual(expected)
  })

  it.each([
    ['metadata', `metadata:\n${Array.from({ length: 20_000 }, (_, number) => `  k${number}: v`).join('\n')}`],
    ['steps', `rollback:\n  steps:\n${'    - text: a\n      code: [npm ci]\n'.repeat(5_000)}`],
    ['criteria', `successMetrics:\n${'  - Error rate < 1%\n'.repeat(10_000)}`],
  ])('reads %s without end in time', (_, body) => {
    const started = process.threadCpuUsage()
    expect(faults(body)).toEqual([])
    expect(process.threadCpuUsage(started).user / 1_000).toBeLessThan(5_000)
  })

  it('says of another YAML file that it is no plan', () => {
    const { draft, diagnostics } = importPlanYaml('plan: ROLLOUT.md\nasks: Ops\n', 'tidegate.yaml')
    expect(diagnostics).toMatchObject([{ ruleId: 'YAML_NO_PLAN', severity: 'error', source: { start: 1 } }])
    expect(draft.phases).toEqual([])
    expect(importPlanYaml('tidegate: 2\ntitle: A\n', 'p.yaml').diagnostics).toMatchObject([
      { ruleId: 'YAML_SCHEMA', message: '`tidegate` must be 1, not this text' },
    ])
  })

  it('is documented key by key', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/plan-format.md'), 'utf8')
    const keys = new Set<string>()
    JSON.stringify(publishedSchema('plan'), (key, value) => {
      if (key === 'properties') for (const name of Object.keys(value)) keys.add(name)
      return value
    })
    expect(keys.size).toBeGreaterThan(60)
    const [, plan = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []
    expect(importPlanYaml(plan, 'plan.yaml')).toMatchObject({
      diagnostics: [],
      draft: {
        phases: [{ criteria: [{ form: 'numeric' }, { form: 'words' }], triggers: [{ action: 'rollBack' }, {}] }],
      },
    })
    expect([...keys].filter((key) => !page.includes(`\`${key}`))).toEqual([])
  })

  it('reads the example without a finding of its own', () => {
    const file = join(import.meta.dirname, '../../../examples/plan.yaml')
    const { draft, diagnostics } = importPlanYaml(readFileSync(file, 'utf8'), 'plan.yaml')
    expect(diagnostics).toEqual([])
    expect(draft.phases.map(({ ordinal, percent, stages }) => [ordinal, percent, stages.length])).toEqual([
      ['1', undefined, 0],
      ['2', 5, 0],
      ['3', undefined, 3],
    ])
    expect(draft.metadata[0]).toMatchObject({ label: 'Version', value: '4.10' })
    expect(lintDraft(draft).filter(({ severity }) => severity === 'error')).toEqual([])
  })
})
