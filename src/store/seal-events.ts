/** From new events to chained envelopes: what every store keeps, checked before it is written. */
import { Buffer } from 'node:buffer'
import type { z } from 'zod'
import { canonicalJson } from '../core/canonical.ts'
import { chainHash, genesisHash } from '../core/release/chain.ts'
import { EventEnvelope } from '../core/release/events.ts'
import { eventSchemaVersion } from '../core/release/upcast/event-schema.ts'
import type { NewEvent } from '../ports/event-store.ts'

/** Bytes of one event as JSON. */
export const maximumEventBytes = 1024 * 1024

const SealedEvent = EventEnvelope.omit({ position: true, liftedFrom: true })
export type SealedEvent = z.infer<typeof SealedEvent>

/** Where a stream stands: its last version and that event's hash. */
export interface StreamHead {
  version: number
  hash: string
}

export const newStream: StreamHead = { version: 0, hash: genesisHash }

/** Numbers and chains events after `head`. An event that could not be read again is refused, with its place in the batch. */
export function sealEvents(
  stream: string,
  head: StreamHead,
  events: readonly NewEvent[],
): { ok: true; sealed: SealedEvent[] } | { ok: false; message: string } {
  if (stream === '' || stream.includes('\0') || !stream.isWellFormed())
    return { ok: false, message: `"${stream}" cannot name a stream` }
  const sealed: SealedEvent[] = []
  let { version, hash: previousHash } = head
  for (const [index, event] of events.entries()) {
    const text = canonicalJson({ ...event, schema: eventSchemaVersion, stream, version: ++version, previousHash })
    const what = `event ${index + 1} of ${events.length} for ${stream} (${event.event.type})`
    const bytes = Buffer.byteLength(text)
    if (bytes > maximumEventBytes)
      return { ok: false, message: `${what} has ${bytes} bytes, the limit is ${maximumEventBytes}` }
    const draft = JSON.parse(text)
    const parsed = SealedEvent.safeParse({ ...draft, hash: chainHash(draft) })
    if (!parsed.success) return { ok: false, message: `${what} is not valid: ${firstIssue(parsed.error)}` }
    sealed.push(parsed.data)
    previousHash = parsed.data.hash
  }
  return { ok: true, sealed }
}

function firstIssue({ issues }: z.ZodError): string {
  const [issue] = issues
  return issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown'
}
