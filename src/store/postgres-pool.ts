/** Connections to PostgreSQL with every wait limited, so that a database that is slow, away or cut off holds nothing up for long. */
import { type ClientBase, DatabaseError, Pool, type PoolClient } from 'pg'
import { parseIntoClientConfig } from 'pg-connection-string'
import { unsafeSettings } from './postgres-schema.ts'

export interface PostgresSettings {
  /** `postgres://USER@HOST:PORT/DATABASE`, without a password; parameters as libpq knows them, such as `sslmode`. */
  url: string
  /** Asked for at each new connection, so that a rotated one is used. */
  password?: () => Promise<string>
}

/** Milliseconds. The server gives up first, so that a reason is heard; the last one is for a server that nobody hears any more. */
const limits = { connect: 3_000, lock: 2_000, idleInTransaction: 1_500, statement: 4_000, answer: 5_000 }

/** Connections of one controller; what comes while all are busy waits for one within `limits.connect`. */
const maximumConnections = 6
/** A connection is used for so long: settings that somebody changed are seen then. */
const maximumLifetimeS = 300

/** What makes this database unfit for a log. */
export class UnsafeDatabase extends Error {}

/** Nothing is connected yet. Each new connection is refused with `UnsafeDatabase` where a commit could be lost. */
export function openPool({ url, password }: PostgresSettings): Pool {
  const pool = new Pool({
    ...parseIntoClientConfig(url),
    ...(password === undefined ? {} : { password }),
    application_name: 'tidegate',
    max: maximumConnections,
    maxLifetimeSeconds: maximumLifetimeS,
    connectionTimeoutMillis: limits.connect,
    lock_timeout: limits.lock,
    idle_in_transaction_session_timeout: limits.idleInTransaction,
    statement_timeout: limits.statement,
    query_timeout: limits.answer,
    keepAlive: true,
    pipeline: true,
    onConnect: assertSafe,
  })
  // A connection that breaks while nobody uses it is no news: the pool drops it, and the next query tells.
  pool.on('error', () => undefined)
  return pool
}

async function assertSafe(client: ClientBase): Promise<void> {
  // A connection that breaks while it is used tells the query under way.
  client.on('error', () => undefined)
  const unsafe = await unsafeSettings(client)
  if (unsafe.length > 0) throw new UnsafeDatabase(unsafe.join('; '))
}

/** How a transaction ends: `last` travels together with COMMIT, so what that one locks is held for no longer than the server needs. */
export interface Ending<T> {
  last?: { text: string; values: unknown[] }
  /** What comes of it, given the rows of `last`. */
  value(rows: readonly Record<string, unknown>[]): T
}

/** A failure before COMMIT undoes all; one of the connection at COMMIT is an `UncertainCommit`. */
export async function inTransaction<T>(pool: Pool, work: (client: PoolClient) => Promise<Ending<T>>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    const { last, value } = await work(client)
    const rows = await commit(client, last)
    client.release()
    return value(rows)
  } catch (error) {
    client.release(!(await isUndone(client, error)))
    throw error
  }
}

/** The connection broke after COMMIT was sent: what was to be written may be there or not. */
export class UncertainCommit extends Error {}

async function commit(client: PoolClient, last: Ending<unknown>['last']): Promise<Record<string, unknown>[]> {
  const [done, committed] = await Promise.allSettled([
    last ? client.query(last.text, last.values) : { rows: [] },
    client.query('COMMIT'),
  ])
  if (done.status === 'rejected' && done.reason instanceof DatabaseError) throw done.reason
  if (done.status === 'fulfilled' && committed.status === 'fulfilled') return done.value.rows
  const reason = committed.status === 'rejected' ? committed.reason : undefined
  if (reason instanceof DatabaseError) throw reason
  throw new UncertainCommit(reason instanceof Error ? reason.message : 'the connection broke')
}

/** A connection that still answers goes back to the pool; any other is dropped, and the server undoes what it was at. */
async function isUndone(client: PoolClient, error: unknown): Promise<boolean> {
  if (!(error instanceof DatabaseError) || error.severity !== 'ERROR') return false
  return client.query('ROLLBACK').then(
    () => true,
    () => false,
  )
}
