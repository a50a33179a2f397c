/**
 * How long `tidegate --help` and `tidegate import` of 12 KB take from nothing, on this Node and through the launcher on an older one,
 * beside an empty Node.
 * `npm run bench -- cold-start [--json]`. Wall time in milliseconds, the runs interleaved, after one of each to warm the disk.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

const runs = 20
const limitMs = 30_000
const planBytes = 12_000
const launcher = join(import.meta.dirname, '../bin/tidegate.mjs')

interface Subject {
  name: string
  command: readonly [node: string, ...args: string[]]
}

interface Figures {
  name: string
  medianMs: number
  maxMs: number
}

const folder = mkdtempSync(join(tmpdir(), 'tidegate-cold-start-'))
process.on('exit', () => rmSync(folder, { recursive: true }))
const plan = join(folder, 'ROLLOUT.md')
const example = readFileSync(join(import.meta.dirname, '../examples/classmatefinder/ROLLOUT.md'), 'utf8')
writeFileSync(plan, example.repeat(Math.ceil(planBytes / example.length)).slice(0, planBytes))

const older = olderNode()
const subjects: Subject[] = [
  { name: `node -e 0 (${process.version})`, command: [process.execPath, '-e', '0'] },
  { name: `tidegate --help (${process.version})`, command: [process.execPath, launcher, '--help'] },
  { name: `tidegate import, 12 KB (${process.version})`, command: [process.execPath, launcher, 'import', plan] },
  ...(older === null ? [] : onOlderNode(older)),
]

const times = subjects.map(({ command }) => ({ command, ms: [] as number[] }))
for (const { command } of times) timeMs(command)
for (let run = 0; run < runs; run++) for (const { command, ms } of times) ms.push(timeMs(command))

const figures = subjects.map(({ name }, index) => summary(name, times[index]?.ms ?? []))
process.stdout.write(
  process.argv.includes('--json') ? `${JSON.stringify({ cpu: cpus()[0]?.model, runs, figures })}\n` : table(),
)

function onOlderNode({ path, version }: { path: string; version: string }): Subject[] {
  const handedOver = `${version}, handed over to ${process.version}`
  return [
    { name: `node -e 0 (${version})`, command: [path, '-e', '0'] },
    { name: `tidegate --help (${handedOver})`, command: [path, launcher, '--help'] },
    { name: `tidegate import, 12 KB (${handedOver})`, command: [path, launcher, 'import', plan] },
  ]
}

/** Throws when the command fails: the time of a failure says nothing. */
function timeMs([command, ...args]: Subject['command']): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: limitMs })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - start
}

function summary(name: string, ms: readonly number[]): Figures {
  const sorted = ms.toSorted((a, b) => a - b)
  const middle = ((sorted[runs / 2 - 1] ?? NaN) + (sorted[runs / 2] ?? NaN)) / 2
  return { name, medianMs: Math.round(middle), maxMs: Math.round(sorted.at(-1) ?? NaN) }
}

function table(): string {
  const rows = figures.map(({ name, medianMs, maxMs }) => `| ${name} | ${medianMs} | ${maxMs} |\n`)
  return `| ${runs} runs each, ${cpus().length} × ${cpus()[0]?.model} | median ms | max ms |\n|---|---|---|\n${rows.join('')}`
}

/** The machine's own Node where it is older than the one running this. */
function olderNode(): { path: string; version: string } | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, 'node')
    if (!existsSync(path)) continue
    const version = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: limitMs }).stdout.trim()
    if (Number.parseInt(version.slice(1), 10) < 24) return { path, version }
  }
  return null
}
