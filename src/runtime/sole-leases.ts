/** The leases of a controller whose store is its own: whatever it asks for is its to run, for as long as it runs. */
import type { Lease, Leases, Turns } from '../ports/leases.ts'

export const createSoleLeases = (): Leases => new SoleLeases()

/** A lease that nobody else can have. */
export const soleLease = (signal: AbortSignal): Lease => ({
  signal,
  holds: () => !signal.aborted,
  durationMs: 0,
  restAfterMs: Number.POSITIVE_INFINITY,
})

class SoleLeases implements Leases {
  readonly #stop = new AbortController()
  readonly #running = new Map<string, Promise<unknown>>()
  #turns: Turns | undefined

  async start(turns: Turns): Promise<void> {
    this.#turns = turns
  }

  async take(stream: string): Promise<boolean> {
    if (!this.#turns || this.#stop.signal.aborted) return false
    if (this.#running.has(stream)) return true
    const turn = this.#turns.run(stream, soleLease(this.#stop.signal)).finally(() => this.#running.delete(stream))
    this.#running.set(stream, turn)
    return true
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#running.values())
  }
}
