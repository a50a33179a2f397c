/** A proof that the newest checkpoint only added to an older one, for a witness who holds the older one and signs what it has seen. */
import { fromBase64, toBase64 } from './base64.ts'
import type { SealedHistory } from './checkpoint-record.ts'
import { consistencyProof, provesConsistency } from './merkle-proof.ts'
import { rootOf } from './merkle-tree.ts'

/** The body of `add-checkpoint` of c2sp.org/tlog-witness, from a log of `since` events on; `message` says why there is none. */
export function proveGrowth(
  { leaves, heads }: SealedHistory,
  since: number,
): { body: string; size: number } | { message: string } {
  const head = heads.findLast(({ size }) => size === leaves.length)
  if (!head) return { message: 'there is no checkpoint yet' }
  if (since > head.size) return { message: `the newest checkpoint is of ${head.size} events, not yet of ${since}` }
  const hashes = leaves.map((leaf) => fromBase64(leaf) ?? new Uint8Array())
  const proof = since === 0 ? [] : consistencyProof(hashes, since)
  const older = { size: since, root: rootOf(hashes.slice(0, since)) }
  if (since > 0 && !provesConsistency(proof, { older, newer: head }))
    return { message: `the leaves of the checkpoints do not lead to the head of line ${head.line}` }
  return { body: [`old ${since}`, ...proof.map(toBase64), '', head.note].join('\n'), size: head.size }
}
