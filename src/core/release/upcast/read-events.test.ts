/** What is read from a store: events of today as they are, older ones lifted, and nothing that was changed or that a newer Tidegate wrote. */
import { describe, expect, it } from 'vitest'
import { goldenLog } from '../../../../test/fixtures/golden-logs.ts'
import type { StoredEvent } from '../../audit/stored-event.ts'
import { chainHash } from '../chain.ts'
import { releaseOf } from '../evolve.ts'
import { eventSchemaVersion } from './event-schema.ts'
import { readEvents } from './read-events.ts'

const held = goldenLog('version-1-held')

/** The log with one event changed and its hash made to fit. */
function rewritten(index: number, change: (event: StoredEvent) => Partial<StoredEvent>): StoredEvent[] {
  return held.map((stored, at) => {
    if (at !== index) return stored
    const changed = { ...stored, ...change(stored) }
    return { ...changed, hash: chainHash(changed) }
  })
}

describe('an event of a newer Tidegate', () => {
  it('is refused, with what is needed', () => {
    const newer = rewritten(3, () => ({ schema: eventSchemaVersion + 1 }))
    expect(() => readEvents(newer)).toThrow(
      `stream default/r1, version 4 is of event version ${eventSchemaVersion + 1}, this Tidegate knows up to ${eventSchemaVersion}: use the version that wrote it, or a newer one`,
    )
  })
})

describe('an older event', () => {
  it('is refused when it was changed after it was written: once lifted, its hash tells nothing', () => {
    const changed = held.map((stored) => (stored.version === 5 ? { ...stored, elapsedMs: 0 } : stored))
    expect(() => readEvents(changed)).toThrow('stream default/r1, version 5 was changed after it was written')
  })

  it('is refused when it is not what its version says', () => {
    const signed = held.findIndex(({ event }) => JSON.stringify(event).includes('"SignOffGiven"'))
    const odd = rewritten(signed, () => ({ event: { type: 'SignOffGiven', role: 'qa', digest: 'd' } }))
    expect(() => readEvents(odd)).toThrow(`version ${signed + 1} is no event of version 1`)
  })

  it('says which version it was, and keeps its own hash', () => {
    const events = readEvents(held)
    expect(new Set(events.map(({ liftedFrom }) => liftedFrom))).toEqual(new Set([1]))
    expect(events.map(({ hash }) => hash)).toEqual(held.map(({ hash }) => hash))
  })
})

describe('a release of version 1', () => {
  it('is held at the stage at which it was held, and whoever was paged for it is not paged again', () => {
    const { holds, effects } = releaseOf(readEvents(held))
    expect(holds).toMatchObject([{ about: 'stage canary/stage-10', reason: expect.stringContaining('no fresh data') }])
    expect(Object.keys(effects)).toContain(`notice held at ${holds[0]?.sinceMs}, stage canary/stage-10`)
  })

  it('has the runs of its checks', () => {
    const { gates } = releaseOf(readEvents(held))
    const runs = gates['staging/healthy']?.runs.map(({ evidence }) => evidence.verdict)
    expect(runs).toEqual(['failed', 'passed'])
    expect(gates['staging/healthy']).toMatchObject({ run: 2, runsDone: 2 })
  })

  it('goes back whole, with the phases that were not completed', () => {
    const release = releaseOf(readEvents(goldenLog('version-1-rolled-back')))
    expect(release).toMatchObject({ status: 'RolledBack', rollback: { services: ['backend'], isWhole: true } })
    expect(Object.values(release.phases).map(({ status }) => status)).toEqual(['completed', 'completed', 'stopped'])
  })

  it('succeeds, with every share that was confirmed', () => {
    const release = releaseOf(readEvents(goldenLog('version-1-succeeded')))
    expect(release).toMatchObject({ status: 'Succeeded', holds: [], pause: null })
    expect(release.services.backend?.confirmedPercents).toEqual([10, 50, 100])
  })
})
