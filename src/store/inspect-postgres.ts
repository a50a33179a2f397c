/** Looks into the database of a shared store without opening it as one: nothing is brought up to date. */
import { describePostgresError } from './postgres-error.ts'
import { openPool, type PostgresSettings, UnsafeDatabase } from './postgres-pool.ts'
import { newestSchemaVersion, schemaVersion } from './postgres-schema.ts'

/** From this one on events name the version of their own schema. */
const schemaWithEventVersions = 5

export interface PostgresInspection {
  /** `null`: it belongs to another program. */
  schema: number | null
  newestSchema: number
  events: number
  /** The newest version that an event names of its own; null where none does. */
  eventSchema: number | null
  /** Of the newest event. */
  lastAt: string | null
  lastPosition: number
}

/** The message says why there is nothing to look at: no answer, or settings under which an acknowledged event could be lost. */
export async function inspectPostgres(
  settings: PostgresSettings,
): Promise<{ ok: true; value: PostgresInspection } | { ok: false; message: string }> {
  const pool = openPool(settings)
  try {
    const client = await pool.connect()
    try {
      const schema = await schemaVersion(client)
      const facts = { schema, newestSchema: newestSchemaVersion() }
      if (!schema) return { ok: true, value: { ...facts, events: 0, eventSchema: null, lastAt: null, lastPosition: 0 } }
      const { rows } = await client.query('SELECT at, position FROM tidegate.events ORDER BY position DESC LIMIT 1')
      const named = schema < schemaWithEventVersions ? 'NULL::integer' : 'max(schema)'
      const counted = await client.query(`SELECT count(*) AS events, ${named} AS named FROM tidegate.events`)
      const [last] = rows
      const events = Number(counted.rows[0]?.events)
      const eventSchema: number | null = counted.rows[0]?.named ?? null
      return {
        ok: true,
        value: {
          ...facts,
          events,
          eventSchema,
          lastAt: last ? String(last.at) : null,
          lastPosition: Number(last?.position ?? 0),
        },
      }
    } finally {
      client.release()
    }
  } catch (error) {
    const message = error instanceof UnsafeDatabase ? error.message : describePostgresError(error)
    return { ok: false, message }
  } finally {
    await pool.end()
  }
}
