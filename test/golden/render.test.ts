/**
 * What rendering writes: whole documents for the example, and for each document of the corpus (which lies outside the repository, and of
 * which no sentence is kept) where and what by digest. `UPDATE_GOLDEN=1` writes the files anew: format them, read
 * the difference.
 */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Operator } from '../../src/core/plan/operator.ts'
import { importMarkdown } from '../../src/document/import-markdown.ts'
import { type Edit, linesOf } from '../../src/document/render/edit.ts'
import { renderDocument } from '../../src/document/render/render-document.ts'
import { readYaml } from '../../src/document/yaml/read-yaml.ts'
import { preparePlan } from '../../src/server/prepare-plan.ts'
import { renderedLines, statusFor } from '../fixtures/rendered.ts'
import type { Behaviour } from '../simulation/world.ts'

const goldens = join(import.meta.dirname, 'render')
const shared = resolve(process.env.TIDEGATE_SHARED ?? join(import.meta.dirname, '../../../shared'))
const texts = join(shared, 'corpus', 'texts')
const documents = existsSync(texts) ? readdirSync(texts).filter((name) => name.endsWith('.md')) : []
if (documents.length === 0)
  console.warn(`SKIPPED: no documents under ${texts}. Set TIDEGATE_SHARED to the folder that holds corpus/.`)

const dayMs = 86_400_000

function golden(name: string, content: string): string {
  const file = join(goldens, name)
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, content)
  return readFileSync(file, 'utf8')
}

const isBad: Partial<Behaviour> = { errorRate: (arm, nowMs) => (arm === 'candidate' && nowMs > 2_000 ? 0.2 : 0.002) }

describe('the example', () => {
  const example = join(import.meta.dirname, '../../examples/classmatefinder')
  const read = (path: string) => ({ path, text: readFileSync(join(example, path), 'utf8') })
  const document = read('ROLLOUT.md')
  const variables = { NODE: '/node', TIDEGATE_PROXY: '/proxy', STATE: '/state' }
  const { value: operator } = readYaml(read('operator.yaml').text, 'operator.yaml', Operator, { variables })
  const prepared = operator && preparePlan({ document, bindings: read('tidegate.yaml') }, operator)
  const plan = prepared && 'plan' in prepared ? prepared.plan : undefined
  const rates = (isBroken: boolean): Behaviour['errorRate'] => {
    const of: Record<string, number> = { 'email-verification': 0.97, 'database-errors': 0 }
    return (arm, nowMs, metricId) =>
      of[metricId] ?? (isBroken && arm === 'candidate' && nowMs > 2.9 * dayMs ? 0.2 : 0.002)
  }

  it.each([
    ['succeeded', { errorRate: rates(false), requestsPerSecond: 2 }],
    ['rolled-back', { errorRate: rates(true), requestsPerSecond: 2 }],
  ])('after a release that %s', (name, behaviour) => {
    if (!plan) throw new Error('the example gives no plan')
    const slow = { ...plan, judging: { ...plan.judging, intervalMs: 600_000, stalenessMs: 1_800_000 } }
    const status = statusFor(document.text, behaviour, slow, 14 * dayMs)
    const rendered = renderDocument(document.text, status, { report: 'reports/r1.md' })
    if ('refused' in rendered) throw new Error(rendered.refused)
    expect(rendered.lost).toEqual([])
    expect(rendered.unplaced).toEqual([])
    expect(rendered.text).toBe(golden(`classmatefinder-${name}.md`, rendered.text))
  })
})

describe.skipIf(documents.length === 0).each(documents)('%s', (name) => {
  const text = existsSync(texts) ? readFileSync(join(texts, name), 'utf8') : ''

  it.each([
    ['succeeded', {}],
    ['rolled back', isBad],
    ['waiting', { signs: false }],
  ])('when its release is %s: states the same, and is rendered once', (_state, behaviour) => {
    const status = statusFor(text, behaviour)
    const rendered = renderDocument(text, status)
    if ('refused' in rendered) return expect(rendered.refused).toContain('statements of release')
    const result = importMarkdown(rendered.text, name)
    expect(renderedLines(text, rendered.text).importedBack(result)).toEqual(importMarkdown(text, name))
    expect(renderDocument(rendered.text, status)).toMatchObject({ edits: [] })
  })

  it('is edited as before', () => {
    const written = { succeeded: summaryOf(text, {}), rolledBack: summaryOf(text, isBad) }
    expect(written).toEqual(JSON.parse(golden(name.replace(/\.md$/, '.json'), JSON.stringify(written))))
  })
})

/** Numbers, places and digests only. */
function summaryOf(text: string, behaviour: Partial<Behaviour>): object {
  const rendered = renderDocument(text, statusFor(text, behaviour))
  if ('refused' in rendered) return { refused: rendered.refused.replace(/:.*/, '') }
  const lines = linesOf(text)
  const lineOf = ({ offset }: Edit) => lines.findLastIndex((line) => line.offset <= offset) + 1
  const notes = Map.groupBy(rendered.notes, ({ note }) => `${note.shape} ${note.words}`)
  return {
    edits: rendered.edits.map(
      (edit) => `${lineOf(edit)} -${edit.length} +${edit.insert.length} ${digestOf(edit.insert)}`,
    ),
    notes: Object.fromEntries([...notes].map(([words, { length }]) => [words, length])),
    ticks: rendered.ticks,
    lost: rendered.lost.map(({ kind, source }) => `${kind} ${source?.start ?? 0}`),
    unplaced: rendered.unplaced.map(({ kind, lines: { start } }) => `${kind} ${start}`),
  }
}

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)
