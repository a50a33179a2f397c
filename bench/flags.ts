/**
 * Local evaluation of flags beside the products' own SDKs and flagd-core: `npm run bench -- flags [--json] [--rounds N]`. Each round starts a
 * process for each evaluator in turn; figures are medians over the rounds, in operations a second of the evaluating thread's processor
 * time. The SDKs are in `bench/flags/package.json` and are installed there by `npm ci --prefix bench/flags`; nothing is asked of a network.
 * Also: how long a file of 5,000 flags takes to read, and one of its flags changed.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Case, cases } from './flags/cases.ts'
import { measureLoad } from './flags/measure-load.ts'

const limitMs = 180_000
const maximumRounds = 20
const ours = 'Tidegate'
const names = [ours, 'flagd-core', 'LaunchDarkly', 'Unleash', 'GrowthBook', 'Flagsmith', 'ConfigCat', 'Statsig']
/** How many times the fastest of the others. */
const goals: Record<Case, number> = { static: 2, target: 5, share: 2.5 }

const { values } = parseArgs({ options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '5' } } })
const rounds = Math.min(maximumRounds, Math.max(1, Number.parseInt(values.rounds, 10) || 5))
const folder = join(import.meta.dirname, 'flags')
if (!existsSync(join(folder, 'node_modules'))) {
  process.stderr.write('The SDKs to compare with are not installed. Install them with: npm ci --prefix bench/flags\n')
  process.exit(2)
}

const samples = new Map(names.map((name) => [name, [] as Record<Case, number>[]]))
for (let round = 0; round < rounds; round++)
  for (const name of names) {
    process.stderr.write(`round ${round + 1} of ${rounds}: ${name}\n`)
    samples.get(name)?.push(run(name))
  }
const figures = names.map((name) => ({ name, ...medians(samples.get(name) ?? []) }))
const ratios = Object.fromEntries(cases.map((each) => [each, ratioOf(each)])) as Record<Case, number>
const load = measureLoad()
process.stdout.write(values.json ? `${JSON.stringify(result())}\n` : `${table()}\n`)

function run(name: string): Record<Case, number> {
  const script = join(folder, 'measure.ts')
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, name], { encoding: 'utf8', timeout: limitMs })
  if (status !== 0) throw new Error(`${name} could not be measured: ${stderr.slice(-2_000)}`)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

function medians(of: readonly Record<Case, number>[]): Record<Case, number> {
  const median = (each: Case) =>
    of.map((sample) => sample[each]).sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? NaN
  return { static: median('static'), target: median('target'), share: median('share') }
}

/** Ours to the fastest of the others. */
function ratioOf(each: Case): number {
  const [own, ...others] = figures.map((figure) => figure[each])
  return (own ?? NaN) / Math.max(...others)
}

function result(): object {
  return {
    cpu: cpus()[0]?.model,
    node: process.version,
    loadAverage: loadavg()[0],
    rounds,
    figures,
    ratios,
    goals,
    load,
  }
}

function table(): string {
  const millions = (value: number) => (value / 1e6).toPrecision(3)
  const rows = figures.map((each) => `| ${each.name} | ${cases.map((name) => millions(each[name])).join(' | ')} |`)
  const over = `| Tidegate over the fastest other (goal) | ${cases.map((name) => `${ratios[name].toFixed(1)} (${goals[name]})`).join(' | ')} |`
  const machine = `${rounds} rounds, ${cpus().length} × ${cpus()[0]?.model}, ${process.version}, load average ${loadavg()[0]?.toFixed(1)}`
  return [
    `| M operations/s, ${machine} | ${cases.join(' | ')} |`,
    '|---|---|---|---|',
    ...rows,
    over,
    '',
    `5,000 flags: read in ${load.firstMs.toFixed(0)} ms the first time, ${load.againMs.toFixed(0)} ms then (goal 200); with one changed, ${load.changedMs.toFixed(0)} ms, and ${load.compiledAgain} of them compiled again.`,
  ].join('\n')
}
