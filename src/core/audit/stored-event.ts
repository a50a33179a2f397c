/** An event as it lies in a store or an export, whichever version of Tidegate wrote it. */
import { z } from 'zod'

/**
 * What the audit looks at. Nothing is checked against the events known today: the hash is over what was written, so that it can be
 * recomputed for events that no schema of today reads. `position` only grows over the whole log.
 */
export const StoredEvent = z.strictObject({
  position: z.int().min(1),
  stream: z.string(),
  version: z.int().min(1),
  at: z.string(),
  elapsedMs: z.number(),
  clock: z.unknown(),
  actor: z.unknown(),
  cause: z.unknown().optional(),
  /** Version of the event's schema; events from before they named it have none. */
  schema: z.int().min(1).optional(),
  event: z.unknown(),
  previousHash: z.string(),
  hash: z.string(),
})
export type StoredEvent = z.infer<typeof StoredEvent>
