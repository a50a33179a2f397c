/** Heads and proofs against the values that Certificate Transparency's own logs are tested with, the definition in RFC 6962, and each other. */
import { hexToBytes } from '@noble/hashes/utils.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { consistencyProof, inclusionProof, provesConsistency, provesInclusion } from './merkle-proof.ts'
import { GrowingTree, type Hash, leafHash, nodeHash, rootOf, splitOf } from './merkle-tree.ts'

/** Leaves and heads of sizes 0 to 8 as google/certificate-transparency tests its tree with. */
const entries = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const heads = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const known = entries.map((entry) => leafHash(hexToBytes(entry)))

const leavesOf = (count: number): Hash[] =>
  Array.from({ length: count }, (_, index) => leafHash(Uint8Array.of(index >> 8, index & 255)))

/** RFC 6962 §2.1, word by word. */
function definedRoot(leaves: readonly Hash[]): Hash {
  const [only] = leaves
  if (leaves.length === 1 && only) return only
  const split = splitOf(leaves.length)
  return nodeHash(definedRoot(leaves.slice(0, split)), definedRoot(leaves.slice(split)))
}

describe('the head of a tree', () => {
  it.each(heads.map((head, size) => ({ head, size })))('of $size known leaves', ({ head, size }) => {
    expect(rootOf(known.slice(0, size))).toEqual(hexToBytes(head))
  })

  it('is what the RFC defines, at every size on the way', () => {
    const tree = new GrowingTree()
    const leaves = leavesOf(130)
    for (const [index, leaf] of leaves.entries()) {
      tree.add(leaf)
      expect(tree.size).toBe(index + 1)
      expect(tree.root()).toEqual(definedRoot(leaves.slice(0, index + 1)))
    }
  })
})

const treeAndIndex = fc
  .integer({ min: 1, max: 300 })
  .chain((size) => fc.record({ size: fc.constant(size), index: fc.integer({ min: 0, max: size - 1 }) }))

describe('a proof of inclusion', () => {
  it('is the known path of RFC 6962 §2.1.3', () => {
    const [a, b, c, d, e, f, g] = leavesOf(7)
    if (!(a && b && c && d && e && f && g)) throw new Error('seven leaves')
    const seven = [a, b, c, d, e, f, g]
    const [k, i, l] = [nodeHash(nodeHash(a, b), nodeHash(c, d)), nodeHash(e, f), nodeHash(nodeHash(e, f), g)]
    const [h, j] = [nodeHash(a, b), g]
    expect(inclusionProof(seven, 0)).toEqual([b, nodeHash(c, d), l])
    expect(inclusionProof(seven, 3)).toEqual([c, h, l])
    expect(inclusionProof(seven, 4)).toEqual([f, j, k])
    expect(inclusionProof(seven, 6)).toEqual([i, k])
  })

  it('proves its leaf at its place, and nothing else', () => {
    fc.assert(
      fc.property(treeAndIndex, fc.nat(), ({ size, index }, other) => {
        const leaves = leavesOf(size)
        const root = rootOf(leaves)
        const proof = inclusionProof(leaves, index)
        const leaf = leaves[index] ?? new Uint8Array()
        expect(provesInclusion(proof, { leaf, index, size, root })).toBe(true)
        const wrong = leafHash(Uint8Array.of(1, 2, 3))
        expect(provesInclusion(proof, { leaf: wrong, index, size, root })).toBe(false)
        expect(provesInclusion(proof, { leaf, index, size, root: wrong })).toBe(false)
        expect(provesInclusion([...proof, wrong], { leaf, index, size, root })).toBe(false)
        if (size > 1) {
          const elsewhere = (index + 1 + (other % (size - 1))) % size
          expect(provesInclusion(proof, { leaf, index: elsewhere, size, root })).toBe(false)
          expect(provesInclusion(proof.slice(1), { leaf, index, size, root })).toBe(false)
        }
        expect(provesInclusion(proof, { leaf, index: size, size, root })).toBe(false)
      }),
    )
  })
})

describe('a proof of consistency', () => {
  it('is the known one of RFC 6962 §2.1.3', () => {
    const [a, b, c, d, e, f, g] = leavesOf(7)
    if (!(a && b && c && d && e && f && g)) throw new Error('seven leaves')
    const seven = [a, b, c, d, e, f, g]
    const [h, i, j] = [nodeHash(a, b), nodeHash(e, f), g]
    const [k, l] = [nodeHash(h, nodeHash(c, d)), nodeHash(i, j)]
    expect(consistencyProof(seven, 3)).toEqual([c, d, h, l])
    expect(consistencyProof(seven, 4)).toEqual([l])
    expect(consistencyProof(seven, 6)).toEqual([i, j, k])
    expect(consistencyProof(seven, 7)).toEqual([])
  })

  it('proves that one tree grew into the other, and no other pair', () => {
    fc.assert(
      fc.property(treeAndIndex, ({ size, index }) => {
        const leaves = leavesOf(size)
        const older = { size: index + 1, root: rootOf(leaves.slice(0, index + 1)) }
        const newer = { size, root: rootOf(leaves) }
        const proof = consistencyProof(leaves, older.size)
        expect(provesConsistency(proof, { older, newer })).toBe(true)
        const wrong = leafHash(Uint8Array.of(1, 2, 3))
        expect(provesConsistency(proof, { older: { ...older, root: wrong }, newer })).toBe(false)
        expect(provesConsistency(proof, { older, newer: { ...newer, root: wrong } })).toBe(false)
        expect(provesConsistency([...proof, wrong], { older, newer })).toBe(false)
        if (proof.length > 0) expect(provesConsistency(proof.slice(1), { older, newer })).toBe(false)
        expect(provesConsistency(proof, { older: { ...older, size: size + 1 }, newer })).toBe(false)
      }),
    )
  })
})
