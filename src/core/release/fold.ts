/** The shape of a fold: how one kind of event changes the state. */
import type { EventEnvelope, EventOf, ReleaseEvent } from './events.ts'
import type { Release } from './release.ts'

/** What the fold needs of a stored event; `position` is 0 and `at` empty while a decision is being made and the event is not stored yet. */
export type Recorded = Pick<EventEnvelope, 'event' | 'actor' | 'at' | 'elapsedMs' | 'position'>

/** What an event of one type changes. */
export type Fold<T extends ReleaseEvent['type']> = (
  before: Release,
  event: EventOf<T>,
  recorded: Recorded,
) => Partial<Release>
