/** Some hundred tamperings of every kind: all are detected, and located as far as what is known allows. `npm run tamper` does 10,000. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type History, makeHistory } from './history.ts'
import { tamperings } from './tamperings.ts'
import { audited, tryTampering } from './try-tampering.ts'

const rounds = 6
const kinds = Object.keys(tamperings)
let folder = ''
const histories: History[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-tamper-'))
  for (let seed = 1; seed <= rounds; seed++) histories.push(await makeHistory(seed, join(folder, `${seed}`)))
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('a sealed history', () => {
  it('is intact when nobody touched it', () => {
    for (const { database, sealed, events } of histories) {
      const report = audited(database, sealed)
      expect(report).toMatchObject({
        verdict: 'intact',
        findings: [],
        events: events.length,
        sealed: sealed.leaves.length,
      })
      expect(report.checkpoints).toBeGreaterThan(1)
    }
  })

  it('without its checkpoints is vouched for by nobody, and hangs together', () => {
    const [history] = histories
    const nothing = { leaves: [], heads: [], position: 0, problems: [], torn: 0 }
    expect(audited(history?.database ?? '', nothing)).toMatchObject({ verdict: 'unvouched', findings: [] })
  })

  it.each(kinds.map((kind, index) => ({ kind, index })))('shows: $kind', ({ kind, index }) => {
    for (const [round, history] of histories.entries()) {
      const tried = tryTampering(history, index + round * kinds.length, folder)
      expect(tried).toMatchObject({ kind, isDetected: true, isLocated: true })
      const blurred = tryTampering(history, index + round * kinds.length, folder, { headsOnly: true })
      expect(blurred).toMatchObject({ kind, isDetected: true, isInRange: true })
    }
  })
})
