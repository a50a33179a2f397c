/**
 * Events in PostgreSQL, shared by any number of controllers. Appends that come while a transaction is under way share the next one: they share its
 * way to the disk. Positions are given under a lock that ends with the transaction, so that readers see them in order and without gaps.
 */
import type { Pool, PoolClient } from 'pg'
import type { StoredEvent } from '../core/audit/stored-event.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import type { AppendOptions, AppendResult, EventStore, NewEvent, Snapshot, WakeUp } from '../ports/event-store.ts'
import { StoreRefusal } from '../ports/store-refusal.ts'
import { describePostgresError, isDuplicateVersion } from './postgres-error.ts'
import { type Ending, inTransaction, UncertainCommit } from './postgres-pool.ts'
import type { WakeUps } from './postgres-wake-ups.ts'
import { readStream } from './read-stream.ts'
import { newStream, type SealedEvent, type StreamHead, sealEvents } from './seal-events.ts'
import { snapshotOf, storedEventOf } from './stored-row.ts'

/** Appends of one transaction. */
const maximumBatch = 100
/** Appends that wait; more are refused. */
const maximumWaiting = 10_000
/** Events of one answer: a long log is read in parts, each within the limit of an answer. */
const eventsOfPage = 1_000
/** Tries of one transaction that others wrote in between; each time somebody got on. */
const maximumTries = 10

interface Request {
  stream: string
  expectedVersion: number
  events: readonly NewEvent[]
  wakeUp: WakeUp | undefined
  settle(result: AppendResult): void
}

type Judged = { request: Request; sealed: SealedEvent[] } | { refused: AppendResult }

export class PostgresStore implements EventStore {
  readonly isShared = true
  readonly #pool: Pool
  /** Where the database is, for messages. */
  readonly #place: string
  readonly #wakeUps: WakeUps
  readonly #waiting: Request[] = []
  #writing: Promise<void> | undefined
  #isClosed = false

  /** Takes over a pool whose database has the schema. */
  constructor(pool: Pool, place: string, wakeUps: WakeUps) {
    this.#pool = pool
    this.#place = place
    this.#wakeUps = wakeUps
  }

  append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
    { wakeUp }: AppendOptions = {},
  ): Promise<AppendResult> {
    if (this.#isClosed) return Promise.resolve(this.#unavailable('the store is closed'))
    if (this.#waiting.length >= maximumWaiting)
      return Promise.resolve(this.#unavailable(`${maximumWaiting} appends wait for it already`))
    return new Promise((settle) => {
      this.#waiting.push({ stream, expectedVersion, events, wakeUp, settle })
      this.#writing ??= this.#write()
    })
  }

  async #write(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, maximumBatch)
      const results = await this.#appendAll(batch)
      for (const [index, { settle }] of batch.entries())
        settle(results[index] ?? this.#unavailable('nothing came back'))
    }
    this.#writing = undefined
  }

  async #appendAll(batch: readonly Request[]): Promise<AppendResult[]> {
    for (let tries = 1; ; tries++) {
      try {
        return await inTransaction(this.#pool, (client) => this.#appendIn(client, batch))
      } catch (error) {
        this.#wakeUps.forget()
        if (isDuplicateVersion(error) && tries < maximumTries) continue
        const unsure = error instanceof UncertainCommit ? '; the events may have been written all the same' : ''
        const refusal = this.#unavailable(`${describePostgresError(error)}${unsure}`)
        return batch.map(() => refusal)
      }
    }
  }

  async #appendIn(client: PoolClient, batch: readonly Request[]): Promise<Ending<AppendResult[]>> {
    const heads = await readHeads(client, batch)
    const judged = batch.map((request) => this.#judge(request, heads))
    for (const one of judged) {
      if (!('sealed' in one) || !one.request.wakeUp || one.sealed.length === 0) continue
      const { stream, expectedVersion, wakeUp } = one.request
      await this.#wakeUps.ensure(client, stream, expectedVersion + one.sealed.length, wakeUp)
    }
    const sealed = judged.flatMap((one) => ('sealed' in one ? one.sealed : []))
    if (sealed.length === 0) return { value: () => judged.map((one) => resultOf(one, 0)) }
    return {
      last: insertOf(sealed),
      value: ([row]) => {
        let position = Number(row?.position) - sealed.length
        return judged.map((one) => {
          const result = resultOf(one, position)
          if ('sealed' in one) position += one.sealed.length
          return result
        })
      },
    }
  }

  /** Takes the appends of a batch one after another, as if each were alone. */
  #judge(request: Request, heads: Map<string, StreamHead>): Judged {
    const { stream, expectedVersion, events } = request
    const head = heads.get(stream) ?? newStream
    if (head.version !== expectedVersion) return { refused: { ok: false, error: 'conflict', actual: head.version } }
    const result = sealEvents(stream, head, events)
    if (!result.ok) return { refused: this.#unavailable(result.message) }
    const last = result.sealed.at(-1)
    if (last) heads.set(stream, last)
    return { request, sealed: result.sealed }
  }

  read(stream: string, fromVersion = 1): Promise<EventEnvelope[]> {
    return readStream((from, before) => this.#readStored(stream, from, before), fromVersion)
  }

  async #readStored(stream: string, fromVersion: number, beforeVersion: number): Promise<StoredEvent[]> {
    const events: StoredEvent[] = []
    for (let from = fromVersion; from < beforeVersion; from += eventsOfPage) {
      const text = 'SELECT * FROM tidegate.events WHERE stream = $1 AND version >= $2 AND version < $3 ORDER BY version'
      const before = Math.min(from + eventsOfPage, beforeVersion)
      const rows = await this.#rows(text, [stream, from, before])
      for (const row of rows) events.push(storedEventOf(row))
      if (rows.length < before - from) break
    }
    return events
  }

  async readAll(afterPosition: number, limit: number): Promise<StoredEvent[]> {
    const text = 'SELECT * FROM tidegate.events WHERE position > $1 ORDER BY position LIMIT $2'
    return (await this.#rows(text, [afterPosition, limit])).map(storedEventOf)
  }

  async readSnapshot(stream: string): Promise<Snapshot | null> {
    const [row] = await this.#rows('SELECT * FROM tidegate.snapshots WHERE stream = $1', [stream])
    return row ? snapshotOf(row) : null
  }

  async keepSnapshot(stream: string, { version, hash, fold, digest, state }: Snapshot): Promise<void> {
    const text = `INSERT INTO tidegate.snapshots VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (stream) DO UPDATE SET
      version = excluded.version, hash = excluded.hash, fold = excluded.fold, digest = excluded.digest, state = excluded.state`
    await this.#rows(text, [stream, version, hash, fold, digest, state]).catch(() => undefined)
  }

  async dropSnapshots(): Promise<void> {
    await this.#rows('DELETE FROM tidegate.snapshots')
  }

  async streams(): Promise<{ stream: string; version: number }[]> {
    const rows = await this.#rows(
      `SELECT stream, (SELECT max(version) FROM tidegate.events WHERE stream = first.stream) AS version
       FROM tidegate.events AS first WHERE version = 1 ORDER BY position`,
    )
    return rows.map(({ stream, version }) => ({ stream: String(stream), version: Number(version) }))
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    await this.#writing
    await this.#wakeUps.close()
    await this.#pool.end()
  }

  async #rows(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    if (this.#isClosed) throw new StoreRefusal('the store is closed')
    try {
      return (await this.#pool.query(text, values)).rows
    } catch (error) {
      throw new StoreRefusal(`cannot read ${this.#place}: ${describePostgresError(error)}`, 'unavailable', {
        cause: error,
      })
    }
  }

  #unavailable(why: string): AppendResult {
    return { ok: false, error: 'unavailable', message: `cannot append to ${this.#place}: ${why}` }
  }
}

async function readHeads(client: PoolClient, batch: readonly Request[]): Promise<Map<string, StreamHead>> {
  const { rows } = await client.query(
    `SELECT asked.stream, head.version, head.hash FROM unnest($1::text[]) AS asked (stream) CROSS JOIN LATERAL
       (SELECT version, hash FROM tidegate.events WHERE stream = asked.stream ORDER BY version DESC LIMIT 1) AS head`,
    [[...new Set(batch.map(({ stream }) => stream))]],
  )
  return new Map(rows.map(({ stream, version, hash }) => [stream, { version, hash }]))
}

/** Rivals that read the same head are told apart here: one of them has the version, the other breaks on it. */
function insertOf(events: readonly SealedEvent[]): { text: string; values: unknown[] } {
  const text = `
    WITH upto AS (UPDATE tidegate.last_position SET position = position + $1 RETURNING position)
    , inserted AS (
      INSERT INTO tidegate.events (position, stream, version, at, elapsed_ms, clock, actor, cause, schema, event, previous_hash, hash)
      SELECT upto.position - $1 + place, stream, version, at, elapsed_ms, clock, actor, cause, schema, event, previous_hash, hash
      FROM upto, unnest($2::text[], $3::int[], $4::text[], $5::float8[], $6::text[], $7::text[], $8::text[], $9::int[], $10::text[], $11::text[], $12::text[])
        WITH ORDINALITY AS new (stream, version, at, elapsed_ms, clock, actor, cause, schema, event, previous_hash, hash, place))
    SELECT position FROM upto`
  const column = (of: (event: SealedEvent) => unknown) => events.map(of)
  const values = [
    events.length,
    column(({ stream }) => stream),
    column(({ version }) => version),
    column(({ at }) => at),
    column(({ elapsedMs }) => elapsedMs),
    column(({ clock }) => JSON.stringify(clock)),
    column(({ actor }) => JSON.stringify(actor)),
    column(({ cause }) => (cause === undefined ? null : JSON.stringify(cause))),
    column(({ schema }) => schema ?? null),
    column(({ event }) => JSON.stringify(event)),
    column(({ previousHash }) => previousHash),
    column(({ hash }) => hash),
  ]
  return { text, values }
}

/** `position` is the last one before its events. */
function resultOf(one: Judged, position: number): AppendResult {
  if ('refused' in one) return one.refused
  return { ok: true, events: one.sealed.map((event, index) => ({ ...event, position: position + index + 1 })) }
}
