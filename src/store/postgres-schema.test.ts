/** Migrations of the PostgreSQL store: from every earlier version, together, and when a step fails. */
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { paused } from '../../test/contract/paused.ts'
import { hasPostgres, PostgresServer, postgresLimitMs } from '../../test/contract/postgres-server.ts'
import { columnsOf, logUnder } from '../../test/contract/stored-row.ts'
import { firstBreak } from '../core/release/chain.ts'
import { postgresMigrations } from './migrations/postgres-migrations.ts'
import { openPostgresStore } from './postgres.ts'
import { migrate, newestSchemaVersion, schemaVersion } from './postgres-schema.ts'

let server: PostgresServer
beforeAll(async () => {
  if (hasPostgres) server = await PostgresServer.start()
}, postgresLimitMs)
afterAll(async () => {
  if (hasPostgres) await server.stop()
}, postgresLimitMs)

async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

it('migrations are numbered without gaps', () => {
  expect(postgresMigrations.map(({ version }) => version)).toEqual(postgresMigrations.map((_, index) => index + 1))
})

describe.runIf(hasPostgres)('migrations on a real PostgreSQL', () => {
  it.each(postgresMigrations.map(({ version }) => version))(
    'lead from version %i to the newest, and keep what was written',
    async (from) => {
      const url = await server.newDatabase()
      const log = logUnder(postgresMigrations.slice(0, from))
      await connected(url, async (client) => {
        await migrate(client, postgresMigrations.slice(0, from))
        expect(await schemaVersion(client)).toBe(from)
        for (const event of log) {
          const columns = columnsOf(event)
          const places = columns.map((_, index) => `$${index + 1}`).join(', ')
          await client.query(
            `INSERT INTO tidegate.events (${columns.map(([name]) => name).join(', ')}) VALUES (${places})`,
            columns.map(([, value]) => value),
          )
        }
        await client.query('UPDATE tidegate.last_position SET position = $1', [log.length])
      })
      const opened = await openPostgresStore({ url })
      if (!opened.ok) throw new Error(opened.message)
      const { store } = opened
      expect(await store.readAll(0, 1_000)).toEqual(log)
      expect(await store.append('default/r1', log.length - 1, [paused('lunch')])).toMatchObject({ ok: true })
      for (const stream of ['default/r1', 'default/r2']) expect(firstBreak(await store.read(stream))).toBeNull()
      await store.close()
      expect(await connected(url, schemaVersion)).toBe(newestSchemaVersion())
    },
  )

  it('are taken once by controllers that start together', async () => {
    const url = await server.newDatabase()
    const opened = await Promise.all([1, 2, 3].map(() => openPostgresStore({ url })))
    expect(opened.map(({ ok }) => ok)).toEqual([true, true, true])
    for (const one of opened) if (one.ok) await one.store.close()
    const rows = await server.query(url, 'SELECT version FROM tidegate.schema_migrations ORDER BY version')
    expect(rows.map(({ version }) => version)).toEqual(postgresMigrations.map(({ version }) => version))
  })

  it('leave the schema as it was when a step fails', async () => {
    const url = await server.newDatabase()
    const next = newestSchemaVersion() + 1
    const good = { version: next, name: 'notes', sql: 'CREATE TABLE tidegate.notes (text text)' }
    const broken = { version: next + 1, name: 'broken', sql: 'CREATE TABLE' }
    await connected(url, async (client) => {
      await migrate(client)
      await expect(migrate(client, [...postgresMigrations, good, broken])).rejects.toThrow('syntax error')
      expect(await schemaVersion(client)).toBe(newestSchemaVersion())
      expect((await client.query(`SELECT to_regclass('tidegate.notes') AS notes`)).rows).toEqual([{ notes: null }])
    })
  })
})
