/**
 * How long the importer and the lint take for a 12 KB document, warm. `npm run bench -- import [--json]`. Processor time of the thread in
 * milliseconds, over the example's plan written twice.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { lintDraft } from '../src/core/plan/lint/lint.ts'
import { importMarkdown } from '../src/document/import-markdown.ts'

const runs = 50
const bytes = 12_000
const plan = readFileSync(join(import.meta.dirname, '../examples/classmatefinder/ROLLOUT.md'), 'utf8')
const text = plan.repeat(Math.ceil(bytes / plan.length)).slice(0, bytes)

const times = Array.from({ length: runs }, () => {
  const started = process.threadCpuUsage()
  lintDraft(importMarkdown(text, 'ROLLOUT.md').draft)
  const { user, system } = process.threadCpuUsage(started)
  return (user + system) / 1_000
}).sort((a, b) => a - b)

const figures = { runs, bytes, bestMs: times[0], medianMs: times[runs / 2], worstMs: times.at(-1) }
process.stdout.write(
  `${
    process.argv.includes('--json')
      ? JSON.stringify(figures)
      : Object.entries(figures)
          .map(([name, value]) => `${name} ${value}`)
          .join('\n')
  }\n`,
)
