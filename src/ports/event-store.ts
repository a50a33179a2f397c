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

export interface AppendOptions {
  /** A stream has one wake-up: the append's transaction sees to it that it comes no later than asked, or not any more. Without it nothing is changed. */
  wakeUp?: WakeUp
  /** The events take users back: where there is no room left, they may have what the store keeps for that. */
  mayUseReserve?: boolean
}

/**
 * `conflict`: the stream has moved on (`actual` is its version). `unavailable`: nothing was written, or nobody can tell, and then the message
 * says that too; it also says what to do. Read before going on. `full`: nothing was written, for the disk is full; it can be tried again.
 */
export type AppendResult =
  | { ok: true; events: EventEnvelope[] }
  | { ok: false; error: 'conflict'; actual: number }
  | { ok: false; error: 'unavailable' | 'full'; message: string }

/** A release as it was after an event, so that what lies before it need not be folded again. */
export interface Snapshot {
  /** Of the last event that is in it, and that event's hash. */
  version: number
  hash: string
  /** Which fold made it (`foldVersion`). */
  fold: number
  /** Of the state. */
  digest: string
  /** JSON. */
  state: string
}

/** A snapshot as it lies in a store, with the events up to its version as they lie there. */
export interface KeptSnapshot {
  stream: string
  snapshot: Snapshot
  events: StoredEvent[]
}

export interface EventStore {
  /** Other controllers may append too: a conflict is a reason to read and to decide again. Else it is a fault. */
  readonly isShared: boolean
  /** Appends all or nothing, in one transaction, when the stream is at `expectedVersion` (0: it does not exist yet). */
  append(
    stream: string,
    expectedVersion: number,
    events: readonly NewEvent[],
    options?: AppendOptions,
  ): Promise<AppendResult>
  /** The events of a stream from `fromVersion` (1-based, inclusive) on. Throws a `StoreRefusal` when they cannot be read. */
  read(stream: string, fromVersion?: number): Promise<EventEnvelope[]>
  /**
   * At most `limit` events of all streams with positions above `afterPosition`, in the order of their positions and as they were written.
   * Whoever reads on from the last one misses none: an event never appears below one that was given.
   */
  readAll(afterPosition: number, limit: number): Promise<StoredEvent[]>
  /** The last snapshot of a stream; null where none was kept. It may be gone at any time. */
  readSnapshot(stream: string): Promise<Snapshot | null>
  /** Takes the place of the stream's last snapshot. That it could not be kept is no fault: nothing is said. */
  keepSnapshot(stream: string, snapshot: Snapshot): Promise<void>
  /** All of them: the events give them again. Throws a `StoreRefusal` when that could not be done. */
  dropSnapshots(): Promise<void>
  /** All streams with their last version, oldest first. Throws a `StoreRefusal` when they cannot be read. */
  streams(): Promise<{ stream: string; version: number }[]>
  close(): Promise<void>
}
