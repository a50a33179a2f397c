/** Markdown → draft → YAML → draft: nothing is lost on the way but the lines, which become those of the YAML, with the old ones beside them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { anyDraft } from '../../../test/fixtures/any-draft.ts'
import { type ImportResult, PlanDraft } from '../../core/plan/draft.ts'
import { importMarkdown } from '../import-markdown.ts'
import { importPlanYaml } from './import-plan-yaml.ts'
import { writePlanYaml } from './write-plan-yaml.ts'

const root = join(import.meta.dirname, '../../..')
const shared = resolve(process.env.TIDEGATE_SHARED ?? join(root, '../shared'))
const corpus = join(shared, 'corpus/texts')
const present = existsSync(corpus)
if (!present)
  // biome-ignore lint/suspicious/noConsole: a test that does not run says so
  console.warn(`SKIPPED: no plans under ${corpus}. Set TIDEGATE_SHARED to the folder that holds corpus/.`)

const actions = ['rollBack', 'halt', 'pause', 'notify']

/** The draft without places and rules; triggers ordered by what they do, absent lists empty. */
function bareFacts(draft: PlanDraft): unknown {
  return JSON.parse(
    JSON.stringify({ ...draft, file: '', triggers: draft.triggers ?? [], unread: draft.unread ?? [] }, (key, value) => {
      if (['source', 'rule', 'targetSource', 'objectiveSource', 'budgetSource'].includes(key)) return undefined
      return key === 'triggers'
        ? [...value].sort((a, b) => actions.indexOf(a.action) - actions.indexOf(b.action))
        : value
    }),
  )
}

function written(draft: PlanDraft): { text: string; read: PlanDraft; found: string[] } {
  const text = writePlanYaml(draft, { from: draft.file, schema: './plan.schema.json' })
  const { draft: read, diagnostics } = importPlanYaml(text, 'plan.yaml')
  return { text, read, found: diagnostics.map(({ ruleId }) => ruleId) }
}

/** Where every fact of a draft was stated first, as a sorted list. */
function origins(draft: PlanDraft): string[] {
  const found: string[] = []
  JSON.stringify(draft, (key, value) => {
    if ((key === 'source' || key.endsWith('Source')) && value) {
      const { file, start, end } = value.origin ?? value
      found.push(`${file ?? draft.file}:${start}-${end}`)
    }
    return value
  })
  return found.sort()
}

/** Faults of its sentences are found again as well. Titles that mislead and secrets taken out are findings about the Markdown, no facts of the plan. */
function expectNothingLost({ draft: whole, diagnostics }: ImportResult): void {
  const { sections: _, secrets: __, ...draft } = whole
  const { text, read, found } = written(draft)
  PlanDraft.parse(read)
  const known = diagnostics.map(({ ruleId }) => ruleId)
  expect(found.filter((ruleId) => !known.includes(ruleId))).toEqual([])
  expect(bareFacts(read)).toEqual(bareFacts(draft))
  expect(origins(read)).toEqual(origins(draft))
  // What was read from YAML is written as the same YAML again.
  expect(writePlanYaml(read, { schema: './plan.schema.json' })).toBe(text)
}

const markdown = (folder: string): [string, string][] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => [name, readFileSync(join(folder, name), 'utf8')])

describe('writePlanYaml', () => {
  it.each([...markdown(join(root, 'test/golden/plans')), ...markdown(join(root, 'examples/classmatefinder'))])(
    'loses nothing of %s',
    (name, text) => expectNothingLost(importMarkdown(text, name)),
  )

  it.skipIf(!present)('loses nothing of the plans of strangers', () => {
    const plans = markdown(corpus)
    expect(plans.length).toBeGreaterThan(5)
    for (const [name, text] of plans) expectNothingLost(importMarkdown(text, name))
  })

  it('loses nothing of any draft', () => {
    fc.assert(
      fc.property(anyDraft, (draft) => {
        PlanDraft.parse(draft)
        const { read, found } = written(draft)
        expect(found.filter((ruleId) => ruleId.startsWith('YAML'))).toEqual([])
        expect(bareFacts(read)).toEqual(bareFacts(draft))
      }),
      { seed: 20_260_102, numRuns: 100 },
    )
  })
})
