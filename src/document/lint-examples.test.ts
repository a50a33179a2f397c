/** The examples in every lint rule's file, read by the importer, are that rule's tests. */
import { describe, expect, it } from 'vitest'
import { lintRules } from '../core/plan/lint/lint.ts'
import { importMarkdown } from './import-markdown.ts'

describe.each(lintRules.map((rule) => ({ id: rule.id, rule })))('$id', ({ rule }) => {
  it.each(rule.examples.finds)('finds %j', (text) => {
    const { draft } = importMarkdown(text, 'plan.md')
    const found = rule.check(draft)
    expect(found.length).toBeGreaterThan(0)
    const lastLine = text.split('\n').length
    for (const { source } of found) expect(source?.end ?? 1).toBeLessThanOrEqual(lastLine)
  })

  it.each(rule.examples.accepts)('accepts %j', (text) => {
    expect(rule.check(importMarkdown(text, 'plan.md').draft)).toEqual([])
  })
})

it('knows every rule once, by an upper-snake name', () => {
  const ids = lintRules.map((rule) => rule.id)
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[A-Z]+(_[A-Z]+)*$/)
})

it('never repeats a secret', () => {
  const secrets = lintRules.find((rule) => rule.id === 'SECRET_IN_TEXT')
  const said = JSON.stringify(
    secrets?.check(
      importMarkdown('```bash\nPASSWORD=Corr3ctHorse9\ncurl https://ann:hunter2x@shop.example\n```', 'plan.md').draft,
    ),
  )
  expect(said).toContain('seems to hold')
  expect(said).not.toMatch(/Corr3ctHorse9|hunter2x/)
})
