/** Reads a stream of a database as events of today, whichever version of Tidegate wrote them. */
import type { StoredEvent } from '../core/audit/stored-event.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import { isOfToday, needsHistory, readEvents, UnreadableEvent } from '../core/release/upcast/read-events.ts'
import { StoreRefusal } from '../ports/store-refusal.ts'

/** More than any stream has: the end of it. */
const noEnd = 2 ** 31 - 1

/** The events of one stream from a version on, inclusive, and before another one. */
type RowsOf = (fromVersion: number, beforeVersion: number) => Promise<StoredEvent[]>

/** Events from `fromVersion` on (1-based, inclusive). Throws a `StoreRefusal` that says which one cannot be read. */
export async function readStream(rowsOf: RowsOf, fromVersion: number): Promise<EventEnvelope[]> {
  const from = Math.max(1, fromVersion)
  const events = await rowsOf(from, noEnd)
  const earlier = from === 1 || events.every(isOfToday) ? [] : await earlierEvents(rowsOf, from)
  try {
    return readEvents(events, earlier)
  } catch (error) {
    throw error instanceof UnreadableEvent ? new StoreRefusal(error.message, 'unavailable', { cause: error }) : error
  }
}

async function earlierEvents(rowsOf: RowsOf, fromVersion: number): Promise<StoredEvent[]> {
  const [first] = await rowsOf(1, 2)
  if (!first) return []
  return needsHistory(first) ? [first, ...(await rowsOf(2, fromVersion))] : [first]
}
