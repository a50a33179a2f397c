/** The SQLite store: the contract, what survives a restart, and what it refuses to open. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appended, eventStoreContract, reasons } from '../../test/contract/event-store.ts'
import { paused } from '../../test/contract/paused.ts'
import { logUnder } from '../../test/contract/stored-row.ts'
import { olderDatabase } from '../../test/fixtures/older-database.ts'
import { firstBreak } from '../core/release/chain.ts'
import { eventSchemaVersion } from '../core/release/upcast/event-schema.ts'
import type { EventStore } from '../ports/event-store.ts'
import { inspectSqlite } from './inspect-sqlite.ts'
import { sqliteMigrations } from './migrations/sqlite-migrations.ts'
import { openSqliteStore } from './sqlite.ts'
import { migrate, newestSchemaVersion, schemaVersion } from './sqlite-schema.ts'

let folder = ''
let file = ''
let opened: EventStore[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-store-'))
  file = join(folder, 'state', 'events.db')
})

afterEach(async () => {
  for (const store of opened) await store.close()
  opened = []
  rmSync(folder, { recursive: true })
})

function open(): EventStore {
  const result = openSqliteStore(file)
  if (!result.ok) throw new Error(result.message)
  opened.push(result.store)
  return result.store
}

/** Changes the closed database behind the store's back. */
function tamper(sql: string): void {
  const database = new DatabaseSync(file)
  database.exec(sql)
  database.close()
}

eventStoreContract('sqlite', open)

describe('a store that is opened again', () => {
  it('has kept everything and goes on where it was', async () => {
    const first = open()
    const written = [
      ...(await appended(first, 'a', 0, [paused('1')])),
      ...(await appended(first, 'a', 1, [paused('2')])),
    ]
    await appended(first, 'b', 0, [paused('other')])
    await first.close()
    const second = open()
    expect(await second.read('a')).toEqual(written)
    const next = await appended(second, 'a', 2, [paused('3')])
    expect(next[0]?.position).toBe(4)
    expect(firstBreak(await second.read('a'))).toBeNull()
  })

  it('keeps its files from others, and leaves no note of its holder', async () => {
    const store = open()
    expect(statSync(join(folder, 'state')).mode & 0o777).toBe(0o700)
    for (const name of ['events.db', 'events.db-wal', 'holder.json']) {
      expect(statSync(join(folder, 'state', name)).mode & 0o777).toBe(0o600)
    }
    await store.close()
    expect(statSync(join(folder, 'state', 'holder.json'), { throwIfNoEntry: false })).toBeUndefined()
  })
})

describe('a second opener in this process', () => {
  it('is refused as long as the first has not closed, and does the first no harm', async () => {
    const store = open()
    for (let round = 0; round < 3; round++) {
      expect(openSqliteStore(file)).toMatchObject({
        ok: false,
        error: 'held',
        message: expect.stringContaining('this very process'),
      })
    }
    expect(reasons(await appended(store, 'a', 0, [paused('1')]))).toEqual(['1'])
    await store.close()
    expect(reasons(await open().read('a'))).toEqual(['1'])
  })
})

describe('what it refuses to open, unchanged and with a message that says what to do', () => {
  it.each(['hello', 'garbage '.repeat(1_000)])('a file that is no database (%#)', (content) => {
    file = join(folder, 'notes.txt')
    writeFileSync(file, content)
    expect(openSqliteStore(file)).toMatchObject({ error: 'notOurs', message: expect.stringContaining('move it away') })
    expect(readFileSync(file, 'utf8')).toBe(content)
  })

  it('the database of another program', () => {
    file = join(folder, 'other.db')
    tamper('CREATE TABLE bookmarks (url TEXT)')
    const before = readFileSync(file)
    expect(openSqliteStore(file)).toMatchObject({
      error: 'notOurs',
      message: expect.stringContaining('another program'),
    })
    expect(readFileSync(file).equals(before)).toBe(true)
  })

  it('a database of a newer schema', async () => {
    await open().close()
    tamper(`INSERT INTO schema_migrations (version, name) VALUES (99, 'from the future')`)
    const message = expect.stringMatching(/schema 99.*up to 4.*newer/)
    expect(openSqliteStore(file)).toMatchObject({ error: 'newerSchema', message })
  })

  it('a folder that is a file', () => {
    writeFileSync(join(folder, 'state'), '')
    expect(openSqliteStore(file)).toMatchObject({ error: 'unavailable', message: expect.stringContaining(file) })
  })

  it('a folder in place of the file', () => {
    mkdirSync(file, { recursive: true })
    expect(openSqliteStore(file)).toMatchObject({ error: 'unavailable', message: expect.stringContaining(file) })
  })

  it('a folder nobody may write to', () => {
    // The kernel's own folder refuses even root, whom permissions do not bind.
    const result = openSqliteStore('/sys/tidegate/events.db')
    expect(result).toMatchObject({ error: 'unavailable', message: expect.stringContaining('/sys/tidegate') })
  })
})

describe('a database of which a newer Tidegate wrote a part', () => {
  it('refuses the streams that it wrote to, from any version on, and no other', async () => {
    await appended(open(), 'a', 0, [paused('1'), paused('2')])
    await appended(opened[0] as EventStore, 'b', 0, [paused('3')])
    await opened.pop()?.close()
    tamper(`DROP TRIGGER events_are_never_changed; UPDATE events SET schema = 99 WHERE stream = 'a' AND version = 2`)
    const store = open()
    for (const from of [1, 2])
      await expect(store.read('a', from)).rejects.toThrow(
        /stream a, version 2 is of event version 99.*up to \d.*newer one/,
      )
    expect(reasons(await store.read('b'))).toEqual(['3'])
  })
})

describe('a database that was changed by hand', () => {
  it('refuses updates and deletions', async () => {
    await appended(open(), 'a', 0, [paused('1')])
    await opened.pop()?.close()
    expect(() => tamper(`UPDATE events SET event = '{}'`)).toThrow('never changed')
    expect(() => tamper('DELETE FROM events')).toThrow('never removed')
  })

  it.each([
    ['event', `'{"type":"ReleaseResumed","extra":1}'`, 'extra'],
    ['event', `'{"type":'`, 'event'],
    ['actor', `'null'`, 'actor'],
    ['at', `'yesterday'`, 'at'],
  ])('says which event cannot be read any more: %s = %s', async (column, value, named) => {
    await appended(open(), 'a', 0, [paused('1'), paused('2')])
    await opened.pop()?.close()
    tamper(`DROP TRIGGER events_are_never_changed; UPDATE events SET ${column} = ${value} WHERE version = 2`)
    await expect(open().read('a')).rejects.toThrow(new RegExp(`stream a, version 2 .*${named}`))
  })

  it('shows in the chain when it can still be read', async () => {
    await appended(open(), 'a', 0, [paused('1'), paused('2'), paused('3')])
    await opened.pop()?.close()
    tamper(
      `DROP TRIGGER events_are_never_changed; UPDATE events SET event = replace(event, '"2"', '"two"') WHERE version = 2`,
    )
    expect(firstBreak(await open().read('a'))).toBe(2)
  })
})

describe('a database that is taken away while it is open', () => {
  it.each([
    ['removed', () => rmSync(file)],
    ['replaced', () => renameSync(`${file}.other`, file)],
  ])('acknowledges nothing more once it is %s', async (_, take) => {
    const store = open()
    await appended(store, 'a', 0, [paused('1')])
    writeFileSync(`${file}.other`, '')
    take()
    expect(await store.append('a', 1, [paused('2')])).toMatchObject({
      error: 'unavailable',
      message: expect.stringContaining('replaced'),
    })
  })
})

describe('migrations', () => {
  const first = sqliteMigrations.slice(0, 1)
  const second = { version: 2, name: 'notes', sql: 'CREATE TABLE notes (text TEXT) STRICT' }

  it('are numbered without gaps', () => {
    const database = new DatabaseSync(':memory:')
    migrate(database, 0)
    const versions = database.prepare('SELECT version FROM schema_migrations ORDER BY version').all()
    expect(versions.map(({ version }) => version)).toEqual(
      Array.from({ length: newestSchemaVersion() }, (_, index) => index + 1),
    )
  })

  it.each(sqliteMigrations.map(({ version }) => version))(
    'lead from version %i to the newest, and keep what was written',
    async (from) => {
      const log = logUnder(sqliteMigrations.slice(0, from))
      olderDatabase(file, from, log)
      expect(inspectSqlite(file)).toMatchObject({ value: { schema: from, events: log.length } })
      const store = open()
      expect(await store.readAll(0, 1_000)).toEqual(log)
      expect(await store.streams()).toEqual([
        { stream: 'default/r1', version: log.length - 1 },
        { stream: 'default/r2', version: 1 },
      ])
      expect(await store.readSnapshot('default/r1')).toBeNull()
      const [added] = await appended(store, 'default/r1', log.length - 1, [paused('lunch')])
      expect(added).toMatchObject({ previousHash: log.at(-2)?.hash, schema: eventSchemaVersion })
      for (const stream of ['default/r1', 'default/r2']) expect(firstBreak(await store.read(stream))).toBeNull()
      await store.close()
      expect(inspectSqlite(file)).toMatchObject({ value: { schema: newestSchemaVersion(), integrity: 'ok' } })
    },
  )

  it('keep the snapshots that there were', async () => {
    olderDatabase(file, 3, logUnder(sqliteMigrations.slice(0, 3)))
    tamper(`INSERT INTO snapshots VALUES ('default/r1', 7, 'h', 1, 'd', '{}')`)
    expect(await open().readSnapshot('default/r1')).toMatchObject({ version: 7, state: '{}' })
  })

  it('take only the steps that are missing', () => {
    const database = new DatabaseSync(':memory:')
    migrate(database, 0, first)
    migrate(database, 1, [{ version: 1, name: 'events', sql: 'not run again' }, second])
    expect(schemaVersion(database)).toBe(2)
    expect(database.prepare('SELECT count(*) AS notes FROM notes').get()).toEqual({ notes: 0 })
  })

  it('leave the schema as it was when a step fails', () => {
    const database = new DatabaseSync(':memory:')
    migrate(database, 0, first)
    const broken = { version: 3, name: 'broken', sql: 'CREATE TABLE' }
    expect(() => migrate(database, 1, [second, broken])).toThrow('incomplete input')
    expect(schemaVersion(database)).toBe(1)
    expect(() => database.prepare('SELECT * FROM notes')).toThrow('no such table')
  })
})
