/** Opens the embedded event store: takes its lock, brings its schema up to date, or says clearly why not. */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { EventStore } from '../ports/event-store.ts'
import { describeHolder, writeHolder } from './holder.ts'
import { isBusy, isNotADatabase, isSqliteError, isSystemError } from './sqlite-error.ts'
import { migrate, newestSchemaVersion, schemaVersion } from './sqlite-schema.ts'
import { SqliteStore } from './sqlite-store.ts'

/** `held`: another process has it. `notOurs`: no database, or another program's. Nothing was changed, and the message says what to do. */
export interface SqliteStoreRefusal {
  ok: false
  error: 'held' | 'newerSchema' | 'notOurs' | 'unavailable'
  message: string
}
export type SqliteStoreResult = { ok: true; store: EventStore } | SqliteStoreRefusal

/**
 * The store in `file`; the file and its folder are made when missing. One opener at a time: the lock is the kernel's, on the file itself,
 * so it ends with its process, however that ends. POSIX drops it as soon as this process closes *any* descriptor of the file: nothing in
 * here may open the database but SQLite.
 */
export function openSqliteStore(file: string): SqliteStoreResult {
  const path = resolve(file)
  let database: DatabaseSync | undefined
  try {
    createFile(path)
    database = new DatabaseSync(path)
    const refusal = lockAndMigrate(database, path)
    if (!refusal) {
      writeHolder(path)
      return { ok: true, store: new SqliteStore(database, path) }
    }
    database.close()
    return refusal
  } catch (error) {
    database?.close()
    return refusalFor(error, path)
  }
}

/** SQLite would make the file itself, but readable by others and without making its name durable. Never opens a file that is there. */
function createFile(path: string): void {
  const folder = dirname(path)
  const firstMade = mkdirSync(folder, { recursive: true, mode: 0o700 })
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (error) {
    if (!isSystemError(error) || error.code !== 'EEXIST') throw error
  }
  const top = firstMade === undefined ? folder : dirname(firstMade)
  for (let at = folder; ; at = dirname(at)) {
    syncFolder(at)
    if (at === top) return
  }
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function lockAndMigrate(database: DatabaseSync, path: string): SqliteStoreRefusal | undefined {
  database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE')
  const version = schemaVersion(database)
  database.exec('COMMIT')
  if (version === null) return notOurs(path, 'it is the SQLite database of another program')
  if (version > newestSchemaVersion()) {
    const message = `${path} has schema ${version}, this Tidegate knows up to ${newestSchemaVersion()}: use the version that wrote it, or a newer one`
    return { ok: false, error: 'newerSchema', message }
  }
  const mode = database.prepare('PRAGMA journal_mode = WAL').get()?.journal_mode
  if (mode !== 'wal')
    return unavailable(path, `its file system allows no write-ahead log (journal mode ${mode}): choose a local disk`)
  database.exec('PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF')
  migrate(database, version)
  return undefined
}

function refusalFor(error: unknown, path: string): SqliteStoreRefusal {
  if (isBusy(error)) return { ok: false, error: 'held', message: `${path} is held by ${describeHolder(path)}` }
  if (isNotADatabase(error)) return notOurs(path, error.message)
  if (isSqliteError(error) || isSystemError(error)) return unavailable(path, error.message)
  throw error
}

const notOurs = (path: string, why: string): SqliteStoreRefusal => ({
  ok: false,
  error: 'notOurs',
  message: `${path} is not a Tidegate database (${why}): move it away, or choose another state folder`,
})

const unavailable = (path: string, why: string): SqliteStoreRefusal => ({
  ok: false,
  error: 'unavailable',
  message: `cannot open ${path}: ${why}`,
})
