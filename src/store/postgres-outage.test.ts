/** The PostgreSQL store when the database crashes, is cut off or is held up: nothing acknowledged is lost, waits end, and it goes on by itself. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DroppingProxy } from '../../test/contract/dropping-proxy.ts'
import { appended, reasons } from '../../test/contract/event-store.ts'
import { paused } from '../../test/contract/paused.ts'
import { hasPostgres, PostgresServer, postgresLimitMs } from '../../test/contract/postgres-server.ts'
import { firstBreak } from '../core/release/chain.ts'
import type { EventStore } from '../ports/event-store.ts'
import { openPostgresStore } from './postgres.ts'

let server: PostgresServer
let opened: EventStore[] = []

beforeAll(async () => {
  if (hasPostgres) server = await PostgresServer.start()
}, postgresLimitMs)
afterEach(async () => {
  await Promise.all(opened.map((store) => store.close()))
  opened = []
})
afterAll(async () => {
  if (hasPostgres) await server.stop()
}, postgresLimitMs)

async function open(url: string): Promise<EventStore> {
  const result = await openPostgresStore({ url })
  if (!result.ok) throw new Error(result.message)
  opened.push(result.store)
  return result.store
}

const databaseOf = (url: string): string => new URL(url).pathname.slice(1)

/** Appends one event after another until `done`, reading anew where that is asked of it, and gives the versions that were acknowledged. */
async function writeUntil(store: EventStore, stream: string, done: () => boolean) {
  const acknowledged: number[] = []
  let refusals = 0
  let version = 0
  while (!done()) {
    const result = await store.append(stream, version, [paused(`${version + 1}`)])
    if (result.ok) acknowledged.push(++version)
    else if (result.error === 'conflict') version = result.actual
    else await pause(20 * Math.min(++refusals, 5))
  }
  return { acknowledged, refusals }
}

const pause = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs))

describe.runIf(hasPostgres)('a PostgreSQL that', () => {
  it('is killed again and again loses nothing it has acknowledged, and the store goes on without a restart', {
    timeout: 60_000,
  }, async () => {
    const url = await server.newDatabase()
    const store = await open(url)
    let isDone = false
    const writers = ['a', 'b', 'c'].map((stream) => writeUntil(store, stream, () => isDone))
    for (let kills = 0; kills < 3; kills++) {
      await pause(300)
      await server.kill()
      expect(await store.append('other', 0, [paused('x')])).toMatchObject({
        error: 'unavailable',
        message: expect.stringMatching(`${databaseOf(url)}: .`),
      })
      await expect(store.read('a')).rejects.toThrow(/cannot read postgres:/)
      await server.start()
    }
    await pause(300)
    isDone = true
    for (const [index, { acknowledged, refusals }] of (await Promise.all(writers)).entries()) {
      const events = await store.read('abc'.charAt(index))
      expect(events.map(({ version }) => version)).toEqual(expect.arrayContaining(acknowledged))
      expect(acknowledged.length).toBeGreaterThan(10)
      expect(refusals).toBeGreaterThan(0)
      expect(firstBreak(events)).toBeNull()
    }
  })

  it('is cut off refuses within seconds, and is used again once the way is mended', async () => {
    const url = await server.newDatabase()
    const proxy = await DroppingProxy.start(server.port)
    const store = await open(url.replace(`:${server.port}/`, `:${proxy.port}/`))
    await appended(store, 'a', 0, [paused('1')])
    proxy.cut()
    const beganMs = performance.now()
    expect(await store.append('a', 1, [paused('2')])).toMatchObject({ ok: false, error: 'unavailable' })
    await expect(store.read('a')).rejects.toThrow('cannot read')
    expect(performance.now() - beganMs).toBeLessThan(15_000)
    proxy.mend()
    // The append that was cut off never reached the server.
    expect(reasons(await appended(store, 'a', 1, [paused('2')]))).toEqual(['2'])
    await proxy.close()
  })

  it('is held up by a controller that stands still is free again by itself', async () => {
    const url = await server.newDatabase()
    const proxy = await DroppingProxy.start(server.port)
    const [still, other] = [await open(url.replace(`:${server.port}/`, `:${proxy.port}/`)), await open(url)]
    await appended(still, 'a', 0, [paused('1')])
    // Whoever is cut off in the middle of a transaction holds the log.
    const cutOff = still.append(
      'a',
      1,
      Array.from({ length: 50 }, () => paused('x'.repeat(10_000))),
    )
    proxy.cut()
    expect(reasons(await appended(other, 'b', 0, [paused('1')]))).toEqual(['1'])
    await cutOff
    proxy.mend()
    await proxy.close()
  })

  it('is full of somebody else’s lock says so, and nothing was written', async () => {
    const url = await server.newDatabase()
    const store = await open(url)
    const holding = server.query(
      url,
      'BEGIN; UPDATE tidegate.last_position SET position = position; SELECT pg_sleep(3); ROLLBACK',
    )
    await pause(200)
    const message = expect.stringContaining('held the log for too long')
    expect(await store.append('a', 0, [paused('1')])).toMatchObject({ error: 'unavailable', message })
    await holding
    expect(reasons(await appended(store, 'a', 0, [paused('2')]))).toEqual(['2'])
  })
})

const canTrace = spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0

if (!canTrace)
  process.stderr.write(
    'SKIPPED: strace cannot run here, so nothing proves that PostgreSQL syncs before it acknowledges\n',
  )

describe.runIf(hasPostgres && canTrace)('a commit, as strace sees it', () => {
  it('is told to us only after the log is on disk', async () => {
    const url = await server.newDatabase()
    await open(url)
    const trace = join(server.folder, 'trace')
    const calls = ['-e', 'trace=fdatasync,sendto', '-s', '200']
    const tracer = spawn('strace', ['-f', '-y', '-o', trace, ...calls, '-p', `${server.pid}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    await once(tracer.stderr, 'data')
    // Its connections come after the tracer, and are followed.
    const store = await open(url)
    for (let version = 0; version < 20; version++) await appended(store, 'a', version, [paused('x')])
    tracer.kill('SIGINT')
    await once(tracer, 'exit')
    // A call that another process interrupts in the trace ends on a line of its own, which names no file.
    const synced = /fdatasync(?:\(\d+<.*pg_wal.*>| resumed>)\) += 0|sendto\(.*?COMMIT/g
    const order = [...readFileSync(trace, 'utf8').matchAll(synced)].map(([call]) =>
      call.startsWith('sendto') ? 'told' : 'sync',
    )
    const told = order.flatMap((call, index) => (call === 'told' ? [order[index - 1]] : []))
    expect(told.slice(-20)).toEqual(Array.from({ length: 20 }, () => 'sync'))
  })
})
