/** Compares a log with what its checkpoints vouch for, and names the first event that is not as it was, or the smallest range it lies in. */
import { hexToBytes } from '@noble/hashes/utils.js'
import { chainHash, genesisHash } from '../release/chain.ts'
import { toBase64 } from './base64.ts'
import type { CheckpointProblem, SealedHistory } from './checkpoint-record.ts'
import { type Difference, firstDifference } from './first-difference.ts'
import { GrowingTree, leafHash } from './merkle-tree.ts'
import type { StoredEvent } from './stored-event.ts'

/** Findings beyond this many only count. */
export const maximumFindings = 20

/** Where an event lies. `event` is its number in the log, from 1 on; the rest is not known of one that is missing. */
export interface EventPlace {
  event: number
  position?: number
  stream?: string
  version?: number
}

/**
 * `broken`: the event does not give its own hash, or does not follow its predecessor; the others compare with the checkpoints. `until` is the
 * last event of a range in which the first wrong one lies.
 */
export interface AuditFinding extends EventPlace {
  kind: 'broken' | Difference['kind'] | 'differs'
  until?: number
  message: string
}

export interface AuditReport {
  /**
   * `intact`: every event up to the newest checkpoint is as it was, and the others hold together. `unvouched`: the events hold together, and no
   * checkpoint says that they are the ones. `broken`: something was changed, in the log or in the file of its checkpoints.
   */
  verdict: 'intact' | 'unvouched' | 'broken'
  events: number
  /** Events that checkpoints vouch for. */
  sealed: number
  checkpoints: number
  /** When the newest checkpoint was written, by its own line. */
  sealedAt: string | null
  findings: AuditFinding[]
  /** Findings that were left out of the list. */
  omitted: number
  checkpointProblems: CheckpointProblem[]
  /** Lines of the checkpoint file that were left half written. */
  torn: number
}

/** Takes the events of a log in its order; `report` then says what is wrong. */
export class LogAudit {
  readonly #leaves: string[] = []
  readonly #places: Required<EventPlace>[] = []
  readonly #tree = new GrowingTree()
  /** Heads of the log itself, by size, wherever a checkpoint has one. */
  readonly #heads = new Map<number, string>()
  readonly #sizes: ReadonlySet<number>
  readonly #streams = new Map<string, { version: number; hash: string }>()
  readonly #broken: AuditFinding[] = []
  readonly #sealed: SealedHistory

  constructor(sealed: SealedHistory) {
    this.#sealed = sealed
    this.#sizes = new Set(sealed.heads.map(({ size }) => size))
    this.#keepHead()
  }

  add(stored: StoredEvent): void {
    const { position, stream, version } = stored
    const place = { event: this.#places.length + 1, position, stream, version }
    const hash = chainHash(stored)
    const message = this.#breakAt(stored, hash)
    if (message !== null) this.#broken.push({ kind: 'broken', ...place, message })
    const leaf = leafHash(hexToBytes(hash))
    this.#places.push(place)
    this.#leaves.push(toBase64(leaf))
    this.#tree.add(leaf)
    this.#keepHead()
    // What follows is compared with what is there: one break is one finding.
    this.#streams.set(stream, { version, hash: stored.hash })
  }

  #keepHead(): void {
    if (this.#sizes.has(this.#tree.size)) this.#heads.set(this.#tree.size, toBase64(this.#tree.root()))
  }

  #breakAt({ position, stream, version, previousHash, hash }: StoredEvent, computed: string): string | null {
    const head = this.#streams.get(stream) ?? { version: 0, hash: genesisHash }
    if (position <= (this.#places.at(-1)?.position ?? 0))
      return `its position ${position} is not above the one before it`
    if (hash !== computed) return 'what it says does not give its hash'
    if (version !== head.version + 1)
      return `version ${head.version + 1} of ${stream} should stand here, not ${version}`
    if (previousHash !== head.hash) return `it does not follow the event before it in ${stream}`
    return null
  }

  report(): AuditReport {
    const { heads, leaves, problems, torn } = this.#sealed
    const sealed = Math.max(leaves.length, ...heads.map(({ size }) => size))
    const all = merged(this.#againstLeaves(), this.#againstHeads(), this.#broken)
    const isWhole = all.length === 0 && problems.length === 0
    return {
      verdict: !isWhole ? 'broken' : sealed === 0 ? 'unvouched' : 'intact',
      events: this.#leaves.length,
      sealed,
      checkpoints: heads.length,
      sealedAt: heads.findLast(({ size }) => size === sealed)?.at ?? null,
      findings: all.slice(0, maximumFindings),
      omitted: Math.max(0, all.length - maximumFindings),
      checkpointProblems: problems,
      torn,
    }
  }

  #againstLeaves(): AuditFinding[] {
    const difference = firstDifference(this.#leaves, this.#sealed.leaves)
    if (!difference) return []
    const { kind, index, message } = difference
    return [{ kind, ...(this.#places[index] ?? { event: index + 1 }), message }]
  }

  /** Where no leaves are known, or they say the same: the first head that the log does not have, and the last one before it that it has. */
  #againstHeads(): AuditFinding[] {
    let same = 0
    for (const { size, root, line } of this.#sealed.heads.toSorted((a, b) => a.size - b.size)) {
      const own = this.#heads.get(size)
      if (own === toBase64(root)) {
        same = size
        continue
      }
      const isShort = size > this.#leaves.length
      const message = isShort
        ? `the log ends after event ${this.#leaves.length}; the checkpoint at line ${line} is of ${size}`
        : `the checkpoint at line ${line} is of another history`
      const from = Math.min(same, this.#leaves.length)
      return [
        {
          kind: isShort ? 'truncated' : 'differs',
          ...(this.#places[from] ?? { event: from + 1 }),
          until: size,
          message,
        },
      ]
    }
    return []
  }
}

/**
 * In the order of the log, one of each event. Leaves name the first wrong event; a head only gives a range, which ends at the first break in it,
 * for a break may show one event after the wrong one.
 */
function merged(
  exact: readonly AuditFinding[],
  ranges: readonly AuditFinding[],
  broken: readonly AuditFinding[],
): AuditFinding[] {
  const narrowed = ranges.flatMap((range): AuditFinding[] => {
    const { event: from, until = from } = range
    if (exact.some(({ event }) => event >= from && event <= until)) return []
    const end = broken.find(({ event }) => event >= from && event <= until)?.event ?? until
    return [{ ...range, until: end }]
  })
  const byEvent = new Map<number, AuditFinding>()
  for (const finding of [...exact, ...broken, ...narrowed])
    if (!byEvent.has(finding.event)) byEvent.set(finding.event, finding)
  return [...byEvent.values()].sort((a, b) => a.event - b.event)
}
