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

/** `conflict`: the stream has moved on (`actual` is its version). `unavailable`: nothing was written; the message says what to do. */
export type AppendResult =
  | { ok: true; events: EventEnvelope[] }
  | { ok: false; error: 'conflict'; actual: number }
  | { ok: false; error: 'unavailable'; message: string }

export interface EventStore {
  /** Appends all or nothing, in one transaction, when the stream is at `expectedVersion` (0: it does not exist yet). */
  append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<AppendResult>
  /** The events of a stream from `fromVersion` (1-based, inclusive) on. */
  read(stream: string, fromVersion?: number): Promise<EventEnvelope[]>
  /**
   * At most `limit` events of all streams with positions above `afterPosition`, in the order of their positions and as they were written.
   * Whoever reads on from the last one misses none: an event never appears below one that was given.
   */
  readAll(afterPosition: number, limit: number): Promise<StoredEvent[]>
  /** All streams with their last version, oldest first. */
  streams(): Promise<{ stream: string; version: number }[]>
  close(): Promise<void>
}
