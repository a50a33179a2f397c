/** Our own documents in several grammars, and what is read from them. `UPDATE_GOLDEN=1` writes the files anew: format them, read the difference. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PlanDraft } from '../../src/core/plan/draft.ts'
import { lintDraft } from '../../src/core/plan/lint/lint.ts'
import { corpusFacts } from '../../src/document/facts.ts'
import { importMarkdown } from '../../src/document/import-markdown.ts'

const folder = join(import.meta.dirname, 'plans')
const plans = readdirSync(folder).filter((name) => name.endsWith('.md'))

it('has plans to read', () => {
  expect(plans.length).toBeGreaterThanOrEqual(4)
})

it.each(plans)('%s is read as before', (name) => {
  const result = importMarkdown(readFileSync(join(folder, name), 'utf8'), name)
  const { draft, diagnostics } = result
  PlanDraft.parse(draft)
  const read = `${JSON.stringify({ facts: corpusFacts(result), diagnostics: [...diagnostics, ...lintDraft(draft)], draft }, undefined, 1)}\n`
  const golden = join(folder, name.replace(/\.md$/, '.json'))
  if (process.env.UPDATE_GOLDEN) writeFileSync(golden, read)
  expect(JSON.parse(read)).toEqual(JSON.parse(readFileSync(golden, 'utf8')))
})
