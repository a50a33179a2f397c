/** What is kept outside the store: signed heads with the leaves between them, so that not only is a change found, but also where. */
import { hexToBytes } from '@noble/hashes/utils.js'
import { z } from 'zod'
import { chainHash } from '../release/chain.ts'
import { fromBase64, toBase64 } from './base64.ts'
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts'
import { GrowingTree, leafHash } from './merkle-tree.ts'
import { type NoteKey, openNote, type VerifySignature } from './signed-note.ts'
import type { StoredEvent } from './stored-event.ts'

/** Leaves of one record; a longer stretch of the log takes several records. */
export const maximumLeaves = 1_000

/** One line of a checkpoint file: about 47 bytes an event and 400 a checkpoint. */
export const CheckpointRecord = z.strictObject({
  /** The signed note. Everything below follows from it, or is for people. */
  checkpoint: z.string().max(20_000),
  /** When it was written, by the clock of the controller; not signed. */
  at: z.iso.datetime(),
  /** Events under the checkpoint before. */
  from: z.int().min(0),
  /** Position of the last event. */
  position: z.int().min(0),
  /** Leaf hashes of the events since, in base64. */
  leaves: z.array(z.string()).max(maximumLeaves),
})
export type CheckpointRecord = z.infer<typeof CheckpointRecord>

/** The leaf of an event, in base64: RFC 6962 §2.1 over the 32 bytes of its hash, which is recomputed from what the event says. */
export const leafOf = (event: StoredEvent): string => toBase64(leafHash(hexToBytes(chainHash(event))))

/** A line of the file that does not hold. `line` counts from 1. */
export interface CheckpointProblem {
  /** Where several files are read. */
  file?: string
  line: number
  message: string
}

/** What the signatures of one file vouch for. */
export interface SealedHistory {
  /** Leaves from the first event on, as far as they are whole. */
  leaves: string[]
  /** Every head with a good signature, in the order of the file. */
  heads: (Checkpoint & { note: string; line: number; at: string })[]
  /** Position of the last event that the leaves hold. */
  position: number
  problems: CheckpointProblem[]
  /** Lines that a crash left half written: what they would have held stands in a later line, or was never vouched for. */
  torn: number
}

export interface Trust {
  verifiers: readonly NoteKey[]
  verify: VerifySignature
}

/** Reads the lines of a checkpoint file one after another. */
export class SealedHistoryReader {
  readonly #trust: Trust
  #tree = new GrowingTree()
  readonly #history: SealedHistory = { leaves: [], heads: [], position: 0, problems: [], torn: 0 }
  #line = 0

  constructor(trust: Trust) {
    this.#trust = trust
  }

  add(text: string): void {
    this.#line++
    if (text === '') return
    const record = parseRecord(text)
    if (!record) {
      this.#history.torn++
      return
    }
    const message = this.#take(record)
    if (message !== null) this.#history.problems.push({ line: this.#line, message })
  }

  /** The history so far, and the tree over its leaves, to go on from. */
  finish(): SealedHistory & { tree: GrowingTree } {
    return { ...this.#history, tree: this.#tree }
  }

  /** What is wrong with it, or null. A head with a good signature counts even where its leaves do not. */
  #take({ checkpoint: note, at, from, position, leaves }: CheckpointRecord): string | null {
    const opened = openNote(note, this.#trust.verifiers, this.#trust.verify)
    if (!opened.ok) return opened.message
    const checkpoint = parseCheckpoint(opened.text)
    if (!checkpoint) return 'what was signed is no checkpoint'
    if (checkpoint.origin !== opened.signer.name) return `it is of another log, ${checkpoint.origin}`
    const { leaves: known, heads } = this.#history
    heads.push({ ...checkpoint, note, line: this.#line, at })
    if (checkpoint.size !== from + leaves.length)
      return `it holds ${leaves.length} leaves from ${from} on, and its head is of ${checkpoint.size}`
    if (from > known.length) return `the leaves of events ${known.length + 1} to ${from} are missing before it`
    const overlap = known.slice(from, from + leaves.length)
    if (overlap.some((leaf, index) => leaf !== leaves[index]))
      return `it vouches for another history than the lines before it, from event ${from + 1} on at the earliest`
    if (checkpoint.size <= known.length) return null
    const grown = this.#tree.copy()
    for (const leaf of leaves.slice(overlap.length)) {
      const hash = fromBase64(leaf)
      if (hash?.length !== 32) return 'a leaf is no hash'
      grown.add(hash)
    }
    if (toBase64(grown.root()) !== toBase64(checkpoint.root)) return 'its leaves do not give the head that was signed'
    this.#tree = grown
    known.push(...leaves.slice(overlap.length))
    this.#history.position = position
    return null
  }
}

/** What several files vouch for together, such as those of replicas: the longest leaves, and every head, which the log must have. */
export function mergeHistories(histories: readonly SealedHistory[]): SealedHistory {
  const longest = histories.reduce<SealedHistory | null>(
    (best, one) => (best && best.leaves.length >= one.leaves.length ? best : one),
    null,
  )
  return {
    leaves: longest?.leaves ?? [],
    position: longest?.position ?? 0,
    heads: histories.flatMap(({ heads }) => heads).sort((a, b) => a.size - b.size),
    problems: histories.flatMap(({ problems }) => problems),
    torn: histories.reduce((sum, { torn }) => sum + torn, 0),
  }
}

function parseRecord(text: string): CheckpointRecord | null {
  try {
    return CheckpointRecord.parse(JSON.parse(text))
  } catch {
    return null
  }
}
