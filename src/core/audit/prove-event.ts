/** A proof that one event lies under a signed checkpoint, for somebody who has neither the log nor a reason to trust its holder. */
import { fromBase64, toBase64 } from './base64.ts'
import { leafOf, type SealedHistory } from './checkpoint-record.ts'
import { inclusionProof, provesInclusion } from './merkle-proof.ts'
import type { StoredEvent } from './stored-event.ts'

/** c2sp.org/tlog-proof. */
const proofHeader = 'c2sp.org/tlog-proof@v1'

/** In the form of c2sp.org/tlog-proof, under the newest checkpoint; `message` says why there is none. */
export async function proveEvent(
  { leaves, heads }: SealedHistory,
  events: AsyncIterable<StoredEvent>,
  { releaseId, version }: { releaseId: string; version: number },
): Promise<{ event: StoredEvent; proof: string } | { message: string }> {
  const found = await find(events, `default/${releaseId}`, version)
  if (!found) return { message: `release ${releaseId} has no event ${version} in this log` }
  const { event, index } = found
  const head = heads.findLast(({ size }) => size === leaves.length)
  if (!head || leaves[index] !== leafOf(event))
    return { message: `no checkpoint vouches for event ${version} of release ${releaseId} as it stands in the log` }
  const hashes = leaves.map((leaf) => fromBase64(leaf) ?? new Uint8Array())
  const proof = inclusionProof(hashes, index)
  const leaf = hashes[index] ?? new Uint8Array()
  if (!provesInclusion(proof, { leaf, index, size: head.size, root: head.root }))
    return { message: `the leaves of the checkpoints do not lead to the head of line ${head.line}` }
  return { event, proof: [proofHeader, `index ${index}`, ...proof.map(toBase64), '', head.note].join('\n') }
}

async function find(events: AsyncIterable<StoredEvent>, stream: string, version: number) {
  let index = 0
  for await (const event of events) {
    if (event.stream === stream && event.version === version) return { event, index }
    index++
  }
  return null
}
