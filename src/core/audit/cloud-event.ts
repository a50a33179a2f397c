/** Events of the log as CloudEvents 1.0 in JSON. The stored event is the data, whole, so that what was exported can still be verified. */
import type { StoredEvent } from './stored-event.ts'

/** Attributes by CloudEvents 1.0.2 §3; `sequence` is its documented extension, the others are ours. */
export interface CloudEvent {
  specversion: '1.0'
  /** Version in its stream: unique within its source. */
  id: string
  source: string
  type: string
  subject: string
  /** RFC 3339. */
  time: string
  datacontenttype: 'application/json'
  /** Position in the log, with leading zeros: in the order of text it is in the order of the log. */
  sequence: string
  actorid?: string
  causekind?: string
  data: StoredEvent
}

/** `origin` is the URI of this installation, without a slash at its end; it may be empty. */
export function toCloudEvent(stored: StoredEvent, origin: string): CloudEvent {
  const [project = '', ...rest] = stored.stream.split('/')
  const release = rest.join('/')
  const actorid = memberOf(stored.actor, 'id')
  const causekind = memberOf(stored.cause, 'kind')
  return {
    specversion: '1.0',
    id: `${stored.version}`,
    source: `${origin}/projects/${encodeURIComponent(project)}/releases/${encodeURIComponent(release)}`,
    type: `tidegate.release.${memberOf(stored.event, 'type') ?? 'Unknown'}`,
    subject: release || stored.stream,
    time: stored.at,
    datacontenttype: 'application/json',
    sequence: `${stored.position}`.padStart(16, '0'),
    ...(actorid !== null && { actorid }),
    ...(causekind !== null && { causekind }),
    data: stored,
  }
}

/** A text in what was read from a log, which may be anything. Attributes are never empty. */
function memberOf(value: unknown, name: string): string | null {
  if (typeof value !== 'object' || value === null) return null
  const member = Object.entries(value).find(([key]) => key === name)?.[1]
  return typeof member === 'string' && member !== '' ? member : null
}
