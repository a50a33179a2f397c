/**
 * Events in SQLite. An append is on disk before it is acknowledged. Whatever comes while the disk is at work goes to it together, in one
 * transaction, which takes the event loop for one fsync.
 */
import { statSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { StoredEvent } from '../core/audit/stored-event.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import type { AppendOptions, AppendResult, EventStore, NewEvent, Snapshot } from '../ports/event-store.ts'
import { StoreRefusal } from '../ports/store-refusal.ts'
import { DiskReserve } from './disk-reserve.ts'
import { removeHolder } from './holder.ts'
import { readStream } from './read-stream.ts'
import { newStream, type SealedEvent, type StreamHead, sealEvents } from './seal-events.ts'
import { isFull, isIoError, isSqliteError } from './sqlite-error.ts'
import { snapshotOf, storedEventOf } from './stored-row.ts'

/** Appends in one transaction; the others go with the next. */
const maximumTogether = 256

interface Append extends Required<Pick<AppendOptions, 'mayUseReserve'>> {
  stream: string
  expectedVersion: number
  events: readonly NewEvent[]
  settle(result: AppendResult): void
  /** For what is a bug. */
  fail(error: unknown): void
}

export class SqliteStore implements EventStore {
  readonly isShared = false
  readonly #database: DatabaseSync
  readonly #path: string
  readonly #inode: string | undefined
  readonly #reserve: DiskReserve
  readonly #head: StatementSync
  readonly #insert: StatementSync
  readonly #read: StatementSync
  readonly #readAll: StatementSync
  readonly #streams: StatementSync
  readonly #snapshot: StatementSync
  readonly #keepSnapshot: StatementSync
  /** In the order in which they came. */
  #waiting: Append[] = []
  /** Why nothing can be appended any more. */
  #ended: string | undefined

  /** Takes over a database that is locked and migrated. `path` is absolute. */
  constructor(database: DatabaseSync, path: string) {
    this.#database = database
    this.#path = path
    this.#inode = inodeOf(path)
    this.#reserve = new DiskReserve(path)
    this.#reserve.keep()
    this.#head = database.prepare('SELECT version, hash FROM events WHERE stream = ? ORDER BY version DESC LIMIT 1')
    this.#insert = database.prepare(
      `INSERT INTO events (stream, version, at, elapsed_ms, clock, actor, cause, schema, event, previous_hash, hash)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    this.#read = database.prepare(
      'SELECT * FROM events WHERE stream = ? AND version >= ? AND version < ? ORDER BY version',
    )
    this.#readAll = database.prepare('SELECT * FROM events WHERE position > ? ORDER BY position LIMIT ?')
    this.#snapshot = database.prepare('SELECT * FROM snapshots WHERE stream = ?')
    this.#keepSnapshot = database.prepare('INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?, ?)')
    this.#streams = database.prepare(
      'SELECT stream, max(version) AS version FROM events GROUP BY stream ORDER BY min(position)',
    )
  }

  append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
    { mayUseReserve = false }: AppendOptions = {},
  ): Promise<AppendResult> {
    return new Promise((settle, fail) => {
      this.#waiting.push({ stream, expectedVersion, events, mayUseReserve, settle, fail })
      if (this.#waiting.length === 1) setImmediate(() => this.#commitWaiting())
    })
  }

  #commitWaiting(): void {
    const appends = this.#waiting.splice(0, maximumTogether)
    if (this.#waiting.length > 0) setImmediate(() => this.#commitWaiting())
    const results = appends.length > 1 ? this.#commitTogether(appends) : null
    for (const [index, append] of appends.entries()) {
      try {
        append.settle(results?.[index] ?? this.#commitAlone(append))
      } catch (error) {
        append.fail(error)
      }
    }
  }

  /** Null when nothing was written, and what is in the way of one may not be in the way of another. */
  #commitTogether(appends: readonly Append[]): AppendResult[] | null {
    try {
      const results = this.#commit(appends)
      return results.some((result) => !result.ok && result.error === 'full') ? null : results
    } catch {
      return null
    }
  }

  #commitAlone(append: Append): AppendResult {
    const [result = this.#unavailable('it was not tried')] = this.#commit([append])
    if (result.ok || result.error !== 'full' || !append.mayUseReserve || !this.#reserve.giveUp()) return result
    return this.#commit([append])[0] ?? result
  }

  /** In one transaction. One that is refused has written nothing; where the disk fails, none has. */
  #commit(appends: readonly Append[]): AppendResult[] {
    if (!this.#ended && inodeOf(this.#path) !== this.#inode)
      this.#ended = 'the file was removed or replaced while it was open; restart the controller'
    const ended = this.#ended
    if (ended) return appends.map(() => this.#unavailable(ended))
    try {
      this.#database.exec('BEGIN IMMEDIATE')
      const results = appends.map((append) => this.#appendInTransaction(append))
      this.#database.exec('COMMIT')
      if (appends.some(({ mayUseReserve }, index) => !mayUseReserve && results[index]?.ok)) this.#reserve.keep()
      return results
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      if (!isSqliteError(error)) throw error
      return appends.map(() => this.#failed(error))
    }
  }

  #failed(error: Error): AppendResult {
    if (isFull(error)) return { ok: false, error: 'full', message: full(this.#path) }
    if (isIoError(error)) this.#ended = diskFailed(error)
    return this.#unavailable(this.#ended ?? error.message)
  }

  #appendInTransaction({ stream, expectedVersion, events }: Append): AppendResult {
    const row = this.#head.get(stream)
    const head: StreamHead = row ? { version: Number(row.version), hash: String(row.hash) } : newStream
    if (head.version !== expectedVersion) return { ok: false, error: 'conflict', actual: head.version }
    const result = sealEvents(stream, head, events)
    return result.ok
      ? { ok: true, events: result.sealed.map((event) => this.#insertEvent(event)) }
      : this.#unavailable(result.message)
  }

  #insertEvent(sealed: SealedEvent): EventEnvelope {
    const { stream, version, at, elapsedMs, clock, actor, cause, schema, event, previousHash, hash } = sealed
    const { lastInsertRowid } = this.#insert.run(
      stream,
      version,
      at,
      elapsedMs,
      JSON.stringify(clock),
      JSON.stringify(actor),
      cause === undefined ? null : JSON.stringify(cause),
      schema ?? null,
      JSON.stringify(event),
      previousHash,
      hash,
    )
    return { ...sealed, position: Number(lastInsertRowid) }
  }

  async read(stream: string, fromVersion = 1): Promise<EventEnvelope[]> {
    const rowsOf = async (from: number, before: number) =>
      this.#rows(() => this.#read.all(stream, from, before)).map(storedEventOf)
    return readStream(rowsOf, fromVersion)
  }

  async readAll(afterPosition: number, limit: number): Promise<StoredEvent[]> {
    return this.#rows(() => this.#readAll.all(afterPosition, limit)).map(storedEventOf)
  }

  async readSnapshot(stream: string): Promise<Snapshot | null> {
    const row = this.#rows(() => this.#snapshot.get(stream))
    return row ? snapshotOf(row) : null
  }

  async keepSnapshot(stream: string, { version, hash, fold, digest, state }: Snapshot): Promise<void> {
    if (this.#ended) return
    try {
      this.#keepSnapshot.run(stream, version, hash, fold, digest, state)
    } catch (error) {
      if (!isSqliteError(error)) throw error
    }
  }

  async dropSnapshots(): Promise<void> {
    this.#rows(() => this.#database.exec('DELETE FROM snapshots'))
  }

  async streams(): Promise<{ stream: string; version: number }[]> {
    return this.#rows(() => this.#streams.all()).map(({ stream, version }) => ({
      stream: String(stream),
      version: Number(version),
    }))
  }

  async close(): Promise<void> {
    if (!this.#database.isOpen) return
    while (this.#waiting.length > 0) this.#commitWaiting()
    this.#ended = 'the store is closed'
    removeHolder(this.#path)
    this.#database.close()
  }

  #rows<T>(query: () => T): T {
    try {
      return query()
    } catch (error) {
      const why = this.#ended ?? (error instanceof Error ? error.message : String(error))
      throw new StoreRefusal(`cannot read ${this.#path}: ${why}`, 'unavailable', { cause: error })
    }
  }

  #unavailable(why: string): AppendResult {
    return { ok: false, error: 'unavailable', message: `cannot append to ${this.#path}: ${why}` }
  }
}

const full = (path: string): string =>
  `cannot append to ${path}: the disk is full. Nothing goes forward until there is room, and then by itself; going back can still be recorded`

/** After a failed fsync the kernel may drop what it could not write and report success next time: only a fresh open tells. */
const diskFailed = ({ message }: Error): string =>
  `the disk failed (${message}); mend it and restart the controller, which reads what is really there`

/** Device and inode, or undefined when there is no such file; stat opens nothing, so it leaves the lock alone. */
function inodeOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  return stat && `${stat.dev}:${stat.ino}`
}
