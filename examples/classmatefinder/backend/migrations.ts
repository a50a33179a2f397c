// The numbered migrations of the database. Each only expands: whatever worked before it works after it.
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StartError } from '../process/run-process.ts'
import { describeError } from '../process/write-log.ts'
import type { Version } from './versions.ts'

const migrations = [
  {
    number: 1,
    name: 'accounts',
    sql: `
      CREATE TABLE accounts (
        id INTEGER PRIMARY KEY,
        email TEXT NOT NULL UNIQUE COLLATE NOCASE,
        username TEXT NOT NULL UNIQUE COLLATE NOCASE,
        first_name TEXT NOT NULL,
        password_hash TEXT NOT NULL,
        registered_at_ms INTEGER NOT NULL,
        registered_by TEXT NOT NULL,
        token_hash TEXT NOT NULL UNIQUE,
        token_expires_at_ms INTEGER NOT NULL,
        verified_at_ms INTEGER,
        verification_outcome TEXT CHECK (verification_outcome IN ('verified', 'missed'))
      ) STRICT;
      CREATE INDEX accounts_unclassified ON accounts (registered_by, registered_at_ms) WHERE verification_outcome IS NULL;`,
  },
  {
    number: 2,
    name: 'editable profiles',
    sql: `
      ALTER TABLE accounts ADD COLUMN programme TEXT;
      ALTER TABLE accounts ADD COLUMN about TEXT;
      ALTER TABLE accounts ADD COLUMN profile_changed_at_ms INTEGER;`,
  },
]

/** The number of the newest migration. */
export const newestMigration = migrations.length

/** Applies what is missing up to `target`, each migration in its own transaction; answers with the numbers applied. Creates the file. */
export function migrate(path: string, target: number, now: number): number[] {
  const database = connect(path)
  try {
    database.exec(
      'CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at_ms INTEGER NOT NULL) STRICT',
    )
    return migrations
      .filter(({ number }) => number <= target && apply(database, number, now))
      .map(({ number }) => number)
  } finally {
    database.close()
  }
}

/** Opens a database that has every migration `version` needs; throws a StartError that says which command to run. */
export function openMigrated(path: string, version: Version): DatabaseSync {
  const found = existsSync(path) ? appliedMigration(path) : 0
  if (found < version.migration) {
    throw new StartError(
      `DATABASE_PATH ${path}: at migration ${found}, ${version.name} needs ${version.migration}; run: node backend/migrate.ts --database ${path}`,
    )
  }
  return connect(path)
}

function apply(database: DatabaseSync, number: number, now: number): boolean {
  const migration = migrations[number - 1]
  if (migration === undefined) throw new Error(`no migration ${number}`)
  database.exec('BEGIN IMMEDIATE')
  try {
    // Asked inside the transaction, so that two commands at once apply it once.
    const missing = database.prepare('SELECT 1 FROM migrations WHERE number = ?').get(number) === undefined
    if (missing) {
      database.exec(migration.sql)
      database.prepare('INSERT INTO migrations VALUES (?, ?, ?)').run(number, migration.name, now)
    }
    database.exec('COMMIT')
    return missing
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

function appliedMigration(path: string): number {
  const database = connect(path)
  try {
    if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'migrations'").get() === undefined) return 0
    return Number(database.prepare('SELECT coalesce(max(number), 0) AS newest FROM migrations').get()?.newest)
  } finally {
    database.close()
  }
}

function connect(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path, { timeout: 2000 })
    // WAL lets both versions read while one writes; NORMAL may lose the last moments on a power cut, never consistency.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    return database
  } catch (error) {
    throw new StartError(`database ${path}: ${describeError(error)}`)
  }
}
