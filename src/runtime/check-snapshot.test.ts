/** A snapshot beside what its events give: one that fits in every way that opening asks for, and still says something else, is found. */
import { describe, expect, it } from 'vitest'
import { goldenLog } from '../../test/fixtures/golden-logs.ts'
import { digestOf } from '../core/canonical.ts'
import { releaseOf } from '../core/release/evolve.ts'
import type { Release } from '../core/release/release.ts'
import { readEvents } from '../core/release/upcast/read-events.ts'
import type { Snapshot } from '../ports/event-store.ts'
import { checkSnapshot } from './check-snapshot.ts'
import { snapshotOf } from './open-release.ts'

const log = goldenLog('train-rolled-back').slice(0, 40)

function snapshot(change: (release: Release) => Partial<Release> = () => ({})): Snapshot {
  const events = readEvents(log)
  const last = events.at(-1)
  if (!last) throw new Error('no events')
  const release = releaseOf(events)
  return snapshotOf({ release: { ...release, ...change(release) }, last })
}

describe('a kept snapshot', () => {
  it('is what its events give, also those of an older version', () => {
    expect(checkSnapshot(snapshot(), log)).toEqual({ verdict: 'same' })
    const old = goldenLog('version-1-held')
    const events = readEvents(old)
    const [last] = events.slice(-1)
    if (!last) throw new Error('no events')
    expect(checkSnapshot(snapshotOf({ release: releaseOf(events), last }), old)).toEqual({ verdict: 'same' })
  })

  it('is wrong where it says something else, and all that opening asks for fits', () => {
    const pause = { reason: 'x', by: { id: 'x', name: 'X', demo: false }, sinceMs: 1 }
    const changed = snapshot(({ plan }) => ({ pause, plan: { ...plan, asks: 'nobody' } }))
    expect(changed.digest).toBe(digestOf(JSON.parse(changed.state)))
    expect(checkSnapshot(changed, log)).toEqual({ verdict: 'wrong', parts: ['plan', 'pause'] })
  })

  it.each<[string, Partial<Snapshot>, string]>([
    ['of another fold', { fold: 0 }, 'another version of Tidegate'],
    ['whose state was changed', { state: '{"version":40}' }, 'not what was written'],
    ['that is no JSON', { state: '{' }, 'not what was written'],
    ['of another log', { hash: 'f'.repeat(64) }, 'not of this log'],
  ])('%s is not used', (_, change, why) => {
    expect(checkSnapshot({ ...snapshot(), ...change }, log)).toEqual({
      verdict: 'unused',
      why: expect.stringContaining(why),
    })
  })

  it('from beyond the end of the log is not used', () => {
    expect(checkSnapshot(snapshot(), log.slice(0, -1))).toMatchObject({ verdict: 'unused' })
  })
})
