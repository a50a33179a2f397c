/** What an invariant is: a name, the events it is asked at, and what is wrong. */
import type { EventOf, ReleaseEvent } from '../../../core/release/events.ts'
import type { Recorded } from '../../../core/release/fold.ts'
import type { Release } from '../../../core/release/release.ts'

/** What is really so in the simulated world, beside what the engine believes. */
export interface Truth {
  /** Real candidate share by service, percent. */
  shares: Readonly<Record<string, number>>
  /** Effects the world performed so far: effectId → times performed. */
  performed: ReadonlyMap<string, number>
}

/** One event, the state that it found and the state that it left. */
export interface Moment {
  before: Release
  recorded: Recorded
  after: Release
  truth: Truth
}

export interface Invariant {
  /** Number in the design, and the words. */
  name: string
  /** The types of event that it is asked at; `every` for all. */
  at: readonly ReleaseEvent['type'][] | 'every'
  /** What is wrong; null when it holds. */
  broken(event: ReleaseEvent, moment: Moment): string | null
}

type Type = ReleaseEvent['type']

/** An invariant of events of some types. */
export function at<T extends Type>(
  types: T | readonly T[],
  name: string,
  broken: (event: EventOf<T>, moment: Moment) => string | null,
): Invariant {
  const list: readonly Type[] = typeof types === 'string' ? [types] : types
  return { name, at: list, broken: (event, moment) => broken(event as EventOf<T>, moment) }
}

/** An invariant of every event. */
export const every = (name: string, broken: Invariant['broken']): Invariant => ({ name, at: 'every', broken })

/** The first of several things that is wrong. */
export function firstOf(...found: (string | false | null | undefined)[]): string | null {
  for (const one of found) if (one) return one
  return null
}
