/** Opens the shared event store: brings its schema up to date, or says clearly why not. */
import type { Pool } from 'pg'
import type { EventStore } from '../ports/event-store.ts'
import type { Leases } from '../ports/leases.ts'
import { describePostgresError } from './postgres-error.ts'
import { PostgresLeases } from './postgres-leases.ts'
import { openPool, type PostgresSettings, UnsafeDatabase } from './postgres-pool.ts'
import { migrate, newestSchemaVersion } from './postgres-schema.ts'
import { PostgresStore } from './postgres-store.ts'
import { PostgresTime } from './postgres-time.ts'
import { WakeUps } from './postgres-wake-ups.ts'

/** `notOurs`: another program's. Nothing was changed, and the message says what to do. */
export interface PostgresStoreRefusal {
  ok: false
  error: 'newerSchema' | 'notOurs' | 'unsafe' | 'unavailable'
  message: string
}
export type PostgresStoreResult =
  | { ok: true; store: EventStore; leases: Leases; wallMs(): number }
  | PostgresStoreRefusal

/** The store in a database that exists; any number of controllers may have it open. `wallMs` is the time of the database. */
export async function openPostgresStore(settings: PostgresSettings): Promise<PostgresStoreResult> {
  const place = placeOf(settings.url)
  const pool = openPool(settings)
  try {
    const refusal = await prepare(pool, place)
    if (!refusal) return await opened(pool, place)
    await pool.end()
    return refusal
  } catch (error) {
    await pool.end()
    if (error instanceof UnsafeDatabase) return { ok: false, error: 'unsafe', message: `${place}: ${error.message}` }
    return { ok: false, error: 'unavailable', message: `cannot open ${place}: ${describePostgresError(error)}` }
  }
}

async function opened(pool: Pool, place: string): Promise<PostgresStoreResult> {
  const time = new PostgresTime(pool)
  await time.ask()
  const wakeUps = await WakeUps.open(pool)
  const store = new PostgresStore(pool, place, wakeUps)
  return { ok: true, store, leases: new PostgresLeases(pool, wakeUps, time), wallMs: () => time.wallMs() }
}

async function prepare(pool: Pool, place: string): Promise<PostgresStoreRefusal | undefined> {
  const client = await pool.connect()
  try {
    const version = await migrate(client)
    if (version === null) {
      const message = `the schema tidegate of ${place} belongs to another program: choose another database`
      return { ok: false, error: 'notOurs', message }
    }
    if (version <= newestSchemaVersion()) return undefined
    const message = `${place} has schema ${version}, this Tidegate knows up to ${newestSchemaVersion()}: use the version that wrote it, or a newer one`
    return { ok: false, error: 'newerSchema', message }
  } finally {
    client.release()
  }
}

/** The URL without what may be secret. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url)
  return `postgres://${host}${pathname}`
}
