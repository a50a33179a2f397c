/** A thread of the simulation: runs the seeds it is given and says what broke, in as few words as show it. */
import { parentPort, workerData } from 'node:worker_threads'
import { chainHash, genesisHash } from '../../src/core/release/chain.ts'
import type { Recorded } from '../../src/core/release/fold.ts'
import { Coverage } from './coverage.ts'
import { randomScenario } from './scenario.ts'
import { shrinkScenario } from './shrink-scenario.ts'
import { simulateRelease } from './simulate-release.ts'
import { tellViolation } from './tell-violation.ts'

/** Seeds from `from` up to `to`, without it. */
export interface SimulationWork {
  from: number
  to: number
}

export interface SimulationReport {
  releases: number
  events: number
  simulatedMs: number
  violations: { seed: number; invariant: string; text: string }[]
  commands: string[]
  faults: string[]
  ends: Record<string, number>
}

/** Told in full; of what breaks in the same way later, the seed is enough. */
const told = new Set<string>()

export function simulate({ from, to }: SimulationWork, isTwice: boolean): SimulationReport {
  const coverage = new Coverage()
  const report = { releases: 0, events: 0, simulatedMs: 0, violations: [], ends: {} } as Omit<
    SimulationReport,
    'commands' | 'faults'
  >
  for (let seed = from; seed < to; seed++) {
    try {
      runSeed(seed, isTwice, report, coverage)
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
      report.violations.push({ seed, invariant: 'nothing is thrown', text: `seed ${seed}: ${text}` })
    }
  }
  return { ...report, commands: [...coverage.commands], faults: [...coverage.faults] }
}

function runSeed(
  seed: number,
  isTwice: boolean,
  report: Omit<SimulationReport, 'commands' | 'faults'>,
  coverage: Coverage,
): void {
  const scenario = randomScenario(seed)
  const world = simulateRelease(scenario, coverage)
  const { release, log, violations } = world
  report.releases++
  report.events += log.length
  report.simulatedMs += release.elapsedMs
  report.ends[release.status] = (report.ends[release.status] ?? 0) + 1
  if (isTwice && headOf(log) !== headOf(simulateRelease(randomScenario(seed)).log))
    report.violations.push({
      seed,
      invariant: 'a seed runs the same way twice',
      text: `seed ${seed}: two runs, two logs`,
    })
  const [first] = violations
  if (!first) return
  const { invariant } = first
  if (told.has(invariant)) {
    report.violations.push({ seed, invariant, text: `seed ${seed}: ${invariant}` })
    return
  }
  told.add(invariant)
  const short = shrinkScenario(scenario)
  const shown = simulateRelease(short)
  report.violations.push({ seed, invariant, text: tellViolation(short, shown, shown.violations[0] ?? first) })
}

/** The hash of the last event, over all before it. */
export function headOf(log: readonly Recorded[]): string {
  return log.reduce((previousHash, { event, actor, at, elapsedMs, position }) => {
    const clock = { bootId: 'simulated', monotonicMs: elapsedMs }
    return chainHash({ stream: 'default/r1', version: position, at, elapsedMs, clock, actor, event, previousHash })
  }, genesisHash)
}

if (parentPort) {
  const port = parentPort
  port.on('message', (work: SimulationWork | 'end') => {
    if (work === 'end') port.close()
    else port.postMessage(simulate(work, workerData === true))
  })
}
