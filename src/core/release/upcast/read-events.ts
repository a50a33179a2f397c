/** From what a store holds to events of today: checked by what was written, then lifted, then read. What is stored stays as it is. */
import type { z } from 'zod'
import type { StoredEvent } from '../../audit/stored-event.ts'
import { chainHash } from '../chain.ts'
import { EventEnvelope } from '../events.ts'
import { eventSchemaVersion, schemaOf } from './event-schema.ts'
import { LiftedStream } from './upcasters.ts'

/** An event cannot be read; the message says which, why, and what to do. */
export class UnreadableEvent extends Error {}

/** Whether an event names today's version: nothing before it is needed to read it. */
export const isOfToday = ({ schema }: StoredEvent): boolean => schema === eventSchemaVersion

/** Whether the older events of a stream are read with all those before them, and not with the first one alone. */
export const needsHistory = (first: StoredEvent): boolean => schemaOf(first, first) < eventSchemaVersion

/**
 * Events of one stream, in order. `earlier` are those before them: none where all are of today, else the first event of the stream, and where
 * that `needsHistory` all that follow it. Throws `UnreadableEvent`.
 */
export function readEvents(events: readonly StoredEvent[], earlier: readonly StoredEvent[] = []): EventEnvelope[] {
  const stream = new LiftedStream()
  const first = earlier[0] ?? events[0]
  for (const stored of earlier) liftedEvent(stored, first, stream)
  return events.map((stored) => {
    const event = liftedEvent(stored, first, stream)
    const parsed = EventEnvelope.safeParse(event)
    if (parsed.success) return parsed.data
    throw new UnreadableEvent(`${nameOf(stored)} cannot be read: ${firstIssue(parsed.error)}`)
  })
}

/** Refuses an event of a newer version: it may say what this program would not obey. */
export function refuseNewer(stored: StoredEvent): void {
  if (stored.schema === undefined || stored.schema <= eventSchemaVersion) return
  throw new UnreadableEvent(`${nameOf(stored)} is ${newerThanKnown(stored.schema)}`)
}

/** How every message says it. */
export const newerThanKnown = (schema: number): string =>
  `of event version ${schema}, this Tidegate knows up to ${eventSchemaVersion}: use the version that wrote it, or a newer one`

function liftedEvent(stored: StoredEvent, first: StoredEvent | undefined, stream: LiftedStream): unknown {
  refuseNewer(stored)
  const version = schemaOf(stored, first)
  if (version === eventSchemaVersion) return stored
  // Once lifted it no longer gives its hash, so whoever gets it could not tell.
  if (chainHash(stored) !== stored.hash)
    throw new UnreadableEvent(`${nameOf(stored)} was changed after it was written: what it says does not give its hash`)
  try {
    return { ...stored, event: stream.lift(stored.event, version), liftedFrom: version }
  } catch (error) {
    throw new UnreadableEvent(`${nameOf(stored)} is no event of version ${version}`, { cause: error })
  }
}

const nameOf = ({ stream, version }: StoredEvent): string => `stream ${stream}, version ${version}`

function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues
  return issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown'
}
