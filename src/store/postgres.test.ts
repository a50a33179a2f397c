/** The PostgreSQL store on a real server: the contract, what it refuses to open, and what becomes of it when the database goes away. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { appended, eventStoreContract, reasons } from '../../test/contract/event-store.ts'
import { paused } from '../../test/contract/paused.ts'
import { hasPostgres, PostgresServer, password, postgresLimitMs } from '../../test/contract/postgres-server.ts'
import { firstBreak } from '../core/release/chain.ts'
import type { EventEnvelope } from '../core/release/events.ts'
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

async function open(url?: string): Promise<EventStore> {
  const result = await openPostgresStore({ url: url ?? (await server.newDatabase()) })
  if (!result.ok) throw new Error(result.message)
  opened.push(result.store)
  return result.store
}

describe.runIf(hasPostgres)('on a real PostgreSQL', () => {
  eventStoreContract('postgres', open)

  it('gives a log whole that takes several answers', async () => {
    const store = await open()
    const written: EventEnvelope[] = []
    for (let version = 0; version < 2_001; version += 667)
      written.push(
        ...(await appended(
          store,
          'a',
          version,
          Array.from({ length: 667 }, (_, index) => paused(`${version + index}`)),
        )),
      )
    expect(await store.read('a')).toEqual(written)
    expect((await store.read('a', 1_001)).map(({ version }) => version)).toEqual(
      Array.from({ length: 1_001 }, (_, index) => index + 1_001),
    )
  })

  describe('two openers of one database', () => {
    it('see what the other wrote, and one of them wins each version', async () => {
      const url = await server.newDatabase()
      const [one, other] = await Promise.all([open(url), open(url)])
      await appended(one, 'a', 0, [paused('1')])
      expect(reasons(await other.read('a'))).toEqual(['1'])
      for (let version = 1; version < 20; version++) {
        const rivals = [one, other, one, other].map((store, rival) =>
          store.append('a', version, [paused(`${version}/${rival}`)]),
        )
        const results = await Promise.all(rivals)
        expect(results.filter(({ ok }) => ok)).toHaveLength(1)
        for (const result of results)
          if (!result.ok) expect(result).toEqual({ ok: false, error: 'conflict', actual: version + 1 })
      }
      expect(firstBreak(await one.read('a'))).toBeNull()
    })

    it('give positions without gaps over all streams, and a reader never sees a later one before an earlier one', async () => {
      const url = await server.newDatabase()
      const stores = await Promise.all([open(url), open(url), open(url)])
      let isDone = false
      const seen: number[][] = []
      const watch = async () => {
        while (!isDone) {
          const rows = await server.query(url, 'SELECT position::int FROM tidegate.events ORDER BY position')
          seen.push(rows.map(({ position }) => Number(position)))
        }
      }
      const watching = watch()
      const writing = stores.flatMap((store, index) =>
        ['x', 'y', 'z'].map(async (name) => {
          for (let version = 0; version < 20; version++) {
            await appended(store, `${name}${index}`, version, [paused('1')])
            await store.append('rivals', version, [paused('2')])
          }
        }),
      )
      await Promise.all(writing)
      isDone = true
      await watching
      expect(seen.length).toBeGreaterThan(3)
      for (const positions of seen) expect(positions).toEqual(positions.map((_, index) => index + 1))
    })
  })

  describe('what it refuses to open, with a message that says what to do and no password', () => {
    it.each([
      ['a wrong password', (url: string) => url.replace(/:only[^@]*@/, ':wrong-one@'), /password.*operator file/],
      ['a database that is not there', (url: string) => `${url}_not`, /does not exist.*createdb/],
      ['a port where nothing listens', (url: string) => url.replace(/:\d+\//, ':1/'), /ECONNREFUSED.*start it/],
    ])('%s', async (_, change, message) => {
      const result = await openPostgresStore({ url: change(await server.newDatabase()) })
      expect(result).toMatchObject({ ok: false, error: 'unavailable', message: expect.stringMatching(message) })
      expect(JSON.stringify(result)).not.toMatch(new RegExp(`wrong-one|${password}`))
    })

    it('synchronous_commit = off', async () => {
      const url = await server.newDatabase()
      await server.query(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off`)
      const message = expect.stringMatching(/synchronous_commit = off loses acknowledged events.*turn it on/)
      expect(await openPostgresStore({ url })).toMatchObject({ ok: false, error: 'unsafe', message })
      expect(await server.query(url, `SELECT FROM pg_namespace WHERE nspname = 'tidegate'`)).toEqual([])
    })

    it('a server that does not sync', async () => {
      const careless = await PostgresServer.start('fsync=off', 'full_page_writes=off')
      const result = await openPostgresStore({ url: await careless.newDatabase() })
      await careless.stop()
      const message = expect.stringMatching(/fsync = off loses.*turn it on; full_page_writes = off loses/)
      expect(result).toMatchObject({ ok: false, error: 'unsafe', message })
    })

    it('a database that cannot hold every text', async () => {
      await server.query(
        'postgres',
        `CREATE DATABASE latin ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
      )
      const message = expect.stringContaining('create the database with UTF8')
      expect(await openPostgresStore({ url: server.urlOf('latin') })).toMatchObject({ error: 'unsafe', message })
    })

    it('a schema of another program', async () => {
      const url = await server.newDatabase()
      await server.query(url, 'CREATE SCHEMA tidegate; CREATE TABLE tidegate.bookmarks (url text)')
      const message = expect.stringContaining('another program')
      expect(await openPostgresStore({ url })).toMatchObject({ ok: false, error: 'notOurs', message })
    })

    it('a newer schema', async () => {
      const url = await server.newDatabase()
      await (await open(url)).close()
      await server.query(url, `INSERT INTO tidegate.schema_migrations VALUES (99, 'from the future')`)
      const message = expect.stringMatching(/schema 99.*newer/)
      expect(await openPostgresStore({ url })).toMatchObject({ ok: false, error: 'newerSchema', message })
    })
  })

  describe('a database that was changed by hand', () => {
    it.each(['UPDATE tidegate.events SET at = at', 'DELETE FROM tidegate.events', 'TRUNCATE tidegate.events'])(
      'refuses %s',
      async (sql) => {
        const url = await server.newDatabase()
        await appended(await open(url), 'a', 0, [paused('1')])
        await expect(server.query(url, sql)).rejects.toThrow('never changed')
      },
    )

    it('says which event cannot be read any more', async () => {
      const url = await server.newDatabase()
      const store = await open(url)
      await appended(store, 'a', 0, [paused('1'), paused('2')])
      await server.query(
        url,
        `DROP TRIGGER events_are_never_changed ON tidegate.events; UPDATE tidegate.events SET actor = 'null' WHERE version = 2`,
      )
      await expect(store.read('a')).rejects.toThrow(/stream a, version 2 .*actor/)
    })
  })
})
