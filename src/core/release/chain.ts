/** The hash chain of a stream: each event names its predecessor, so that a change, a gap or a new order shows. */
import type { StoredEvent } from '../audit/stored-event.ts'
import { digestOf } from '../canonical.ts'
import type { EventEnvelope } from './events.ts'

export const genesisHash = '0'.repeat(64)

/**
 * The hash of an event: over its predecessor's hash and everything in it but the store-wide position. Without a cause or a version of its schema it
 * is as it was before there were any.
 */
export function chainHash(envelope: Omit<StoredEvent, 'hash' | 'position'>): string {
  const { stream, version, at, elapsedMs, clock, actor, cause, schema, event, previousHash } = envelope
  return digestOf({ stream, version, at, elapsedMs, clock, actor, cause, schema, event, previousHash })
}

/**
 * The first version at which a stream read from its beginning does not hold together, or null when it does. A lifted event is another one than was
 * stored: its own hash was checked when it was read, and only its place is here.
 */
export function firstBreak(events: readonly EventEnvelope[]): number | null {
  let previousHash = genesisHash
  for (const [index, envelope] of events.entries()) {
    const expected = index + 1
    if (envelope.version !== expected || envelope.previousHash !== previousHash) return expected
    if (envelope.liftedFrom === undefined && chainHash(envelope) !== envelope.hash) return expected
    previousHash = envelope.hash
  }
  return null
}
