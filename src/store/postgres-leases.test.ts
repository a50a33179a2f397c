/** Leases of controllers that share a database: one holder at a time, none for long without one, whoever dies, is cut off or lets go. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { DroppingProxy } from '../../test/contract/dropping-proxy.ts'
import { leasesContract, RecordedTurns, until } from '../../test/contract/leases.ts'
import { paused } from '../../test/contract/paused.ts'
import { hasPostgres, PostgresServer, postgresLimitMs } from '../../test/contract/postgres-server.ts'
import type { EventStore, WakeUp } from '../ports/event-store.ts'
import type { Leases } from '../ports/leases.ts'
import { openPostgresStore } from './postgres.ts'

let server: PostgresServer
let opened: { store: EventStore; leases: Leases }[] = []

beforeAll(async () => {
  if (hasPostgres) server = await PostgresServer.start()
}, postgresLimitMs)
afterEach(async () => {
  for (const { leases, store } of opened) {
    await leases.close()
    await store.close()
  }
  opened = []
})
afterAll(async () => {
  if (hasPostgres) await server.stop()
}, postgresLimitMs)

async function open(url: string) {
  const result = await openPostgresStore({ url })
  if (!result.ok) throw new Error(result.message)
  opened.push(result)
  return result
}

/** A controller that runs whatever it is given. */
async function running(url: string) {
  const { store, leases } = await open(url)
  const turns = new RecordedTurns()
  await leases.start(turns)
  return { store, leases, turns }
}

async function append(store: EventStore, version: number, wakeUp: WakeUp, stream = 'a'): Promise<void> {
  expect(await store.append(stream, version, [paused('x')], { wakeUp })).toMatchObject({ ok: true })
}

const jobs = (url: string) => server.query(url, 'SELECT singleton_key AS stream, data FROM tidegate_jobs.job')

describe.runIf(hasPostgres)('on a real PostgreSQL', () => {
  leasesContract('postgres', async () => (await open(await server.newDatabase())).leases)

  it('a wake-up is one job a stream, sent with the append or not at all', async () => {
    const url = await server.newDatabase()
    const { store } = await open(url)
    await append(store, 0, { afterMs: 60_000 })
    await append(store, 1, { afterMs: 30_000 })
    expect(await store.append('a', 0, [paused('late')], { wakeUp: { afterMs: 0 } })).toMatchObject({
      error: 'conflict',
    })
    expect(await jobs(url)).toEqual([{ stream: 'a', data: { stream: 'a', expectedVersion: 2 } }])
    // The one that waits comes soon enough.
    await append(store, 2, { afterMs: 90_000 })
    expect(await jobs(url)).toHaveLength(1)
    await append(store, 3, { afterMs: null })
    expect(await jobs(url)).toEqual([])
  })

  it('what is due is run by one of the controllers, and again when it is due again', async () => {
    const url = await server.newDatabase()
    const controllers = [await running(url), await running(url), await running(url)]
    const begun = () => controllers.flatMap(({ turns }) => turns.begun)
    const { store } = await open(url)
    for (const stream of ['a', 'b', 'c', 'd']) await append(store, 0, { afterMs: 0 }, stream)
    await until(() => begun().length === 4)
    expect(new Set(begun().map(({ stream }) => stream)).size).toBe(4)
    for (const { end } of begun()) end({ version: 1, wakeUp: { afterMs: 200 } })
    await until(() => begun().length === 8)
    for (const { end } of begun()) end({ version: 1, wakeUp: { afterMs: null } })
    await until(() => begun().every(({ lease }) => !lease.signal.aborted))
    await expect.poll(() => jobs(url)).toEqual([])
  })

  it('a release that somebody spoke to while it was let go is taken up at once', async () => {
    const url = await server.newDatabase()
    const { store, turns } = await running(url)
    await append(store, 0, { afterMs: 0 })
    await until(() => turns.begun.length === 1)
    await append(store, 1, { afterMs: 0 })
    turns.begun[0]?.end({ version: 1, wakeUp: { afterMs: 600_000 } })
    await until(() => turns.begun.length === 2)
  })

  it('the holder hears of what others append', async () => {
    const url = await server.newDatabase()
    const [holder, other] = [await running(url), await open(url)]
    await append(holder.store, 0, { afterMs: 0 })
    await until(() => holder.turns.begun.length === 1)
    await append(other.store, 1, { afterMs: 0 })
    await until(() => holder.turns.movedTo.some(({ version }) => version === 2))
  })

  it('passes on at once when the holder stops', async () => {
    const url = await server.newDatabase()
    const first = await running(url)
    await append(first.store, 0, { afterMs: 0 })
    await until(() => first.turns.begun.length === 1)
    const second = await running(url)
    await first.leases.close()
    await until(() => second.turns.begun.length === 1, 2_000)
  })

  it('passes on when the holder is cut off, which stops before anybody else begins', {
    timeout: postgresLimitMs,
  }, async () => {
    const url = await server.newDatabase()
    const proxy = await DroppingProxy.start(server.port)
    const cutOff = await running(url.replace(`:${server.port}/`, `:${proxy.port}/`))
    await append(cutOff.store, 0, { afterMs: 0 })
    await until(() => cutOff.turns.begun.length === 1)
    const other = await running(url)
    proxy.cut()
    const overlaps: boolean[] = []
    await until(() => {
      const [mine] = cutOff.turns.begun
      const [others] = other.turns.begun
      overlaps.push(mine?.lease.holds() === true && others?.lease.holds() === true)
      return others !== undefined
    })
    expect(overlaps).not.toContain(true)
    expect(cutOff.turns.begun[0]?.lease.signal.aborted).toBe(true)
    proxy.mend()
    await proxy.close()
  })

  it('is taken up again after the database was away', { timeout: postgresLimitMs }, async () => {
    const url = await server.newDatabase()
    const { store, turns } = await running(url)
    await append(store, 0, { afterMs: 0 })
    await until(() => turns.begun.length === 1)
    await server.kill()
    await until(() => turns.begun[0]?.lease.holds() === false)
    await server.start()
    await until(() => turns.begun.length === 2, 20_000)
    expect(turns.begun[1]?.lease.holds()).toBe(true)
  })
})
