/** The Merkle tree of RFC 6962 §2.1 over the events of a log: its hashes, and its head as leaves are added one after another. */
import { sha256 } from '@noble/hashes/sha2.js'
import { concatBytes } from '@noble/hashes/utils.js'

/** SHA-256, 32 bytes. */
export type Hash = Uint8Array

/** Hashes of leaves and of nodes differ in their first byte, so that a node never passes for a leaf. */
const leafPrefix = Uint8Array.of(0)
const nodePrefix = Uint8Array.of(1)

export const leafHash = (data: Uint8Array): Hash => sha256(concatBytes(leafPrefix, data))
export const nodeHash = (left: Hash, right: Hash): Hash => sha256(concatBytes(nodePrefix, left, right))

/** The largest power of two below `size`, which is at least 2: where a tree divides. */
export function splitOf(size: number): number {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}

/** The head of the tree over some leaves, by the definition in RFC 6962 §2.1. */
export function rootOf(leaves: readonly Hash[]): Hash {
  const tree = new GrowingTree()
  for (const leaf of leaves) tree.add(leaf)
  return tree.root()
}

/** A tree that only grows, kept as the roots of its full subtrees: at most one for each bit of its size. */
export class GrowingTree {
  #size = 0
  /** Largest first. */
  readonly #roots: Hash[] = []

  get size(): number {
    return this.#size
  }

  add(leaf: Hash): void {
    let node = leaf
    // A carry: two full subtrees of equal size are one of twice the size.
    for (let bits = this.#size; bits % 2 === 1; bits = Math.floor(bits / 2)) {
      const left = this.#roots.pop()
      if (left) node = nodeHash(left, node)
    }
    this.#roots.push(node)
    this.#size++
  }

  copy(): GrowingTree {
    const copy = new GrowingTree()
    copy.#size = this.#size
    copy.#roots.push(...this.#roots)
    return copy
  }

  root(): Hash {
    return this.#roots.length === 0
      ? sha256(new Uint8Array())
      : this.#roots.reduceRight((right, left) => nodeHash(left, right))
  }
}
