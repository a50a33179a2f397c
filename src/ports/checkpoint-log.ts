/** Where checkpoints of the event log are kept, outside of the store. It signs what it keeps, so that only the holder of the key adds to it. */
import type { GrowingTree, Hash } from '../core/audit/merkle-tree.ts'
import type { Outcome } from '../core/release/outcome.ts'

/** The history that the kept checkpoints vouch for. */
export interface SealedLog {
  tree: GrowingTree
  /** Position of the last event under the newest checkpoint; 0 when there is none. */
  position: number
  /** Leaf of that event, base64. */
  lastLeaf: string | null
}

/** The next stretch of the log: `leaves` (base64) lead from the checkpoint before to the head of `size`. */
export interface Stretch {
  size: number
  root: Hash
  leaves: readonly string[]
  position: number
  /** ISO 8601, UTC. */
  at: string
}

export interface CheckpointLog {
  /** Fails where what is kept does not hold: nothing may be added to it then. */
  read(): Promise<Outcome<SealedLog>>
  /** Signs the head of a stretch and keeps it; on disk when it has succeeded. */
  append(stretch: Stretch): Promise<Outcome<void>>
}
