/** What the audit says of logs that are not as they were; the tamper suite tries every way of changing one. */
import { describe, expect, it } from 'vitest'
import { chainHash, genesisHash } from '../release/chain.ts'
import { fromBase64 } from './base64.ts'
import { leafOf, mergeHistories, type SealedHistory } from './checkpoint-record.ts'
import { LogAudit } from './log-audit.ts'
import { rootOf } from './merkle-tree.ts'
import type { StoredEvent } from './stored-event.ts'

function logOf(reasons: readonly string[], stream = 'default/r1'): StoredEvent[] {
  let previousHash = genesisHash
  return reasons.map((reason, index) => {
    const event = { type: 'ReleasePaused', reason }
    const body = { stream, version: index + 1, at: '', elapsedMs: 0, clock: null, actor: null, event, previousHash }
    previousHash = chainHash(body)
    return { ...body, position: index + 1, hash: previousHash }
  })
}

function sealedOf(events: readonly StoredEvent[], sizes: readonly number[] = [events.length]): SealedHistory {
  const leaves = events.map(leafOf)
  const hashes = leaves.map((leaf) => fromBase64(leaf) ?? new Uint8Array())
  const heads = sizes.map((size, index) => ({
    origin: 'log',
    size,
    root: rootOf(hashes.slice(0, size)),
    note: '',
    line: index + 1,
    at: `2026-03-01T10:00:0${index}.000Z`,
  }))
  return { leaves, heads, position: events.length, problems: [], torn: 0 }
}

function audit(events: readonly StoredEvent[], sealed: SealedHistory) {
  const log = new LogAudit(sealed)
  for (const event of events) log.add(event)
  return log.report()
}

const log = logOf(['a', 'b', 'c', 'd', 'e', 'f'])
const sealed = sealedOf(log, [2, 4, 6])

describe('an audit', () => {
  it('says how far checkpoints vouch, and when the newest was written', () => {
    const more = logOf(['a', 'b', 'c', 'd', 'e', 'f', 'g'])
    expect(audit(more, sealed)).toMatchObject({
      verdict: 'intact',
      events: 7,
      sealed: 6,
      checkpoints: 3,
      sealedAt: '2026-03-01T10:00:02.000Z',
    })
  })

  it('finds what does not hang together after the last checkpoint', () => {
    const more = logOf(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'])
    const broken = more.toSpliced(6, 1)
    expect(audit(broken, sealed)).toMatchObject({
      verdict: 'broken',
      findings: [{ kind: 'broken', event: 7, version: 8, message: 'version 7 of default/r1 should stand here, not 8' }],
    })
  })

  it('cannot see that the end after the last checkpoint was cut off', () => {
    expect(audit(log.slice(0, 4), sealedOf(log.slice(0, 4)))).toMatchObject({ verdict: 'intact' })
  })

  it.each([
    ['changed', logOf(['a', 'b', 'X', 'd', 'e', 'f']), 3, '4 events from here on differ'],
    ['truncated', log.slice(0, 5), 6, 'ends after event 5, of 6'],
    ['missing', log.toSpliced(2, 2), 3, '2 events that checkpoints vouch for are gone'],
    ['added', log.toSpliced(2, 0, ...logOf(['x'], 'default/r9')), 3, 'not among those'],
    ['moved', [...log.slice(0, 1), ...log.slice(2, 3), ...log.slice(1, 2), ...log.slice(3)], 2, 'stands further on'],
  ])('calls it %s', (kind, tampered, event, message) => {
    const { verdict, findings } = audit(tampered, sealed)
    expect(verdict).toBe('broken')
    expect(findings[0]).toMatchObject({ kind, event, message: expect.stringContaining(message) })
  })

  it('names the stretch between two checkpoints where only their heads are known', () => {
    const rewritten = logOf(['a', 'b', 'X', 'd', 'e', 'f'])
    const { findings } = audit(rewritten, { ...sealed, leaves: [] })
    expect(findings).toEqual([expect.objectContaining({ kind: 'differs', event: 3, until: 4 })])
    expect(audit(log, { ...sealed, leaves: [] })).toMatchObject({ verdict: 'intact', sealed: 6 })
  })

  it('finds two histories under one key: a head that the leaves do not lead to', () => {
    const forked = sealedOf(logOf(['a', 'X', 'c']), [3])
    expect(audit(log, mergeHistories([sealed, forked])).findings[0]).toMatchObject({
      kind: 'differs',
      event: 3,
      until: 3,
    })
  })

  it('fails on a checkpoint file that does not hold, whatever the log', () => {
    const problems = [{ line: 2, message: 'the signature of log is wrong' }]
    expect(audit(log, { ...sealed, problems })).toMatchObject({
      verdict: 'broken',
      findings: [],
      checkpointProblems: problems,
    })
  })

  it('lists a bounded number of findings', () => {
    const shuffled = log.toReversed().flatMap((event) => Array.from({ length: 6 }, () => event))
    const { findings, omitted } = audit(shuffled, sealed)
    expect(findings).toHaveLength(20)
    expect(omitted).toBe(36 - 20)
  })
})
