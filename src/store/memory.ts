/** The event store for tests and rehearsals: the rules of the durable stores, in memory. */
import type { StoredEvent } from '../core/audit/stored-event.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import type { AppendResult, EventStore, NewEvent, Snapshot } from '../ports/event-store.ts'
import { StoreRefusal } from '../ports/store-refusal.ts'
import { newStream, sealEvents } from './seal-events.ts'

export function createMemoryStore(): EventStore {
  return new MemoryStore()
}

class MemoryStore implements EventStore {
  readonly isShared = false
  /** Streams in the order of their first events. */
  readonly #streams = new Map<string, EventEnvelope[]>()
  /** All events; the one at index n has position n + 1. */
  readonly #log: EventEnvelope[] = []
  readonly #snapshots = new Map<string, Snapshot>()
  #closed = false

  async append(stream: string, expectedVersion: number, events: readonly NewEvent[]): Promise<AppendResult> {
    if (this.#closed) return { ok: false, error: 'unavailable', message: 'the store is closed' }
    const stored = this.#streams.get(stream) ?? []
    const head = stored.at(-1) ?? newStream
    if (head.version !== expectedVersion) return { ok: false, error: 'conflict', actual: head.version }
    const result = sealEvents(stream, head, events)
    if (!result.ok) return { ok: false, error: 'unavailable', message: result.message }
    const added = result.sealed.map(
      (event, index): EventEnvelope => ({ ...event, position: this.#log.length + index + 1 }),
    )
    stored.push(...added)
    this.#log.push(...added)
    if (added.length > 0) this.#streams.set(stream, stored)
    return { ok: true, events: structuredClone(added) }
  }

  async read(stream: string, fromVersion = 1): Promise<EventEnvelope[]> {
    this.#assertOpen()
    const stored = this.#streams.get(stream) ?? []
    return structuredClone(stored.slice(Math.max(0, fromVersion - 1)))
  }

  async readAll(afterPosition: number, limit: number): Promise<StoredEvent[]> {
    this.#assertOpen()
    return structuredClone(this.#log.slice(afterPosition, afterPosition + limit))
  }

  async readSnapshot(stream: string): Promise<Snapshot | null> {
    this.#assertOpen()
    return this.#snapshots.get(stream) ?? null
  }

  async keepSnapshot(stream: string, snapshot: Snapshot): Promise<void> {
    this.#snapshots.set(stream, { ...snapshot })
  }

  async dropSnapshots(): Promise<void> {
    this.#assertOpen()
    this.#snapshots.clear()
  }

  async streams(): Promise<{ stream: string; version: number }[]> {
    this.#assertOpen()
    return [...this.#streams].map(([stream, events]) => ({ stream, version: events.length }))
  }

  async close(): Promise<void> {
    this.#closed = true
  }

  #assertOpen(): void {
    if (this.#closed) throw new StoreRefusal('the store is closed')
  }
}
