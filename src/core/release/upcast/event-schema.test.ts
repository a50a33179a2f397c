/**
 * The shape of events by version, kept for ever: whoever changes an event is told here that releases are under way whose events have the shape of
 * before.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { goldenLogs } from '../../../../test/fixtures/golden-logs.ts'
import { EventEnvelope } from '../events.ts'
import { eventSchemaVersion, schemaOf } from './event-schema.ts'
import { upcasters } from './upcasters.ts'

const fileOf = (version: number) =>
  join(import.meta.dirname, `../../../../test/golden/event-schemas/version-${version}.json`)

const whatToDo = `
The shape of events is not that of version ${eventSchemaVersion} any more. Releases that are under way have events of that shape, and an older Tidegate cannot read the
new one. If the change is wanted:
 1. keep a log or two of version ${eventSchemaVersion} in test/golden/logs, one of them stopped in the middle of a stage, written by the code from before the change;
 2. raise eventSchemaVersion in src/core/release/upcast/event-schema.ts and say there what changed;
 3. add the step from ${eventSchemaVersion} in src/core/release/upcast/upcasters.ts: "() => (event) => event" if only members that may be absent were added;
 4. UPDATE_GOLDEN=1 npm test -- src/core/release/upcast writes the new shape beside the old ones: format it, and add the digests of the logs to fold-version.test.ts.`

/** Without words for people, and without the limits that refinements set: those may be widened at any time, and narrowed never. */
const shape: unknown = JSON.parse(
  JSON.stringify(z.toJSONSchema(EventEnvelope, { io: 'input', unrepresentable: 'any', reused: 'ref' }), (key, value) =>
    ['description', 'examples', '$schema'].includes(key) && typeof value !== 'object' ? undefined : value,
  ),
)

describe('the shape of events', () => {
  it(`is that of version ${eventSchemaVersion}`, () => {
    const file = fileOf(eventSchemaVersion)
    // What a version was is never written anew: only a new one is.
    if (process.env.UPDATE_GOLDEN && !existsSync(file)) writeFileSync(file, `${JSON.stringify(shape)}\n`)
    expect(existsSync(file), whatToDo).toBe(true)
    expect(shape, whatToDo).toEqual(JSON.parse(readFileSync(file, 'utf8')))
  })

  it('is led to from every earlier version, and a log of each was kept', () => {
    const earlier = Array.from({ length: eventSchemaVersion - 1 }, (_, index) => `${index + 1}`)
    expect(Object.keys(upcasters)).toEqual(earlier)
    const kept = new Set(goldenLogs().map(({ stored }) => `${stored[0] && schemaOf(stored[0], stored[0])}`))
    expect([...kept].sort()).toEqual([...earlier, `${eventSchemaVersion}`])
  })
})
