/** Which store keeps the events: the state folder's own, or the database that the operator names. */
import { join } from 'node:path'
import { exitCodes, UserError } from './cli/context.ts'
import type { Operator } from './core/plan/operator.ts'
import type { StoreSpec } from './core/plan/operator-store.ts'
import type { SecretRef } from './core/plan/secret-ref.ts'
import { resolveSecret } from './drivers/resolve-secret.ts'
import type { Clock } from './ports/clock.ts'
import type { EventStore } from './ports/event-store.ts'
import type { Leases } from './ports/leases.ts'
import { createSoleLeases } from './runtime/sole-leases.ts'
import { systemClock } from './runtime/system-clock.ts'
import { openPostgresStore } from './store/postgres.ts'
import type { PostgresSettings } from './store/postgres-pool.ts'
import { openSqliteStore } from './store/sqlite.ts'

export interface Places {
  stateDir: string
  /** Where relative paths of the operator's file start. */
  workingFolder: string
}

export interface OpenedStore {
  store: EventStore
  leases: Leases
  /** The machine's, or the one that controllers of one database share. */
  clock: Clock
}

/** Throws a `UserError` that says who holds the store, or what is missing. */
export async function openStore(operator: Operator, { stateDir, workingFolder }: Places): Promise<OpenedStore> {
  if (operator.store) return openDatabase(operator.store, workingFolder)
  return { store: await openEmbeddedStore(join(stateDir, 'events.db')), leases: createSoleLeases(), clock: systemClock }
}

/** SQLite in one file; a second opener is refused. */
export async function openEmbeddedStore(file: string): Promise<EventStore> {
  const opened = openSqliteStore(file)
  if (opened.ok) return opened.store
  throw new UserError(opened.message, exitCodes.failed)
}

/** `folder` is where relative paths of secrets start. */
export function settingsOf({ url, password }: StoreSpec, folder: string): PostgresSettings {
  return { url, ...(password && { password: () => secretOf(password, folder) }) }
}

async function openDatabase(spec: StoreSpec, folder: string): Promise<OpenedStore> {
  const opened = await openPostgresStore(settingsOf(spec, folder))
  if (opened.ok) {
    const { store, leases, wallMs } = opened
    return { store, leases, clock: { ...systemClock, wallMs } }
  }
  throw new UserError(opened.message, exitCodes.failed)
}

/** Fails with the place where it should be found; the password itself is in no message. */
async function secretOf(password: SecretRef, folder: string): Promise<string> {
  const secret = await resolveSecret(password, { folder })
  if (secret.ok) return secret.value
  throw new Error(secret.error.message)
}
