/** docs/lint-rules.md says what the rules say of themselves. `UPDATE_GOLDEN=1` writes it anew. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { boundLintRules, lintRules } from '../../src/core/plan/lint/lint.ts'
import { manualOf } from '../../src/core/plan/lint/manual.ts'
import { readProjectFile, root } from './project-files.ts'

const path = 'docs/lint-rules.md'

const rules = [...lintRules, ...boundLintRules].sort((a, b) => a.id.localeCompare(b.id, 'en'))
const severities = ['error', 'warning', 'note'] as const
const contents = severities.map((severity) => {
  const ids = rules.filter((rule) => rule.severity === severity).map(({ id }) => `[${id}](#${id.toLowerCase()})`)
  return `- ${severity}s: ${ids.join(', ')}`
})
const page = [
  '# Lint rules',
  'What `tidegate lint` finds in a plan. Each section is the page that `tidegate lint --explain RULE` prints; it is written from the rules in `src/core/plan/lint`, so change it there.',
  contents.join('\n'),
  ...rules.map(manualOf),
].join('\n\n')

test('docs/lint-rules.md is what the rules say of themselves', () => {
  if (process.env.UPDATE_GOLDEN) writeFileSync(join(root, path), `${page}\n`)
  expect(readProjectFile(path)).toBe(`${page}\n`)
})
