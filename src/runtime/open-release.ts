/** A release from its store: from the last snapshot on where there is one that can be trusted, else from its first event. */
import { digestOf } from '../core/canonical.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import { evolve, foldVersion, releaseOf } from '../core/release/evolve.ts'
import type { Release } from '../core/release/release.ts'
import type { EventStore, Snapshot } from '../ports/event-store.ts'

export interface OpenedRelease {
  release: Release
  /** The last event that is in it. */
  last: EventEnvelope
}

/** So many events are folded anew, twice as many at most; a snapshot of a release takes a few milliseconds and some hundred kilobytes. */
export const snapshotEvery = 1_000

/** Null when there is no such stream. Throws a `StoreRefusal` when it cannot be read. */
export async function openRelease(store: EventStore, stream: string): Promise<OpenedRelease | null> {
  const { from, events } = await readOn(store, stream)
  const last = events.at(-1) ?? from?.last
  if (!last) return null
  const release = from ? events.reduce(evolve, from.release) : releaseOf(events)
  const opened = { release, last }
  if (events.length >= snapshotEvery) await store.keepSnapshot(stream, snapshotOf(opened))
  return opened
}

/** What a snapshot holds, and the events after it; without one, all events. */
async function readOn(store: EventStore, stream: string): Promise<{ from?: OpenedRelease; events: EventEnvelope[] }> {
  const snapshot = await store.readSnapshot(stream)
  const release = snapshot && stateOf(snapshot)
  if (!release) return { events: await store.read(stream) }
  // Its own event comes along: the hash says whether the snapshot is of this log.
  const [own, ...events] = await store.read(stream, snapshot.version)
  return own?.hash === snapshot.hash ? { from: { release, last: own }, events } : { events: await store.read(stream) }
}

/** What is written may be thrown away at any time: the events give it again. */
export function snapshotOf({ release, last }: OpenedRelease): Snapshot {
  const { version } = release
  return { version, hash: last.hash, fold: foldVersion, digest: digestOf(release), state: JSON.stringify(release) }
}

/** Undefined where another fold made it, or it is not what was written. */
export function stateOf({ version, fold, digest, state }: Snapshot): Release | undefined {
  if (fold !== foldVersion) return undefined
  try {
    const release: Release = JSON.parse(state)
    return release.version === version && digestOf(release) === digest ? release : undefined
  } catch {
    return undefined
  }
}
