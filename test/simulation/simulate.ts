/**
 * `npm run simulate -- [--releases N] [--seed N] [--twice] [--complete] [--json]`: random plans in a faulty world, every invariant asked at every
 * event, on two threads. `--seed N --releases 1` repeats one release; `--twice` runs each seed twice and compares their event chains. Exit code 1
 * when something does not hold: its seed is printed with what it takes to see it. `--complete` asks besides that every status, command and fault met.
 */
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { coverageOf } from './coverage.ts'
import type { SimulationReport, SimulationWork } from './simulate-worker.ts'

const threads = 2
const chunk = 100
/** Of different invariants. */
const violationLimit = 20
const yearMs = 365 * 24 * 3_600_000
const usage = 'usage: npm run simulate -- [--releases N] [--seed N] [--twice] [--complete] [--json]'

const options = readOptions()
const reports: SimulationReport[] = []
const broken = new Map<string, { text: string; seeds: number[] }>()
const started = performance.now()
let next = options.seed
await Promise.all(Array.from({ length: Math.min(threads, Math.ceil(options.releases / chunk)) }, run))
const isComplete = print()
process.exitCode = broken.size === 0 && (isComplete || !options.complete) ? 0 : 1

function readOptions(): { releases: number; seed: number; twice: boolean; complete: boolean; json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        releases: { type: 'string', default: '10000' },
        seed: { type: 'string', default: '1' },
        twice: { type: 'boolean', default: false },
        complete: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    })
    const [releases, seed] = [Number(values.releases), Number(values.seed)]
    if (!(releases >= 1) || !(seed >= 0)) throw new Error('--releases and --seed are numbers')
    return { ...values, releases, seed }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`)
    process.exit(2)
  }
}

/** The next seeds; `undefined` when all are out, or enough is broken. */
function nextWork(): SimulationWork | undefined {
  const end = options.seed + options.releases
  if (next >= end || broken.size >= violationLimit) return undefined
  const from = next
  next = Math.min(end, from + chunk)
  return { from, to: next }
}

function run(): Promise<void> {
  const worker = new Worker(new URL('./simulate-worker.ts', import.meta.url), { workerData: options.twice })
  return new Promise((resolve, reject) => {
    worker.on('message', (report: SimulationReport) => {
      add(report)
      worker.postMessage(nextWork() ?? 'end')
    })
    worker.on('error', reject)
    worker.on('exit', () => resolve())
    worker.postMessage(nextWork() ?? 'end')
  })
}

function add(report: SimulationReport): void {
  reports.push(report)
  for (const { seed, invariant, text } of report.violations) {
    const known = broken.get(invariant)
    if (known) known.seeds.push(seed)
    else broken.set(invariant, { text, seeds: [seed] })
  }
}

/** Prints the figures; false when something that can be reached was not, or something that cannot was. */
function print(): boolean {
  const sum = (figure: (report: SimulationReport) => number): number =>
    reports.reduce((total, one) => total + figure(one), 0)
  const releases = sum((one) => one.releases)
  const seconds = (performance.now() - started) / 1_000
  const ends = new Map<string, number>()
  for (const report of reports)
    for (const [status, count] of Object.entries(report.ends)) ends.set(status, (ends.get(status) ?? 0) + count)
  const figures = {
    releases,
    events: sum((one) => one.events),
    violations: sum((one) => one.violations.length),
    simulatedYears: Number((sum((one) => one.simulatedMs) / yearMs).toFixed(3)),
    releasesPerSecond: Math.round(releases / seconds),
    threads,
    firstSeed: options.seed,
    twice: options.twice,
    ends: Object.fromEntries(ends),
    coverage: coverageOf(
      reports.flatMap(({ commands }) => commands),
      reports.flatMap(({ faults }) => faults),
    ),
    broken: [...broken].map(([invariant, { seeds }]) => ({
      invariant,
      times: seeds.length,
      seeds: seeds.slice(0, 10),
    })),
  }
  for (const { text } of broken.values()) process.stderr.write(`${text}\n\n`)
  process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : `${JSON.stringify(figures, null, 2)}\n`)
  const { triples, answers } = figures.coverage
  return [triples, answers].every(({ missing, surprising }) => missing.length === 0 && surprising.length === 0)
}
