/** What a decision is made of. */
import type { Actor, ReleaseEvent } from './events.ts'

/** An event that was decided, and whose doing it is. */
export interface Decided {
  event: ReleaseEvent
  actor: Actor
}
