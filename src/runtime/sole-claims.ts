/** The claims of a controller whose store is its own: whatever it asks for is its to run, for as long as it runs. */
import type { Claim, Claims, Turns } from '../ports/claims.ts'

export const createSoleClaims = (): Claims => new SoleClaims()

/** A claim that nobody else can have. */
export const soleClaim = (signal: AbortSignal): Claim => ({
  signal,
  holds: () => !signal.aborted,
  leaseMs: 0,
  restAfterMs: Number.POSITIVE_INFINITY,
})

class SoleClaims implements Claims {
  readonly #stop = new AbortController()
  readonly #running = new Map<string, Promise<unknown>>()
  #turns: Turns | undefined

  async start(turns: Turns): Promise<void> {
    this.#turns = turns
  }

  async take(stream: string): Promise<boolean> {
    if (!this.#turns || this.#stop.signal.aborted) return false
    if (this.#running.has(stream)) return true
    const turn = this.#turns.run(stream, soleClaim(this.#stop.signal)).finally(() => this.#running.delete(stream))
    this.#running.set(stream, turn)
    return true
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#running.values())
  }
}
