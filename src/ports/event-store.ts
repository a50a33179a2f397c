/** The event store: append-only streams with an expected version. An acknowledged append is on disk. */
import type { StoredEvent } from '../core/audit/stored-event.ts'
import type { Actor, Cause, EventEnvelope, MonotonicMoment, ReleaseEvent } from '../core/release/events.ts'

/** What the writer adds to an event; version, position and hashes are the store's. */
export interface NewEvent {
  event: ReleaseEvent
  actor: Actor
  cause?: Cause
  /** ISO 8601, UTC. */
  at: string
  /** Release time in milliseconds, monotonic. */
  elapsedMs: number
  clock: MonotonicMoment
}

/**
 * When a stream has to be taken up again, should nobody be at work on it: milliseconds from now, or never. A store with one opener needs no
 * such note, for its opener is at work on all of it.
 */
export interface WakeUp {
  afterMs: number | null
}

/**
 * `conflict`: the stream has moved on (`actual` is its version). `unavailable`: nothing was written, or nobody can tell, and then the message
 * says that too; it also says what to do. Read before going on.
 */
export type AppendResult =
  | { ok: true; events: EventEnvelope[] }
  | { ok: false; error: 'conflict'; actual: number }
  | { ok: false; error: 'unavailable'; message: string }

export interface EventStore {
  /** Other controllers may append too: a conflict is a reason to read and to decide again. Else it is a fault. */
  readonly isShared: boolean
  /**
   * Appends all or nothing, in one transaction, when the stream is at `expectedVersion` (0: it does not exist yet). A stream has one wake-up; the
   * same transaction sees to it that it comes no later than asked, or not any more. Without a word on it nothing is changed.
   */
  append(stream: string, expectedVersion: number, events: readonly NewEvent[], wakeUp?: WakeUp): Promise<AppendResult>
  /** The events of a stream from `fromVersion` (1-based, inclusive) on. Throws a `StoreRefusal` when they cannot be read. */
  read(stream: string, fromVersion?: number): Promise<EventEnvelope[]>
  /**
   * At most `limit` events of all streams with positions above `afterPosition`, in the order of their positions and as they were written.
   * Whoever reads on from the last one misses none: an event never appears below one that was given.
   */
  readAll(afterPosition: number, limit: number): Promise<StoredEvent[]>
  /** All streams with their last version, oldest first. Throws a `StoreRefusal` when they cannot be read. */
  streams(): Promise<{ stream: string; version: number }[]>
  close(): Promise<void>
}
