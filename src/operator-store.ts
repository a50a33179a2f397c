/** Which store keeps the events: the state folder's own, or the database that the operator names. */
import { join } from 'node:path'
import { exitCodes, UserError } from './cli/context.ts'
import type { Operator } from './core/plan/operator.ts'
import type { StoreSpec } from './core/plan/operator-store.ts'
import { resolveSecret } from './drivers/resolve-secret.ts'
import type { EventStore } from './ports/event-store.ts'
import { openPostgresStore } from './store/postgres.ts'
import { openSqliteStore } from './store/sqlite.ts'

interface Places {
  stateDir: string
  /** Where relative paths of the operator's file start. */
  workingFolder: string
}

/** Throws a `UserError` that says who holds the store, or what is missing. */
export const openStore = (operator: Operator, { stateDir, workingFolder }: Places): Promise<EventStore> =>
  operator.store ? openDatabase(operator.store, workingFolder) : openEmbeddedStore(join(stateDir, 'events.db'))

/** SQLite in one file; a second opener is refused. */
export async function openEmbeddedStore(file: string): Promise<EventStore> {
  const opened = openSqliteStore(file)
  if (opened.ok) return opened.store
  throw new UserError(opened.message, exitCodes.failed)
}

async function openDatabase({ url, password }: StoreSpec, folder: string): Promise<EventStore> {
  const opened = await openPostgresStore({
    url,
    ...(password && {
      password: async () => {
        const secret = await resolveSecret(password, { folder })
        if (secret.ok) return secret.value
        throw new UnknownPassword(secret.error.message)
      },
    }),
  })
  if (opened.ok) return opened.store
  throw new UserError(opened.message, exitCodes.failed)
}

/** Where it should be found is in the message; the password is not. */
class UnknownPassword extends Error {}
