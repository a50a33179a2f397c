/** CloudEvents against the rules of their specification (1.0.2 §3 and its JSON format §2 and §3). */
import { describe, expect, it } from 'vitest'
import { toCloudEvent } from './cloud-event.ts'
import type { StoredEvent } from './stored-event.ts'

const stored: StoredEvent = {
  position: 12,
  stream: 'default/r1',
  version: 3,
  at: '2026-03-01T10:00:00.000Z',
  elapsedMs: 1,
  clock: {},
  actor: { id: 'rina', name: 'Rina', demo: false },
  cause: { kind: 'command', command: 'pause' },
  event: { type: 'ReleasePaused', reason: 'lunch' },
  previousHash: '0',
  hash: '1',
}

const uriReference = /^(?:[a-z][a-z0-9+.-]*:)?(?:%[0-9A-Fa-f]{2}|[\w\-.~:/?#[\]@!$&'()*+,;=])+$/
const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** What breaks a rule, by attribute. */
function breaches(event: Readonly<Record<string, unknown>>): string[] {
  const { data: _, ...attributes } = event
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
  const checks: Record<string, boolean> = {
    'specversion is 1.0': event.specversion === '1.0',
    'id is a non-empty text': isText(event.id),
    'source is a non-empty URI reference': isText(event.source) && uriReference.test(event.source),
    'type is a non-empty text': isText(event.type),
    'datacontenttype is a media type':
      isText(event.datacontenttype) && /^[\w.+-]+\/[\w.+-]+$/.test(event.datacontenttype),
    'subject is a non-empty text': isText(event.subject),
    'time is RFC 3339': isText(event.time) && rfc3339.test(event.time),
    'data is no data_base64 as well': !('data_base64' in event),
  }
  const names = Object.entries(attributes).flatMap(([name, value]) => [
    ...(/^[a-z0-9]{1,20}$/.test(name) ? [] : [`${name} is no name of an attribute`]),
    ...(typeof value === 'string' && !/\p{Cc}|\p{Cs}/u.test(value) ? [] : [`${name} is no text`]),
  ])
  return [...Object.entries(checks).flatMap(([rule, holds]) => (holds ? [] : [rule])), ...names]
}

describe('a CloudEvent', () => {
  it.each([
    ['an event', stored],
    ['an event of an older Tidegate, without a cause', { ...stored, cause: undefined }],
    ['an event whose actor and kind cannot be read', { ...stored, actor: null, event: 'x' }],
    ['a stream with characters that URIs do not take', { ...stored, stream: 'default/r 1"ü' }],
    ['a stream without a project', { ...stored, stream: 'r1' }],
  ])('of %s keeps every rule', (_, event) => {
    for (const origin of ['', 'https://tidegate.example', 'urn:tidegate:ours'])
      expect(breaches({ ...toCloudEvent(event, origin) })).toEqual([])
  })

  it('is known by source and id, says who and why, and holds the event whole', () => {
    expect(toCloudEvent(stored, '')).toEqual({
      specversion: '1.0',
      id: '3',
      source: '/projects/default/releases/r1',
      type: 'tidegate.release.ReleasePaused',
      subject: 'r1',
      time: stored.at,
      datacontenttype: 'application/json',
      sequence: '0000000000000012',
      actorid: 'rina',
      causekind: 'command',
      data: stored,
    })
  })
})
