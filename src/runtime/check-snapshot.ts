/** Whether a kept snapshot is what the events give: nobody asks that when a release is opened, for it would cost what the snapshot saves. */
import type { StoredEvent } from '../core/audit/stored-event.ts'
import { digestOf } from '../core/canonical.ts'
import { foldVersion, releaseOf } from '../core/release/evolve.ts'
import type { Release } from '../core/release/release.ts'
import { readEvents } from '../core/release/upcast/read-events.ts'
import type { Snapshot } from '../ports/event-store.ts'
import { stateOf } from './open-release.ts'

/**
 * `same`: the events give it. `unused`: it is passed over when its release is opened, and its events are folded instead. `wrong`: its release
 * would be opened with it, and is not what the events give; `parts` are the members of the state that differ.
 */
export type SnapshotVerdict =
  | { verdict: 'same' }
  | { verdict: 'unused'; why: string }
  | { verdict: 'wrong'; parts: string[] }

/** `stored` are the events of the stream up to the snapshot's version. Throws `UnreadableEvent`. */
export function checkSnapshot(snapshot: Snapshot, stored: readonly StoredEvent[]): SnapshotVerdict {
  if (snapshot.fold !== foldVersion) return { verdict: 'unused', why: 'another version of Tidegate made it' }
  const kept = stateOf(snapshot)
  if (!kept) return { verdict: 'unused', why: 'it is not what was written' }
  const last = stored.at(-1)
  if (last?.version !== snapshot.version || last.hash !== snapshot.hash)
    return { verdict: 'unused', why: 'it is not of this log' }
  const parts = differences(kept, releaseOf(readEvents(stored)))
  return parts.length === 0 ? { verdict: 'same' } : { verdict: 'wrong', parts }
}

function differences(kept: Release, folded: Release): string[] {
  const members = new Map<string, [unknown, unknown]>()
  for (const [name, value] of Object.entries(folded)) members.set(name, [undefined, value])
  for (const [name, value] of Object.entries(kept)) members.set(name, [value, members.get(name)?.[1]])
  return [...members].filter(([, [one, other]]) => digestOf([one]) !== digestOf([other])).map(([name]) => name)
}
