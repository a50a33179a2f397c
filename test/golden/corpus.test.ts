/** A real document with hand-made labels, which lies outside the repository: everything labelled is found, and nothing else. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { corpusFacts } from '../../src/document/facts.ts'
import { importMarkdown } from '../../src/document/import-markdown.ts'

const id = 'seed-004'
const shared = resolve(process.env.TIDEGATE_SHARED ?? join(import.meta.dirname, '../../../shared'))
const corpus = join(shared, 'corpus')
const textFile = join(corpus, 'texts', `${id}.md`)
const present = existsSync(textFile) && existsSync(join(corpus, 'score.mjs'))
if (!present)
  console.warn(
    `SKIPPED: the labelled document ${id} is not under ${corpus}. Set TIDEGATE_SHARED to the folder that holds corpus/.`,
  )

interface Score {
  rows: { field: string; hit: number; extra: number; missed: number }[]
}

it.skipIf(!present)('facts equal the labels by the public scorer', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'tidegate-corpus-'))
  try {
    const labels: { id: string }[] = JSON.parse(readFileSync(join(corpus, 'manifest.json'), 'utf8'))
    const manifest = join(scratch, 'manifest.json')
    writeFileSync(manifest, JSON.stringify(labels.filter((label) => label.id === id)))
    writeFileSync(
      join(scratch, `${id}.json`),
      JSON.stringify(corpusFacts(importMarkdown(readFileSync(textFile, 'utf8'), id))),
    )
    const scorer = [join(corpus, 'score.mjs'), '--manifest', manifest, '--facts', scratch, '--json']
    const { rows }: Score = JSON.parse(execFileSync(process.execPath, scorer, { encoding: 'utf8', timeout: 20_000 }))
    expect(rows.filter(({ extra, missed }) => extra + missed > 0)).toEqual([])
    expect(rows.find(({ field }) => field === 'criteria')?.hit).toBe(13)
  } finally {
    rmSync(scratch, { recursive: true })
  }
})

it.skipIf(!present)('reads what the scorer does not ask for', () => {
  const { draft, diagnostics } = importMarkdown(readFileSync(textFile, 'utf8'), id)
  const day = 86_400_000
  expect(diagnostics).toEqual([])
  expect(draft.phases.map(({ timing }) => [timing?.startOffsetMs, timing?.durationMs])).toEqual([
    [0, [2 * day, 2 * day]],
    [2 * day, [day, day]],
    [3 * day, [2 * day, 2 * day]],
  ])
  expect(draft.phases.map(({ steps, criteria, triggers }) => [steps.length, criteria.length, triggers.length])).toEqual(
    [
      [5, 4, 0],
      [4, 4, 4],
      [2, 3, 0],
    ],
  )
  expect(draft.phases[2]?.stages.map(({ percent, timing }) => [percent, timing?.startOffsetMs])).toEqual([
    [50, 3 * day],
    [100, 4 * day],
  ])
  expect(draft.code.map(({ content }) => content).filter((content) => content !== 'commands')).toHaveLength(5)
  expect(draft.code).toHaveLength(12)
  expect(draft.risks.map(({ level, mitigations }) => [level, mitigations.length])).toEqual([
    ['High', 4],
    ['Medium', 4],
    ['Low', 3],
  ])
  expect(draft.timeline.map(({ status }) => status)).toEqual(['Pending', 'Pending', 'Pending', 'Pending'])
  expect(draft.approvals).toMatchObject([{ by: 'Release Manager' }])
  expect(draft.rollback.steps).toHaveLength(1)
})
