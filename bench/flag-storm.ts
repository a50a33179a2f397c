/**
 * A flag server is killed with all its clients on it, and started again: `npm run bench -- flag-storm [events|sync] [--clients N] [--json]`. 10,000 event streams, then
 * as many of flagd's sync, a connection each. How soon all are back, how many were let in in the busiest second, what the server's memory was, and how
 * long it took meanwhile to answer for one flag. Server, clients and questions are three processes on this machine; times are from when the new server listens.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { definitionsOf, nowMs } from './flag-changes/shared.ts'
import type { Return } from './flag-storm/clients.ts'

const kinds = ['events', 'sync'] as const
const flags = 150
/** The server is away for so long. */
const awayMs = 1_000
const askEveryMs = 20
const limitMs = 180_000

interface Row {
  kind: string
  clients: number
  /** Seconds until half, 99 in 100 and all were back. */
  halfSec: number
  mostSec: number
  allSec: number
  busiest: { returns: number; tries: number }
  turnedAway: number
  residentMiB: number
  answerMs: { p50: number; p99: number; max: number }
}

const { values, positionals } = parseArgs({
  options: { json: { type: 'boolean' }, clients: { type: 'string', default: '10000' } },
  allowPositionals: true,
})
const clients = Math.min(10_000, Math.max(1, Number.parseInt(values.clients, 10) || 1))
const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'))
const path = join(folder, 'flags.json')
writeFileSync(path, definitionsOf(flags, 0))
const children = new Set<ChildProcess>()
const startLoad = loadavg()[0]
try {
  const rows: Row[] = []
  for (const kind of kinds) if (positionals.length === 0 || positionals.includes(kind)) rows.push(await measure(kind))
  const machine = { cpu: `${cpus().length} × ${cpus()[0]?.model}`, node: process.version, load: startLoad }
  process.stdout.write(values.json ? `${JSON.stringify({ ...machine, rows })}\n` : table(machine, rows))
} finally {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true })
}

interface Server {
  child: ChildProcess
  url: string
  syncAddress: string
}

/** The command itself, on the ports of the one before. */
async function serve(before?: Server): Promise<Server> {
  const port = before ? new URL(before.url).port : '0'
  const syncPort = before?.syncAddress.split(':')[1] ?? '0'
  const args = ['bin/tidegate.mjs', 'serve', '--flags', path, '--port', port, '--sync-port', syncPort, '--json']
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  const [line] = (await Promise.race([once(child.stdout, 'data'), failure(child)])) as [Buffer]
  return { child, ...(JSON.parse(`${line}`) as Omit<Server, 'child'>) }
}

async function measure(kind: (typeof kinds)[number]): Promise<Row> {
  const first = await serve()
  const script = new URL('./flag-storm/clients.ts', import.meta.url)
  const crowd = fork(script, [kind, `${clients}`, kind === 'sync' ? first.syncAddress : first.url])
  children.add(crowd)
  await messageOf(crowd)
  crowd.send('the server will be lost')
  await new Promise((resolve) => setTimeout(resolve, 200))
  first.child.kill('SIGKILL')
  await once(first.child, 'exit')
  await new Promise((resolve) => setTimeout(resolve, awayMs))
  const second = await serve(first)
  const startedMs = nowMs()
  const ending = new AbortController()
  const asking = askOn(second.url, ending.signal)
  const { backAtMs, triedAtMs, turnedAway } = await messageOf<Return>(crowd)
  ending.abort()
  const answers = (await asking).sort((a, b) => a - b)
  const residentMiB = peakMiBOf(second.child.pid ?? 0)
  for (const child of [crowd, second.child]) child.kill('SIGKILL')
  await Promise.all([crowd, second.child].map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')))
  const backSec = backAtMs.map((ms) => (ms - startedMs) / 1_000).sort((a, b) => a - b)
  return {
    kind,
    clients,
    halfSec: quantile(backSec, 0.5),
    mostSec: quantile(backSec, 0.99),
    allSec: quantile(backSec, 1),
    busiest: { returns: busiestSecond(backAtMs), tries: busiestSecond(triedAtMs.filter((ms) => ms > startedMs)) },
    turnedAway,
    residentMiB,
    answerMs: { p50: quantile(answers, 0.5), p99: quantile(answers, 0.99), max: quantile(answers, 1) },
  }
}

async function messageOf<T>(child: ChildProcess): Promise<T> {
  const signal = AbortSignal.timeout(limitMs)
  const [message] = (await Promise.race([once(child, 'message', { signal }), failure(child)])) as [T]
  return message
}

async function failure(child: ChildProcess): Promise<never> {
  const [code, signal] = await once(child, 'exit')
  throw new Error(`a process of this benchmark ended with ${code ?? signal}`)
}

/** Asks for one flag again and again over one connection; milliseconds of each answer. */
async function askOn(url: string, signal: AbortSignal): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const times: number[] = []
  while (!signal.aborted) {
    const startedMs = performance.now()
    await askOnce(url, agent)
    times.push(performance.now() - startedMs)
    await new Promise((resolve) => setTimeout(resolve, askEveryMs))
  }
  agent.destroy()
  return times
}

function askOnce(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const asked = request(`${url}/ofrep/v1/evaluate/flags/change`, { method: 'POST', agent, headers }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`the flag is answered with ${response.statusCode}`))
      response.resume().on('end', resolve)
    })
    asked.on('error', reject).end('{"context": {}}')
  })
}

/** The most memory that a process ever had (proc_pid_status(5)). */
function peakMiBOf(pid: number): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
  return Math.round(Number(kib) / 1_024)
}

/** How many at most of a thousand milliseconds. */
function busiestSecond(atMs: readonly number[]): number {
  const sorted = atMs.toSorted((a, b) => a - b)
  let [most, from] = [0, 0]
  for (const [to, ms] of sorted.entries()) {
    while ((sorted[from] ?? 0) <= ms - 1_000) from += 1
    most = Math.max(most, to - from + 1)
  }
  return most
}

function quantile(sorted: readonly number[], share: number): number {
  return Number((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1))
}

function table(machine: { cpu: string; node: string; load: number | undefined }, rows: readonly Row[]): string {
  return [
    `${machine.cpu}, Node ${machine.node}, load average ${machine.load?.toFixed(1)} before`,
    '',
    '| clients | back after s: half / 99 % / all | busiest second: let in / tries | turned away | server MiB | one flag: p50 / p99 / max ms |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => {
      const { busiest, answerMs } = row
      const times = [row.halfSec, row.mostSec, row.allSec].join(' / ')
      return `| ${row.clients} × ${row.kind} | ${times} | ${busiest.returns} / ${busiest.tries} | ${row.turnedAway} | ${row.residentMiB} | ${answerMs.p50} / ${answerMs.p99} / ${answerMs.max} |`
    }),
    '',
  ].join('\n')
}
