/**
 * How long the importer and the lint take, warm, in processor time of the whole process (compiler and garbage collector included).
 * `npm run bench -- import [--json]`: a document of 12 KB, the example's plan written twice; the median and the worst of batches.
 * `npm run bench -- import --shapes [NAME]`: documents of 16 to 256 KB that hold much of one thing, in milliseconds per KB.
 */
import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { lintDraft } from '../src/core/plan/lint/lint.ts'
import { importMarkdown } from '../src/document/import-markdown.ts'
import { documentShapes } from '../test/fuzz/document-shapes.ts'

const batches = 15
const runs = 10
const bytes = 12_000
const sizesKb = [16, 32, 64, 128, 255]

const args = process.argv.slice(2)
if (args.includes('--shapes')) shapes(args[args.indexOf('--shapes') + 1])
else printPlan(args.includes('--json'))

function read(text: string): void {
  lintDraft(importMarkdown(text, 'ROLLOUT.md').draft)
}

function timeMs(times: number, text: string): number {
  const started = process.cpuUsage()
  for (let run = 0; run < times; run++) read(text)
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1_000 / times
}

function printPlan(asJson: boolean): void {
  const plan = readFileSync(join(import.meta.dirname, '../examples/classmatefinder/ROLLOUT.md'), 'utf8')
  const text = plan.repeat(Math.ceil(bytes / plan.length)).slice(0, bytes)
  const firstMs = timeMs(1, text)
  timeMs(runs * 3, text)
  const times = Array.from({ length: batches }, () => timeMs(runs, text)).sort((a, b) => a - b)
  const [bestMs, medianMs, worstMs] = [times[0], times[(batches - 1) / 2], times.at(-1)]
  const figures = { cpu: cpus()[0]?.model, bytes, batches, runs, firstMs, bestMs, medianMs, worstMs }
  const lines = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  process.stdout.write(`${asJson ? JSON.stringify(figures) : lines.join('\n')}\n`)
}

/** The last column tells how much more a KB costs in the largest document than in one of an eighth: 1 is linear. */
function shapes(only: string | undefined): void {
  const named = only !== undefined && !only.startsWith('--')
  process.stdout.write(
    `| ms per KB at | ${sizesKb.map((kb) => `${kb} KB`).join(' | ')} | growth |\n|---|${'---|'.repeat(sizesKb.length + 1)}\n`,
  )
  for (const [name, make] of Object.entries(documentShapes)) {
    if (named && name !== only) continue
    read(make(8 * 1024))
    const costs = sizesKb.map((kb) => {
      const text = make(kb * 1024)
      return Math.min(...Array.from({ length: kb > 64 ? 2 : 4 }, () => timeMs(1, text))) / kb
    })
    const growth = (costs.at(-1) ?? NaN) / (costs[1] ?? NaN)
    process.stdout.write(`| ${name} | ${costs.map((cost) => cost.toFixed(3)).join(' | ')} | ${growth.toFixed(1)} |\n`)
  }
}
