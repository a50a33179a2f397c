/**
 * The fuzzer: `npm run fuzz -- [--count N] [--seed N] [--minutes N] [--json]` reads mutated plans, bindings and operator files on two
 * threads. `--seed N --count 1` repeats one case. It runs under Node's permission model and without code from strings: a document that
 * ran anything, or wrote, would be a crash. Exit code 1 when something does not hold; each failing seed is printed with a short text.
 */
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { caseLimitMs, type FuzzReport, type FuzzWork } from './fuzz-worker.ts'

const threads = 2
const chunk = 200
/** Looks, one a second, that find the same case at work before it is taken for endless. The time of a machine that slept counts for nothing. */
const hangLooks = 20
const lookMs = 1_000
/** Of different faults. */
const faultLimit = 20
const usage = 'usage: npm run fuzz -- [--count N] [--seed N] [--minutes N] [--json]'

interface Totals {
  cases: number
  cpuMs: number
  slowest: { seed: number; cpuMs: number }
  /** The first failure of each fault, and how many there are. */
  failures: Map<string, FuzzReport['failures'][number] & { times: number }>
}

const options = readOptions()
const totals: Totals = { cases: 0, cpuMs: 0, slowest: { seed: options.seed, cpuMs: 0 }, failures: new Map() }
const started = performance.now()
let next = options.seed
await Promise.all(Array.from({ length: Math.min(threads, Math.ceil(options.count / chunk)) }, work))
print()
process.exitCode = totals.failures.size === 0 ? 0 : 1

function readOptions(): { count: number; seed: number; minutes: number; json: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        count: { type: 'string' },
        seed: { type: 'string' },
        minutes: { type: 'string' },
        json: { type: 'boolean' },
      },
    })
    const number = (text: string | undefined, fallback: number): number => {
      const value = text === undefined ? fallback : Number(text)
      if (!(value >= 0)) throw new Error(`'${text}' is no number`)
      return value
    }
    return {
      count: number(values.count, 200_000),
      seed: number(values.seed, 1),
      minutes: number(values.minutes, 60),
      json: values.json === true,
    }
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${usage}\n`)
    process.exit(2)
  }
}

/** Hands out the next seeds; `undefined` when all are out, the time is over, or enough has failed. */
function nextWork(): FuzzWork | undefined {
  const end = options.seed + options.count
  const isOver = performance.now() - started > options.minutes * 60_000 || totals.failures.size >= faultLimit
  if (next >= end || isOver) return undefined
  const from = next
  next = Math.min(end, from + chunk)
  return { from, to: next }
}

/** One thread after the other, until there is nothing left to do: a case that hangs costs its thread. */
async function work(): Promise<void> {
  while (true) {
    const given = nextWork()
    if (given === undefined) return
    await run(given)
  }
}

function run(first: FuzzWork): Promise<void> {
  const current = new Float64Array(new SharedArrayBuffer(16))
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), { workerData: current })
  return new Promise((resolve, reject) => {
    let seen = ''
    let looks = 0
    const watch = setInterval(() => {
      const [seed = 0, since = 0] = current
      const now = `${seed} ${since}`
      looks = now === seen && since !== 0 ? looks + 1 : 0
      seen = now
      if (looks !== hangLooks) return
      const failure = `no end within ${hangLooks} s`
      addFailure({ seed, kind: 'unknown', fault: failure, failure, text: '' })
      void worker.terminate()
    }, lookMs)
    worker.on('message', (report: FuzzReport) => {
      add(report)
      const more = nextWork()
      worker.postMessage(more ?? 'end')
    })
    worker.on('error', reject)
    worker.on('exit', () => {
      clearInterval(watch)
      resolve()
    })
    worker.postMessage(first)
  })
}

function add(report: FuzzReport): void {
  const before = Math.floor(totals.cases / 10_000)
  totals.cases += report.cases
  totals.cpuMs += report.cpuMs
  if (report.slowest.cpuMs > totals.slowest.cpuMs) totals.slowest = report.slowest
  report.failures.forEach(addFailure)
  if (Math.floor(totals.cases / 10_000) > before)
    process.stderr.write(`${totals.cases} cases, ${totals.failures.size} faults\n`)
}

function addFailure(failure: FuzzReport['failures'][number]): void {
  const known = totals.failures.get(failure.fault)
  if (!known) process.stderr.write(`seed ${failure.seed}: ${failure.fault}\n`)
  totals.failures.set(failure.fault, { ...failure, ...known, times: (known?.times ?? 0) + 1 })
}

function print(): void {
  const minutes = Number(((performance.now() - started) / 60_000).toFixed(1))
  const figures = {
    cpu: cpus()[0]?.model,
    firstSeed: options.seed,
    cases: totals.cases,
    minutes,
    meanCpuMs: Number((totals.cpuMs / Math.max(1, totals.cases)).toFixed(2)),
    slowest: totals.slowest,
    limitMs: caseLimitMs,
    failures: [...totals.failures.values()],
  }
  if (options.json) {
    process.stdout.write(`${JSON.stringify(figures)}\n`)
    return
  }
  for (const { seed, kind, failure, text, times } of totals.failures.values())
    process.stdout.write(`\nseed ${seed} (${kind}, ${times} alike): ${failure}\n${JSON.stringify(text)}\n`)
  process.stdout.write(
    `${totals.cases} cases from seed ${options.seed} in ${minutes} min: ${totals.failures.size} faults; ` +
      `slowest ${totals.slowest.cpuMs.toFixed(0)} ms of processor time (seed ${totals.slowest.seed}), mean ${figures.meanCpuMs} ms\n`,
  )
}
