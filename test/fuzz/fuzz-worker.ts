/** A thread of the fuzzer: checks the cases it is given, tries slow ones again, and makes failing ones short. */
import { parentPort, workerData } from 'node:worker_threads'
import { CaseChecker } from './check-case.ts'
import { type FuzzCase, fuzzCase, loadSources } from './fuzz-case.ts'
import { minimiseText } from './minimise-case.ts'

/** Seeds from `from` up to `to`, without it. */
export interface FuzzWork {
  from: number
  to: number
}

export interface FuzzReport {
  cases: number
  cpuMs: number
  slowest: { seed: number; cpuMs: number }
  /** `fault` is the same for what goes wrong in the same way; only the first of them comes with a short text. */
  failures: { seed: number; kind: FuzzCase['kind'] | 'unknown'; fault: string; failure: string; text: string }[]
}

/** What reading one case may cost, in milliseconds of processor time. */
export const caseLimitMs = 250

/** Faults whose text was made short already. */
const known = new Set<string>()

if (parentPort) {
  const port = parentPort
  /** Seed and start of the case that runs, for the watch over cases without end. */
  const current: Float64Array = workerData
  const sources = loadSources(true)
  const checker = new CaseChecker(sources)
  port.on('message', (work: FuzzWork | 'end') => {
    if (work === 'end') port.close()
    else port.postMessage(runCases(work, sources, checker, current))
  })
}

function runCases(
  { from, to }: FuzzWork,
  sources: ReturnType<typeof loadSources>,
  checker: CaseChecker,
  current: Float64Array,
): FuzzReport {
  const report: FuzzReport = { cases: 0, cpuMs: 0, slowest: { seed: from, cpuMs: 0 }, failures: [] }
  for (let seed = from; seed < to; seed++) {
    current.set([seed, Date.now()])
    const made = fuzzCase(seed, sources)
    const { cpuMs, failure } = check(checker, made)
    report.cases++
    report.cpuMs += cpuMs
    if (cpuMs > report.slowest.cpuMs) report.slowest = { seed, cpuMs }
    if (failure === undefined) continue
    current.set([seed, 0])
    const fault = faultOf(failure)
    const text = known.has(fault)
      ? ''
      : minimiseText(made.text, (shorter) => {
          const other = check(checker, { ...made, text: shorter }).failure
          return other !== undefined && faultOf(other) === fault
        })
    known.add(fault)
    report.failures.push({ seed, kind: made.kind, fault, failure, text })
  }
  current.set([0, 0])
  return report
}

/** The first line of a failure without its numbers: where the same goes wrong in another place, it is the same. */
function faultOf(failure: string): string {
  return failure.split('\n', 1)[0]?.replace(/\d+/g, '0') ?? ''
}

/** How often a case that seems slow is tried: the collector and the compiler may have been at work. */
const triesOfSlow = 5

/** The least time of all tries counts. */
function check(checker: CaseChecker, made: FuzzCase): { cpuMs: number; failure?: string } {
  const first = checker.check(made)
  if (first.failure !== undefined) return first
  let { cpuMs } = first
  for (let tries = 1; cpuMs > caseLimitMs && tries < triesOfSlow; tries++)
    cpuMs = Math.min(cpuMs, checker.check(made).cpuMs)
  return cpuMs <= caseLimitMs ? { cpuMs } : { cpuMs, failure: `slow: more than ${caseLimitMs} ms` }
}
