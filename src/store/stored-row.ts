/** A row of a database's `events` as the event it holds, of any schema version: what an older one does not have is left out. */
import type { StoredEvent } from '../core/audit/stored-event.ts'
import type { Snapshot } from '../ports/event-store.ts'

/** Nothing is checked: what was meddled with comes out as it lies there, for others to refuse. */
export function storedEventOf(row: Readonly<Record<string, unknown>>): StoredEvent {
  return {
    position: Number(row.position),
    stream: String(row.stream),
    version: Number(row.version),
    at: String(row.at),
    elapsedMs: Number(row.elapsed_ms),
    clock: fromJson(row.clock),
    actor: fromJson(row.actor),
    ...((row.cause ?? null) !== null && { cause: fromJson(row.cause) }),
    ...((row.schema ?? null) !== null && { schema: Number(row.schema) }),
    event: fromJson(row.event),
    previousHash: String(row.previous_hash),
    hash: String(row.hash),
  }
}

/** A row of `snapshots`. */
export const snapshotOf = ({ version, hash, fold, digest, state }: Readonly<Record<string, unknown>>): Snapshot => ({
  version: Number(version),
  hash: String(hash),
  fold: Number(fold),
  digest: String(digest),
  state: String(state),
})

/** Text that is no JSON stays text, which the schema then refuses with its place. */
function fromJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return text
  }
}
