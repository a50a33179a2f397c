/** The examples in every lint rule's file, read by the importer, are that rule's tests. */
import { describe, expect, it } from 'vitest'
import { Bindings } from '../core/plan/bindings.ts'
import { boundLintRules, lintRules } from '../core/plan/lint/lint.ts'
import type { BoundExample } from '../core/plan/lint/rule.ts'
import { Operator } from '../core/plan/operator.ts'
import { importMarkdown } from './import-markdown.ts'

describe.each(lintRules.map((rule) => ({ id: rule.id, rule })))('$id', ({ rule }) => {
  it.each(rule.examples.finds)('finds %j', (text) => {
    const { draft } = importMarkdown(text, 'plan.md')
    const found = rule.check(draft, {})
    expect(found.length).toBeGreaterThan(0)
    const lastLine = text.split('\n').length
    for (const { source } of found) expect(source?.end ?? 1).toBeLessThanOrEqual(lastLine)
  })

  it.each(rule.examples.accepts)('accepts %j', (text) => {
    expect(rule.check(importMarkdown(text, 'plan.md').draft, {})).toEqual([])
  })
})

/** What an example leaves out of the two files; only the parts it names are looked at. */
const bindings = {
  plan: 'plan.md',
  service: {
    name: 'shop',
    candidate: 'v2',
    baseline: 'v1',
    router: 'proxy',
    deployer: 'production',
    arms: { label: 'version' },
    arrivals: { source: 'service', total: 'requests' },
  },
  asks: 'Platform',
}

describe.each(boundLintRules.map((rule) => ({ id: rule.id, rule })))('$id', ({ rule }) => {
  const check = (example: BoundExample) => {
    const operator = example.operator && Operator.parse({ people: {}, targets: {}, ...example.operator })
    return rule.check(importMarkdown(example.plan, 'plan.md').draft, {
      bindings: Bindings.parse({ ...bindings, ...example.bindings }),
      ...(operator && { operator }),
    })
  }

  it.each(rule.examples.finds)('finds $plan', (example) => {
    expect(check(example).length).toBeGreaterThan(0)
  })

  it.each(rule.examples.accepts)('accepts $plan', (example) => {
    expect(check(example)).toEqual([])
  })

  it('finds nothing where nothing is known of the surroundings', () => {
    for (const { plan } of rule.examples.finds)
      expect(rule.check(importMarkdown(plan, 'plan.md').draft, {})).toEqual([])
  })
})

it('knows every rule once, by an upper-snake name', () => {
  const ids = [...lintRules, ...boundLintRules].map((rule) => rule.id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
})

it('never repeats a secret', () => {
  const secrets = lintRules.find((rule) => rule.id === 'SECRET_IN_TEXT')
  const said = JSON.stringify(
    secrets?.check(
      importMarkdown('```bash\nPASSWORD=Corr3ctHorse9\ncurl https://ann:hunter2x@shop.example\n```', 'plan.md').draft,
      {},
    ),
  )
  expect(said).toContain('seems to hold')
  expect(said).not.toMatch(/Corr3ctHorse9|hunter2x/)
})
