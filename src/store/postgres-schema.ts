/** Brings a database to the newest schema, and tells one that cannot keep events, is not ours or comes from a newer Tidegate. */
import type { ClientBase } from 'pg'
import { postgresMigrations } from './migrations/postgres-migrations.ts'
import type { Migration } from './migrations/sqlite-migrations.ts'

/** Replicas that start together take turns. The number only has to be nobody else's. */
const migrationLock = 7_417_283_001

/** `null`: the schema `tidegate` belongs to another program. 0: there is none yet. */
export async function schemaVersion(client: ClientBase): Promise<number | null> {
  const { rows } = await client.query(`
    SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'tidegate') AS "hasSchema",
      to_regclass('tidegate.schema_migrations') IS NOT NULL AS "isOurs",
      EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('tidegate')) AS "hasTables"`)
  const { hasSchema, isOurs, hasTables } = rows[0]
  if (!isOurs) return hasSchema && hasTables ? null : 0
  const newest = await client.query('SELECT max(version) AS version FROM tidegate.schema_migrations')
  return Number(newest.rows[0].version ?? 0)
}

export const newestSchemaVersion = (migrations = postgresMigrations): number => migrations.at(-1)?.version ?? 0

/**
 * Takes every missing step, all in one transaction, and gives the version that was there before. Nothing is changed where that is `null` or newer
 * than the last step.
 */
export async function migrate(
  client: ClientBase,
  migrations: readonly Migration[] = postgresMigrations,
): Promise<number | null> {
  await client.query('BEGIN')
  try {
    await client.query('SELECT pg_advisory_xact_lock($1)', [migrationLock])
    const from = await schemaVersion(client)
    if (from !== null) await takeSteps(client, from, migrations)
    await client.query('COMMIT')
    return from
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  }
}

async function takeSteps(client: ClientBase, from: number, migrations: readonly Migration[]): Promise<void> {
  const steps = migrations.filter(({ version }) => version > from)
  if (steps.length === 0) return
  await client.query(`
    CREATE SCHEMA IF NOT EXISTS tidegate;
    CREATE TABLE IF NOT EXISTS tidegate.schema_migrations (
      version    integer PRIMARY KEY,
      name       text NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT now()
    )`)
  for (const { version, name, sql } of steps) {
    await client.query(sql)
    await client.query('INSERT INTO tidegate.schema_migrations (version, name) VALUES ($1, $2)', [version, name])
  }
}

/** Settings of the server under which an acknowledged commit could be lost, or text could not be kept; each with what to do. */
export async function unsafeSettings(client: ClientBase): Promise<string[]> {
  const { rows } = await client.query(`
    SELECT current_setting('fsync') AS fsync, current_setting('full_page_writes') AS "fullPageWrites",
      current_setting('synchronous_commit') AS "synchronousCommit", current_setting('server_encoding') AS encoding`)
  const { fsync, fullPageWrites, synchronousCommit, encoding } = rows[0]
  const losing = (setting: string) => `${setting} = off loses acknowledged events in a crash: turn it on`
  return [
    ...(fsync === 'off' ? [losing('fsync')] : []),
    ...(fullPageWrites === 'off' ? [losing('full_page_writes')] : []),
    ...(synchronousCommit === 'off' ? [losing('synchronous_commit')] : []),
    ...(encoding === 'UTF8' ? [] : [`the encoding ${encoding} cannot hold every text: create the database with UTF8`]),
  ]
}
