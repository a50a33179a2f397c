/** Real documents with hand-made labels, which lie outside the repository: the rules find what the labels say, as far as it is reached. */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { corpusFacts } from '../../src/document/facts.ts'
import { importMarkdown } from '../../src/document/import-markdown.ts'

const shared = resolve(process.env.TIDEGATE_SHARED ?? join(import.meta.dirname, '../../../shared'))
const corpus = join(shared, 'corpus')
const present = existsSync(join(corpus, 'manifest.json'))
if (!present)
  console.warn(`SKIPPED: no labelled documents under ${corpus}. Set TIDEGATE_SHARED to the folder that holds corpus/.`)

interface Label {
  id: string
  lints: string[]
}

/** What is not reached yet; shorter is better, and longer fails. */
const notFound: Record<string, string[]> = {
  'plan-006': ['FLAG_CONTRADICTION'],
  'plan-054': ['THRESHOLD_CONFLICT'],
  'seed-001': ['DEPENDENCY_CYCLE'],
}
const foundBesides: Record<string, string[]> = {
  // Its web ladder does go from 10% to 100%.
  'plan-006': ['LADDER_JUMP'],
}

const labels: Label[] = present ? JSON.parse(readFileSync(join(corpus, 'manifest.json'), 'utf8')) : []

it.skipIf(!present)('has labelled documents', () => {
  expect(labels.length).toBeGreaterThanOrEqual(11)
})

it.skipIf(!present).each(labels)('$id: the faults are those of the labels', ({ id, lints }) => {
  const found = corpusFacts(importMarkdown(readFileSync(join(corpus, 'texts', `${id}.md`), 'utf8'), id)).lints
  const missed = lints.filter((rule) => !found.includes(rule) && !notFound[id]?.includes(rule))
  const extra = found.filter((rule) => !lints.includes(rule) && !foundBesides[id]?.includes(rule))
  expect({ missed, extra }).toEqual({ missed: [], extra: [] })
})
