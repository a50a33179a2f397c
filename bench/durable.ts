/**
 * Durable transitions a second, beside what the disk does in the same run. A transition is one append of one event, on disk before the next of its
 * release begins; on PostgreSQL its wake-up is in the same transaction. `npm run bench -- durable [SECONDS]`.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventStore } from '../src/ports/event-store.ts'
import { openPostgresStore } from '../src/store/postgres.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { paused } from '../test/contract/paused.ts'
import { hasPostgres, PostgresServer } from '../test/contract/postgres-server.ts'

const wakeUp = { afterMs: 3_000 }
const event = [paused('a reason as long as people write them')]

/** Appends to so many releases at once for so long; gives how many transitions were acknowledged. */
async function transitions(store: EventStore, name: string, releases: number, forMs: number): Promise<number> {
  const endMs = performance.now() + forMs
  const counts = Array.from({ length: releases }, async (_, index) => {
    let version = 0
    while (performance.now() < endMs) {
      const result = await store.append(`${name}/${index}`, version, event, wakeUp)
      if (!result.ok) throw new Error(JSON.stringify(result))
      version++
    }
    return version
  })
  return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0)
}

/** Writes a page and waits until it is on disk, again and again. */
function syncsPerSecond(folder: string, forMs: number): number {
  const file = openSync(join(folder, 'page'), 'w')
  const page = Buffer.alloc(4_096, 1)
  const startMs = performance.now()
  let syncs = 0
  for (; performance.now() - startMs < forMs; syncs++) {
    writeSync(file, page, 0, page.length, 0)
    fdatasyncSync(file)
  }
  closeSync(file)
  return (syncs / (performance.now() - startMs)) * 1_000
}

async function sqlitePerSecond(folder: string, forMs: number): Promise<number> {
  const opened = openSqliteStore(join(folder, 'events.db'))
  if (!opened.ok) throw new Error(opened.message)
  const count = await transitions(opened.store, 'sqlite', 16, forMs)
  await opened.store.close()
  return (count / forMs) * 1_000
}

async function postgresPerSecond(url: string, replicas: number, releases: number, forMs: number): Promise<number> {
  const counts = Array.from({ length: replicas }, async (_, index) => {
    const child = fork(import.meta.filename, [
      '--replica',
      url,
      `${replicas}x${releases}/${index}`,
      `${releases}`,
      `${forMs}`,
    ])
    const [count] = await once(child, 'message')
    await once(child, 'exit')
    return Number(count)
  })
  return ((await Promise.all(counts)).reduce((sum, count) => sum + count, 0) / forMs) * 1_000
}

async function replica([url = '', name = '', releases, forMs]: string[]): Promise<void> {
  const opened = await openPostgresStore({ url })
  if (!opened.ok) throw new Error(opened.message)
  const count = await transitions(opened.store, name, Number(releases), Number(forMs))
  await opened.store.close()
  process.send?.(count)
}

async function compare(forMs: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'))
  const row = (what: string, perSecond: number) => process.stdout.write(`| ${what} | ${Math.round(perSecond)} |\n`)
  process.stdout.write(
    `${cpus().length} × ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}, ${forMs / 1_000} s each\n\n`,
  )
  process.stdout.write('| | a second |\n|---|---|\n')
  row('fdatasync of a 4 KB page', syncsPerSecond(folder, forMs))
  row('SQLite, 16 releases', await sqlitePerSecond(folder, forMs))
  if (hasPostgres) {
    const server = await PostgresServer.start()
    const url = await server.newDatabase()
    for (const [replicas, releases] of [
      [1, 1],
      [3, 1],
      [3, 16],
      [3, 64],
    ] as const) {
      const what = `PostgreSQL, ${replicas} × ${releases} releases on ${replicas === 1 ? 'one replica' : `${replicas} replicas`}`
      row(what, await postgresPerSecond(url, replicas, releases, forMs))
    }
    await server.stop()
  }
  row('fdatasync of a 4 KB page, again', syncsPerSecond(folder, forMs))
  rmSync(folder, { recursive: true })
}

const args = process.argv.slice(2)
if (args[0] === '--replica') await replica(args.slice(1))
else await compare(Number(args[0] ?? 5) * 1_000)
