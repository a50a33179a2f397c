/**
 * How many releases a rehearsal lives through in a second of one core, in processor time of the whole process (compiler and garbage
 * collector included). `npm run bench -- rehearse [PLAN ...] [--json]`: each plan in turn, rehearsed again and again in one process; the first time
 * tells what a single `tidegate rehearse` costs, the others what the engine does once it is compiled. Without a plan: the example's.
 */
import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { basename, join } from 'node:path'
import { importDocument } from '../src/document/import-document.ts'
import { rehearsePlan } from '../src/server/rehearse-plan.ts'

const times = 7
const scenarios = 2_000
const startWallMs = Date.UTC(2026, 0, 5, 9)

const args = process.argv.slice(2)
const given = args.filter((arg) => !arg.startsWith('--'))
const plans = given.length > 0 ? given : [join(import.meta.dirname, '../examples/classmatefinder/ROLLOUT.md')]
const rows = plans.map(measure)
const machine = { cpu: cpus()[0]?.model, node: process.version, load: loadavg()[0] }
if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ ...machine, times, plans: rows })}\n`)
else {
  console.table(rows)
  console.log(machine)
}

function measure(file: string) {
  const { draft } = importDocument(readFileSync(file), file)
  const runs = Array.from({ length: times }, () => {
    const [cpu, wall] = [process.cpuUsage(), performance.now()]
    const report = rehearsePlan({ draft, seed: 1, startWallMs, scenarios })
    if ('diagnostics' in report)
      throw new Error(`${file}: ${report.diagnostics.map(({ message }) => message).join('; ')}`)
    const { user, system } = process.cpuUsage(cpu)
    return { report, seconds: (user + system) / 1e6, wallSeconds: (performance.now() - wall) / 1e3 }
  })
  const [first] = runs
  if (!first) throw new Error('nothing was measured')
  const { tried, scenarios: distinct, singleFaults, unsafe } = first.report
  const rates = runs.map(({ seconds }) => Math.round(tried / seconds))
  const later = rates.slice(1).sort((a, b) => a - b)
  return {
    plan: basename(file),
    singleFaults,
    tried,
    distinct,
    unsafe,
    firstWallSeconds: Number(first.wallSeconds.toFixed(2)),
    firstPerSecond: rates[0],
    worstPerSecond: later[0],
    medianPerSecond: later[Math.floor(later.length / 2)],
    bestPerSecond: later.at(-1),
  }
}
