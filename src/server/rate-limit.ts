/** So many calls in a minute of each caller, counted in windows that begin with a caller's first call. */

const windowMs = 60_000
/** Callers remembered; beyond that the one whose window began first is forgotten. */
const maximumCallers = 1_000

export class RateLimit {
  readonly #perMinute: number
  readonly #windows = new Map<string, { startMs: number; count: number }>()

  constructor(perMinute: number) {
    this.#perMinute = perMinute
  }

  /** Counts a call. Milliseconds until the caller may call again; 0 when this call is within the limit. */
  take(caller: string, nowMs: number): number {
    const known = this.#windows.get(caller)
    const window = known && nowMs - known.startMs < windowMs ? known : { startMs: nowMs, count: 0 }
    if (window !== known) {
      this.#windows.delete(caller)
      const [first] = this.#windows.keys()
      if (first !== undefined && this.#windows.size >= maximumCallers) this.#windows.delete(first)
      this.#windows.set(caller, window)
    }
    window.count++
    return window.count > this.#perMinute ? window.startMs + windowMs - nowMs : 0
  }
}
