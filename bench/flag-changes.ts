/**
 * How soon a change of a flag is with those who listen: 1,000 gRPC streams of flagd's sync, each on a connection of its own, 5,000 event streams, and the
 * stock provider with ten flags; the last also of a server that only writes, which none can be sooner than.
 * `npm run bench -- flag-changes [provider|bare|sync|events] [--json]`. Clients are a process of their own on the same machine; times are from the change
 * until the client has it, over all clients and all changes.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { cpus, loadavg } from 'node:os'
import { FlagStore } from '../src/server/flag-store.ts'
import { serveOfrep } from '../src/server/ofrep-server.ts'
import { serveSync } from '../src/server/sync-server.ts'
import { serveBare } from './flag-changes/bare-server.ts'
import type { Received } from './flag-changes/clients.ts'
import { definitionsOf, nowMs, processorMs } from './flag-changes/shared.ts'

/** Thousands of clients are left alone for a while after each; one is not. */
const paces = { many: { changes: 30, betweenMs: 500 }, one: { changes: 300, betweenMs: 100 } }
const asJson = process.argv.includes('--json')

interface Row {
  clients: number
  changes: number
  kind: string
  bytes: number
  p50: number
  p99: number
  last: number
  /** Milliseconds of processor time for a change, median. */
  processor: { server: number; clients: number }
}

const only = process.argv.find((argument) => ['provider', 'bare', 'sync', 'events'].includes(argument))
const rows: Row[] = []
for (const [kind, clients, flags] of [
  ['provider', 1, 10],
  ['bare', 1, 10],
  ['sync', 1_000, 150],
  ['events', 5_000, 150],
] as const)
  if (only === undefined || only === kind) rows.push(await measure(kind, clients, flags))
const machine = { cpu: `${cpus().length} × ${cpus()[0]?.model}`, node: process.version, load: loadavg()[0] }
if (asJson) process.stdout.write(`${JSON.stringify({ ...machine, rows })}\n`)
else print()

interface Served {
  /** Of OFREP, and of sync. */
  addresses: [url: string, address: string]
  put(text: string, change: number): void
  close(): Promise<unknown>
}

async function serve(flags: number): Promise<Served> {
  const store = new FlagStore()
  store.put(definitionsOf(flags, 0), 0)
  const ofrep = await serveOfrep(store, { host: '127.0.0.1', port: 0, origins: [], nowSec: () => nowMs() / 1_000 })
  const sync = await serveSync(store, { host: '127.0.0.1', port: 0 })
  return {
    addresses: [ofrep.url, sync.address],
    put: (text, change) => store.put(text, change),
    close: () => Promise.all([ofrep.close(), sync.close()]),
  }
}

async function bare(flags: number): Promise<Served> {
  const { address, put, close } = await serveBare(definitionsOf(flags, 0))
  return { addresses: ['', address], put, close: async () => close() }
}

async function measure(kind: Row['kind'], clients: number, flags: number): Promise<Row> {
  const server = await (kind === 'bare' ? bare(flags) : serve(flags))
  const child = fork(new URL('./flag-changes/clients.ts', import.meta.url), [
    kind === 'bare' ? 'provider' : kind,
    String(clients),
    ...server.addresses,
  ])
  child.on('exit', (code) => {
    if (code !== null) throw new Error(`the clients ended with ${code}`)
  })
  const first = (await next(child)) as Received
  const { changes, betweenMs } = clients === 1 ? paces.one : paces.many
  const lags: number[] = []
  const used = { server: [] as number[], clients: [] as number[] }
  let [serverMs, clientsMs] = [0, first.processorMs]
  for (let change = 1; change <= changes; change++) {
    const text = definitionsOf(flags, change)
    serverMs = processorMs()
    const startedMs = nowMs()
    server.put(text, change)
    const received = (await next(child)) as Received
    lags.push(...received.atMs.map((ms) => ms - startedMs))
    used.server.push(processorMs() - serverMs)
    used.clients.push(received.processorMs - clientsMs)
    clientsMs = received.processorMs
    await new Promise((resolve) => setTimeout(resolve, betweenMs))
  }
  child.kill()
  await server.close()
  const bytes = definitionsOf(flags, 0).length
  const processor = { server: quantile(used.server, 0.5), clients: quantile(used.clients, 0.5) }
  return {
    kind,
    clients,
    changes,
    bytes,
    p50: quantile(lags, 0.5),
    p99: quantile(lags, 0.99),
    last: quantile(lags, 1),
    processor,
  }
}

function quantile(of: readonly number[], share: number): number {
  const sorted = of.toSorted((a, b) => a - b)
  const at = Math.min(sorted.length - 1, Math.floor(share * sorted.length))
  return Number((sorted[at] ?? Number.NaN).toFixed(2))
}

/** The next message of the clients, which end only when they are told to. */
async function next(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, 'message')
  return message
}

function print(): void {
  process.stdout.write(`${machine.cpu}, Node ${machine.node}, load ${machine.load?.toFixed(1)}\n\n`)
  process.stdout.write(
    '| clients | changes | bytes of definitions | p50 ms | p99 ms | last ms | processor: server / clients ms |\n|---|---|---|---|---|---|---|\n',
  )
  for (const { kind, clients, changes, bytes, p50, p99, last, processor } of rows)
    process.stdout.write(
      `| ${clients} × ${kind} | ${changes} | ${bytes} | ${p50} | ${p99} | ${last} | ${processor.server} / ${processor.clients} |\n`,
    )
}
