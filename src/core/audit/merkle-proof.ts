/** Proofs over the tree of RFC 6962: that an event lies in a log (§2.1.1), and that a log only grew (§2.1.2). Checked as RFC 9162 §2.1.3.2 and §2.1.4.2 say. */
import { type Hash, nodeHash, rootOf, splitOf } from './merkle-tree.ts'

/** From the leaf's sibling up to the root's child. `index` counts from 0 and lies below the number of leaves. */
export function inclusionProof(leaves: readonly Hash[], index: number): Hash[] {
  if (leaves.length <= 1) return []
  const split = splitOf(leaves.length)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return index < split
    ? [...inclusionProof(left, index), rootOf(right)]
    : [...inclusionProof(right, index - split), rootOf(left)]
}

/** That the tree over the first `size` leaves, which is at least 1, grew into the tree over all of them. */
export function consistencyProof(leaves: readonly Hash[], size: number): Hash[] {
  return subproof(leaves, size, true)
}

/** `isKnown`: the root of these leaves is the older head itself, which the reader has. */
function subproof(leaves: readonly Hash[], size: number, isKnown: boolean): Hash[] {
  if (size === leaves.length) return isKnown ? [] : [rootOf(leaves)]
  const split = splitOf(leaves.length)
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)]
  return size <= split
    ? [...subproof(left, size, isKnown), rootOf(right)]
    : [...subproof(right, size - split, false), rootOf(left)]
}

export interface Included {
  leaf: Hash
  index: number
  size: number
  root: Hash
}

export function provesInclusion(proof: readonly Hash[], { leaf, index, size, root }: Included): boolean {
  if (!(index >= 0 && index < size)) return false
  let [node, last, hash] = [index, size - 1, leaf]
  for (const sibling of proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else hash = nodeHash(hash, sibling)
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && equal(hash, root)
}

export interface Grown {
  older: { size: number; root: Hash }
  newer: { size: number; root: Hash }
}

export function provesConsistency(proof: readonly Hash[], { older, newer }: Grown): boolean {
  if (older.size < 1 || older.size > newer.size) return false
  if (older.size === newer.size) return proof.length === 0 && equal(older.root, newer.root)
  // An older tree that is full is a node of the newer one, and its root is known.
  const [first, ...rest] = isPowerOfTwo(older.size) ? [older.root, ...proof] : proof
  if (first === undefined) return false
  let [node, last] = [older.size - 1, newer.size - 1]
  while (node % 2 === 1) [node, last] = [half(node), half(last)]
  let [olderHash, newerHash] = [first, first]
  for (const sibling of rest) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      olderHash = nodeHash(sibling, olderHash)
      newerHash = nodeHash(sibling, newerHash)
      while (node % 2 === 0 && node !== 0) [node, last] = [half(node), half(last)]
    } else newerHash = nodeHash(newerHash, sibling)
    ;[node, last] = [half(node), half(last)]
  }
  return last === 0 && equal(olderHash, older.root) && equal(newerHash, newer.root)
}

const half = (number: number): number => Math.floor(number / 2)

function isPowerOfTwo(size: number): boolean {
  let power = 1
  while (power < size) power *= 2
  return power === size
}

/** Heads are public: nothing is learned from how long this takes. */
const equal = (a: Hash, b: Hash): boolean => a.length === b.length && a.every((byte, index) => byte === b[index])
