/**
 * Flags over HTTP beside Unleash's server: `npm run bench -- flags-http [--json] [--rounds N] [--seconds N]`. One command serves 100 flags over OFREP, the other
 * one flag over Unleash's frontend API from a PostgreSQL of this run; one client in a process of its own (autocannon, 32 connections, 200
 * users in turn) asks each as fast as it answers, one after the other, in every round. Unleash and the client are in `bench/flags-http/package.json` and are
 * installed there the first time, which asks npm's registry; figures are medians over the rounds.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { PostgresServer } from '../test/contract/postgres-server.ts'
import { type Figures, flagCount, type Job, type Kind, kinds, ownDefinitions } from './flags-http/cases.ts'
import { ensurePackages, versionOf } from './flags-http/packages.ts'

const goals = { singleOverUnleash: 5, singleP99Ms: 5, heldPerSec: 20_000 }
/** Of the kernel, in which it counts a process's time. */
const ticksPerSec = 100

interface Row extends Figures {
  kind: Kind
  /** Of the server alone. */
  cores: number
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '8' },
  },
})
const rounds = bounded(values.rounds, 20)
const seconds = bounded(values.seconds, 120)
ensurePackages()
const startLoad = loadavg()[0]
const postgres = await PostgresServer.start()
const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'))
const children: ChildProcess[] = []
try {
  const servers = { unleash: await startUnleash(), own: await startOwn() }
  const samples: Row[] = []
  for (let round = 1; round <= rounds; round++)
    for (const kind of kinds) {
      process.stderr.write(`round ${round} of ${rounds}: ${kind}\n`)
      samples.push(await measure(kind, kind === 'unleash' ? servers.unleash : servers.own))
    }
  const rows = kinds.map((kind) => medianOf(samples.filter((row) => row.kind === kind)))
  process.stdout.write(values.json ? `${JSON.stringify(resultOf(rows, samples))}\n` : `${table(rows)}\n`)
} finally {
  for (const child of children) child.kill()
  await postgres.stop()
  rmSync(folder, { recursive: true })
}

interface Server {
  url: string
  pid: number
}

async function startUnleash(): Promise<Server> {
  const env = { ...process.env, NODE_ENV: 'production' }
  const script = new URL('./flags-http/unleash.ts', import.meta.url)
  const child = fork(script, [await postgres.newDatabase()], { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  children.push(child)
  return { ...(await messageOf<{ url: string }>(child)), pid: child.pid ?? 0 }
}

/** The command itself. */
async function startOwn(): Promise<Server> {
  const path = join(folder, 'flags.json')
  writeFileSync(path, ownDefinitions())
  const args = ['bin/tidegate.mjs', 'serve', '--flags', path, '--port', '0', '--sync-port', '0', '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  const [line] = (await Promise.race([once(child.stdout, 'data'), failure(child)])) as [Buffer]
  return { url: JSON.parse(`${line}`).url, pid: child.pid ?? 0 }
}

async function measure(kind: Kind, { url, pid }: Server): Promise<Row> {
  const job: Job = { kind, url, seconds }
  const child = fork(new URL('./flags-http/load.ts', import.meta.url), [JSON.stringify(job)])
  children.push(child)
  await messageOf(child)
  const [startedSec, startedMs] = [processorSecOf(pid), performance.now()]
  const figures = await messageOf<Figures>(child)
  const cores = (processorSecOf(pid) - startedSec) / ((performance.now() - startedMs) / 1_000)
  await once(child, 'exit')
  return { kind, ...figures, cores }
}

async function messageOf<T>(child: ChildProcess): Promise<T> {
  const [message] = (await Promise.race([once(child, 'message'), failure(child)])) as [T]
  return message
}

async function failure(child: ChildProcess): Promise<never> {
  const [code] = await once(child, 'exit')
  throw new Error(`a process of this benchmark ended with ${code}`)
}

/** User and system time, seconds (proc_pid_stat(5): fields 14 and 15; the name before them may hold blanks). */
function processorSecOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSec
}

function medianOf(of: readonly Row[]): Row {
  const median = (name: keyof Figures | 'cores') =>
    of.map((row) => row[name]).sort((a, b) => a - b)[Math.floor(of.length / 2)] ?? Number.NaN
  const kind = of[0]?.kind ?? 'single'
  return {
    kind,
    perSec: median('perSec'),
    p50: median('p50'),
    p99: median('p99'),
    max: median('max'),
    cores: median('cores'),
  }
}

function resultOf(rows: readonly Row[], samples: readonly Row[]): object {
  const [unleash, single, , held] = rows
  const singleOverUnleash = (single?.perSec ?? Number.NaN) / (unleash?.perSec ?? Number.NaN)
  return {
    cpu: `${cpus().length} × ${cpus()[0]?.model}`,
    node: process.version,
    unleashServer: versionOf('unleash-server'),
    autocannon: versionOf('autocannon'),
    loadAverage: startLoad,
    rounds,
    seconds,
    figures: rows,
    samples,
    measured: { singleOverUnleash, singleP99Ms: single?.p99, heldPerSec: held?.perSec },
    goals,
  }
}

function table(rows: readonly Row[]): string {
  const names: Record<Kind, string> = {
    unleash: `Unleash ${versionOf('unleash-server')}, frontend API, 1 flag`,
    single: `Tidegate, OFREP, one of ${flagCount} flags`,
    bulk: `Tidegate, OFREP, all ${flagCount} flags`,
    held: `Tidegate, OFREP, all ${flagCount} flags, answered 304`,
  }
  const [unleash, single] = rows
  const ratio = (single?.perSec ?? Number.NaN) / (unleash?.perSec ?? Number.NaN)
  return [
    `${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load average ${startLoad?.toFixed(1)} before, ${rounds} rounds of ${seconds} s`,
    '',
    '| | a second | p50 ms | p99 ms | slowest ms | cores of the server |',
    '|---|---|---|---|---|---|',
    ...rows.map(({ kind, perSec, p50, p99, max, cores }) => {
      const times = [p50, p99, max].map((ms) => ms.toFixed(2)).join(' | ')
      return `| ${names[kind]} | ${Math.round(perSec).toLocaleString('en')} | ${times} | ${cores.toFixed(2)} |`
    }),
    '',
    `One flag over Unleash: ${ratio.toFixed(1)} × (goal ${goals.singleOverUnleash}, p99 at most ${goals.singleP99Ms} ms; 304: ${goals.heldPerSec.toLocaleString('en')} a second).`,
  ].join('\n')
}

function bounded(text: string, most: number): number {
  return Math.min(most, Math.max(1, Number.parseInt(text, 10) || 1))
}
