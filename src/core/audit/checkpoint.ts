/** A checkpoint: the head of the log's tree at some size, in the form of c2sp.org/tlog-checkpoint, which a key then signs. */
import { fromBase64, toBase64 } from './base64.ts'
import type { Hash } from './merkle-tree.ts'

export interface Checkpoint {
  /** Names the log; the name of the key that signs. */
  origin: string
  /** Events under the head. */
  size: number
  root: Hash
}

export const checkpointText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${toBase64(root)}\n`

/** `null` for what is no checkpoint. Lines behind the root are allowed, and say nothing here. */
export function parseCheckpoint(text: string): Checkpoint | null {
  const [origin = '', size = '', encoded = '', ...rest] = text.split('\n')
  const root = fromBase64(encoded)
  const isWhole = rest.pop() === '' && rest.every((line) => line !== '')
  if (origin === '' || !/^(?:0|[1-9]\d{0,14})$/.test(size) || root?.length !== 32 || !isWhole) return null
  return { origin, size: Number(size), root }
}
