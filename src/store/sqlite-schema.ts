/** Brings a database to the newest schema, and tells one that is not ours or comes from a newer Tidegate. */
import type { DatabaseSync } from 'node:sqlite'
import { type Migration, sqliteMigrations } from './migrations/sqlite-migrations.ts'

/** 0: an empty database. `null`: it belongs to another program. */
export function schemaVersion(database: DatabaseSync): number | null {
  const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).all()
  if (tables.length === 0) return 0
  if (!tables.some(({ name }) => name === 'schema_migrations')) return null
  const newest = database.prepare('SELECT max(version) AS version FROM schema_migrations').get()
  return Number(newest?.version ?? 0)
}

export const newestSchemaVersion = (migrations = sqliteMigrations): number => migrations.at(-1)?.version ?? 0

/** Takes every step after `from`, all in one transaction. */
export function migrate(
  database: DatabaseSync,
  from: number,
  migrations: readonly Migration[] = sqliteMigrations,
): void {
  const steps = migrations.filter(({ version }) => version > from)
  if (steps.length === 0) return
  database.exec('BEGIN IMMEDIATE')
  try {
    database.exec(`
      CREATE TABLE IF NOT EXISTS schema_migrations (
        version    INTEGER PRIMARY KEY,
        name       TEXT NOT NULL,
        applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ'))
      ) STRICT`)
    const record = database.prepare('INSERT INTO schema_migrations (version, name) VALUES (?, ?)')
    for (const { version, name, sql } of steps) {
      database.exec(sql)
      record.run(version, name)
    }
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
