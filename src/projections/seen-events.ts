/** Finds the event that says something: the newest of its type about one part of the plan. */

import type { StatementStatus } from '../core/release/document-status.ts'
import type { EventEnvelope, ReleaseEvent } from '../core/release/events.ts'

type About = Pick<StatementStatus, 'events' | 'at'>

export class SeenEvents {
  readonly #newest = new Map<string, EventEnvelope>()
  readonly #first: EventEnvelope

  /** Throws on an empty log. */
  constructor(events: readonly EventEnvelope[]) {
    const [first] = events
    if (!first) throw new Error('a release has at least one event')
    this.#first = first
    for (const envelope of events) this.#newest.set(keyOf(envelope.event.type, subjectOf(envelope.event)), envelope)
  }

  /** The newest of these events as evidence; the start of the release where none was seen. */
  about(...wanted: (readonly [ReleaseEvent['type'], string?])[]): About {
    const found = wanted.flatMap(([type, subject]) => this.#newest.get(keyOf(type, subject ?? '')) ?? [])
    const [newest = this.#first] = found.toSorted((a, b) => b.version - a.version)
    return {
      events: [...new Set(found.map(({ version }) => version).concat(newest.version))].sort((a, b) => a - b),
      at: newest.at,
    }
  }
}

const keyOf = (type: ReleaseEvent['type'], subject: string): string => `${type} ${subject}`

/** The part of the plan that an event is about; ids of parts are unique in a plan. */
function subjectOf(event: ReleaseEvent): string {
  if ('stepId' in event) return event.stepId
  if ('phaseId' in event) return event.phaseId
  if ('stageId' in event) return event.stageId
  if ('gateId' in event) return event.gateId
  return 'effectId' in event ? event.effectId : ''
}
