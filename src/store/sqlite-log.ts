/** The events in a SQLite store's file, for whoever only looks: on a copy, so that neither the file nor its lock is touched. */
import { constants, copyFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { StoredEvent } from '../core/audit/stored-event.ts'
import type { KeptSnapshot } from '../ports/event-store.ts'
import { isNotADatabase, isSqliteError, isSystemError } from './sqlite-error.ts'
import { snapshotOf, storedEventOf } from './stored-row.ts'

/** A copy is taken again when the file changed meanwhile, so many times at most. */
const maximumTries = 10

/** The file is not there, is not ours, or is damaged; the message says what and where. */
export class UnreadableLog extends Error {}

/**
 * All events in the order of their positions, as they lie there, checked by nobody. The file may be held by a controller at work: what it has
 * acknowledged before the call is in it. Must not be called in the process that holds it: closing a descriptor of the file would drop its lock.
 * Throws `UnreadableLog`. Needs as much room in the folder for temporary files as the store has.
 */
export function* eventsInFile(path: string): Generator<StoredEvent> {
  let last = 0
  const read = function* (database: DatabaseSync) {
    const rows = database.prepare('SELECT * FROM events ORDER BY position')
    rows.setReadBigInts(true)
    for (const row of rows.iterate()) {
      const event = storedEventOf(row)
      last = event.position
      yield event
    }
  }
  yield* fromCopy(path, read, () => (last > 0 ? ` after position ${last}` : ''))
}

/**
 * The snapshots in the file, of the newest release first; those are left out of which `isWanted` says no, by the events that they say to hold. The
 * schema must be today's; else as `eventsInFile`.
 */
export function snapshotsInFile(path: string, isWanted: (events: number) => boolean): Generator<KeptSnapshot> {
  const read = function* (database: DatabaseSync) {
    const kept = database.prepare(
      `SELECT stream, version FROM snapshots
       ORDER BY (SELECT position FROM events WHERE stream = snapshots.stream AND version = 1) DESC`,
    )
    const snapshot = database.prepare('SELECT * FROM snapshots WHERE stream = ?')
    const events = database.prepare('SELECT * FROM events WHERE stream = ? AND version <= ? ORDER BY version')
    for (const { stream, version } of kept.all()) {
      if (!isWanted(Number(version))) continue
      const row = snapshot.get(String(stream))
      const stored = events.all(String(stream), Number(version)).map(storedEventOf)
      if (row) yield { stream: String(stream), snapshot: snapshotOf(row), events: stored }
    }
  }
  return fromCopy(path, read)
}

/** What is read from a copy, which is gone again afterwards; `where` says how far reading came. */
function* fromCopy<T>(
  path: string,
  read: (database: DatabaseSync) => Generator<T>,
  where: () => string = () => '',
): Generator<T> {
  const folder = temporaryFolder()
  try {
    const database = new DatabaseSync(copyOf(path, folder))
    try {
      yield* read(database)
    } finally {
      database.close()
    }
  } catch (error) {
    if (!isSqliteError(error) && !isSystemError(error)) throw error
    const why = isNotADatabase(error) ? 'it is no SQLite database' : error.message
    throw new UnreadableLog(`${path} cannot be read${where()}: ${why}`, { cause: error })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Gives a copy of the file to look at, gone again afterwards; the limits of `eventsInFile` hold. Throws what file system and SQLite say. */
export function withCopy<T>(path: string, look: (copy: string) => T): T {
  const folder = temporaryFolder()
  try {
    return look(copyOf(path, folder))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const temporaryFolder = (): string => mkdtempSync(join(tmpdir(), 'tidegate-log-'))

/**
 * The write-ahead log is copied after the file it belongs to. The two fit as long as nothing was written back into the file in between: what was
 * added to the log meanwhile ends in a frame whose checksum tells.
 */
function copyOf(path: string, folder: string): string {
  const copy = join(folder, 'events.db')
  for (let round = 0; round < maximumTries; round++) {
    const before = stampOf(path)
    copyFileSync(path, copy, constants.COPYFILE_FICLONE)
    rmSync(`${copy}-wal`, { force: true })
    if (statSync(`${path}-wal`, { throwIfNoEntry: false }))
      copyFileSync(`${path}-wal`, `${copy}-wal`, constants.COPYFILE_FICLONE)
    if (stampOf(path) === before) return copy
  }
  throw new UnreadableLog(`${path} is written to so often that no copy of it could be taken; try again`)
}

function stampOf(path: string): string {
  const { ino, size, mtimeNs } = statSync(path, { bigint: true })
  return `${ino} ${size} ${mtimeNs}`
}
