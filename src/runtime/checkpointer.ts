/**
 * Keeps the log's checkpoints up with the log: when a release ends, when many events have come, every minute while there are any, and at the
 * end. It never stands in the way of a release: what cannot be sealed now is said, and tried again.
 */
import { fromBase64 } from '../core/audit/base64.ts'
import { leafOf } from '../core/audit/checkpoint-record.ts'
import type { ReleaseEvent } from '../core/release/events.ts'
import type { CheckpointLog, SealedLog } from '../ports/checkpoint-log.ts'
import type { Clock } from '../ports/clock.ts'
import type { EventStore } from '../ports/event-store.ts'

export interface CheckpointerPorts {
  store: EventStore
  checkpoints: CheckpointLog
  clock: Clock
  /** Told once of each thing that keeps the log from being sealed. */
  onProblem(message: string): void
}

/** News wait at most this long. */
const intervalMs = 60_000
/** So many events are sealed at once, whatever the time. */
export const manyEvents = 500
/** Events of one checkpoint: their hashing takes the event loop for some 20 ms. */
const pageSize = 250
/** Pages of one round; the rest of a longer log is for the next. */
const maximumPages = 4_000

const endings: ReadonlySet<ReleaseEvent['type']> = new Set([
  'ReleaseSucceeded',
  'ReleaseRolledBack',
  'ReleaseDegraded',
  'ReleaseSuperseded',
])

export class Checkpointer {
  readonly #ports: CheckpointerPorts
  /** `null` until it was read and compared with the store. */
  #sealed: SealedLog | null = null
  /** The store is not what was sealed: only a person can say what to do. */
  #isForked = false
  #unsealed = 0
  #wake = new AbortController()
  readonly #told = new Set<string>()
  #turn: Promise<void> = Promise.resolve()

  constructor(ports: CheckpointerPorts) {
    this.#ports = ports
  }

  /** The store, with an eye on what is appended to it. */
  watching(store: EventStore): EventStore {
    return {
      isShared: store.isShared,
      append: async (...appended) => {
        const result = await store.append(...appended)
        if (result.ok) this.#noteAppended(result.events)
        return result
      },
      read: (stream, fromVersion) => store.read(stream, fromVersion),
      readAll: (afterPosition, limit) => store.readAll(afterPosition, limit),
      readSnapshot: (stream) => store.readSnapshot(stream),
      keepSnapshot: (stream, snapshot) => store.keepSnapshot(stream, snapshot),
      dropSnapshots: () => store.dropSnapshots(),
      streams: () => store.streams(),
      close: () => store.close(),
    }
  }

  #noteAppended(events: readonly { event: ReleaseEvent }[]): void {
    this.#unsealed += events.length
    if (this.#unsealed >= manyEvents || events.some(({ event }) => endings.has(event.type))) this.#wake.abort()
  }

  /** Until the signal aborts; then once more. */
  async run(signal: AbortSignal): Promise<void> {
    await this.seal()
    while (!signal.aborted) {
      await this.#ports.clock.sleep(intervalMs, AbortSignal.any([signal, this.#wake.signal]))
      this.#wake = new AbortController()
      await this.seal()
    }
  }

  /** Seals all that the store holds by now; one after another, whoever asks. */
  seal(): Promise<void> {
    this.#turn = this.#turn.then(() => this.#seal())
    return this.#turn
  }

  async #seal(): Promise<void> {
    if (this.#isForked) return
    this.#unsealed = 0
    try {
      this.#sealed ??= await this.#takeUp()
      for (let page = 0; this.#sealed && page < maximumPages; page++) if (!(await this.#sealPage(this.#sealed))) return
    } catch (error) {
      this.#problem(error instanceof Error ? error.message : String(error))
    }
  }

  /** What was sealed before, if the store still has it: its last event stands for all of them, which hang together. */
  async #takeUp(): Promise<SealedLog | null> {
    const read = await this.#ports.checkpoints.read()
    if (!read.ok) return this.#problem(read.error.message)
    const { position, lastLeaf } = read.value
    if (lastLeaf === null) return read.value
    const [last] = await this.#ports.store.readAll(position - 1, 1)
    if (last?.position === position && leafOf(last) === lastLeaf) return read.value
    this.#isForked = true
    return this.#problem(
      'the event log is not the one that its checkpoints vouch for; find out what was changed with: tidegate audit verify',
    )
  }

  /** False when there was no more to seal, or it could not be. */
  async #sealPage(sealed: SealedLog): Promise<boolean> {
    const events = await this.#ports.store.readAll(sealed.position, pageSize)
    const last = events.at(-1)
    if (!last) return false
    const tree = sealed.tree.copy()
    const leaves = events.map(leafOf)
    for (const leaf of leaves) tree.add(fromBase64(leaf) ?? new Uint8Array())
    const { position } = last
    const at = new Date(this.#ports.clock.wallMs()).toISOString()
    const kept = await this.#ports.checkpoints.append({ size: tree.size, root: tree.root(), leaves, position, at })
    if (!kept.ok) {
      // Whether the line was written nobody knows: it is read again.
      this.#sealed = this.#problem(kept.error.message)
      return false
    }
    this.#sealed = { tree, position, lastLeaf: leaves.at(-1) ?? null }
    this.#told.clear()
    return events.length === pageSize
  }

  #problem(message: string): null {
    if (!this.#told.has(message)) this.#ports.onProblem(message)
    this.#told.add(message)
    return null
  }
}
