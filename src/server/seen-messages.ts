/** Messages of one sender that were taken already, so that none counts twice. */

/** A signed message may come for five minutes around its own time: after ten minutes it is refused by its time. */
const keptMs = 600_000
/** More than a sender may send in that time (see `callsPerMinute` of the inbound server). */
const maximumMessages = 1_000

export class SeenMessages {
  /** When each came, the oldest first. */
  readonly #seen = new Map<string, number>()

  /** False when this message was taken before, or when too many were to remember one more. */
  take(id: string, nowMs: number): boolean {
    for (const [old, atMs] of this.#seen) {
      if (nowMs - atMs <= keptMs) break
      this.#seen.delete(old)
    }
    if (this.#seen.has(id) || this.#seen.size >= maximumMessages) return false
    this.#seen.set(id, nowMs)
    return true
  }

  /** It came to nothing, and may come again. */
  forget(id: string): void {
    this.#seen.delete(id)
  }
}
