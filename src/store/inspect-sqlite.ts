/** Looks into the file of a SQLite store without opening it as one: its schema, its settings, whether its pages are whole. */
import { statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { isNotADatabase, isSqliteError, isSystemError } from './sqlite-error.ts'
import { UnreadableLog, withCopy } from './sqlite-log.ts'
import { newestSchemaVersion, schemaVersion } from './sqlite-schema.ts'

/** From this one on events name the version of their own schema. */
const schemaWithEventVersions = 4

export interface SqliteInspection {
  /** `null`: it belongs to another program. */
  schema: number | null
  newestSchema: number
  journalMode: string
  /** What SQLite's own check finds: `ok`, or its first complaint. */
  integrity: string
  events: number
  /** The newest version that an event names of its own; null where none does. */
  eventSchema: number | null
  /** Of the newest event. */
  lastAt: string | null
  lastPosition: number
  sizeBytes: number
}

/** Of a copy, as `eventsInFile` takes one; the message says why there is nothing to look at. */
export function inspectSqlite(path: string): { ok: true; value: SqliteInspection } | { ok: false; message: string } {
  try {
    return { ok: true, value: withCopy(path, (copy) => inspect(copy, statSync(path).size)) }
  } catch (error) {
    if (error instanceof UnreadableLog) return { ok: false, message: error.message }
    if (!isSqliteError(error) && !isSystemError(error)) throw error
    return { ok: false, message: isNotADatabase(error) ? `${path} is no SQLite database` : `${path}: ${error.message}` }
  }
}

function inspect(copy: string, sizeBytes: number): SqliteInspection {
  const database = new DatabaseSync(copy)
  try {
    const schema = schemaVersion(database)
    const facts = {
      schema,
      newestSchema: newestSchemaVersion(),
      journalMode: String(database.prepare('PRAGMA journal_mode').get()?.journal_mode),
      integrity: String(database.prepare('PRAGMA quick_check(1)').get()?.quick_check),
      sizeBytes,
    }
    if (!schema) return { ...facts, events: 0, eventSchema: null, lastAt: null, lastPosition: 0 }
    const last = database.prepare('SELECT at, position FROM events ORDER BY position DESC LIMIT 1').get()
    const named = schema < schemaWithEventVersions ? 'NULL' : 'max(schema)'
    const count = database.prepare(`SELECT count(*) AS events, ${named} AS named FROM events`).get()
    return {
      ...facts,
      events: Number(count?.events),
      eventSchema: (count?.named ?? null) === null ? null : Number(count?.named),
      lastAt: last ? String(last.at) : null,
      lastPosition: Number(last?.position ?? 0),
    }
  } finally {
    database.close()
  }
}
