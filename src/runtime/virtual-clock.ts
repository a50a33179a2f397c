/** A clock that stands still until it is advanced by hand: for tests of what waits. */
import { setImmediate } from 'node:timers/promises'
import type { Clock } from '../ports/clock.ts'

interface Sleeper {
  dueMs: number
  wake(): void
}

export class VirtualClock implements Clock {
  #nowMs = 0
  readonly #startMs: number
  /** In the order in which they went to sleep. */
  readonly #sleepers = new Set<Sleeper>()

  /** `startMs` is the wall time at the beginning, in milliseconds since 1970. */
  constructor(startMs = Date.UTC(2026, 0, 1)) {
    this.#startMs = startMs
  }

  wallMs(): number {
    return this.#startMs + this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  bootId(): string {
    return 'virtual'
  }

  sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || delayMs <= 0) return Promise.resolve()
    return new Promise((resolve) => {
      const wake = () => {
        this.#sleepers.delete(sleeper)
        signal.removeEventListener('abort', wake)
        resolve()
      }
      const sleeper = { dueMs: this.#nowMs + delayMs, wake }
      this.#sleepers.add(sleeper)
      signal.addEventListener('abort', wake)
    })
  }

  /** Wakes everyone due until then, each at its own time, and lets what they do settle before time goes on. */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs
    await setImmediate()
    for (let next = this.#next(endMs); next; next = this.#next(endMs)) {
      this.#nowMs = next.dueMs
      next.wake()
      await setImmediate()
    }
    this.#nowMs = endMs
  }

  #next(endMs: number): Sleeper | undefined {
    let next: Sleeper | undefined
    for (const sleeper of this.#sleepers) {
      if (sleeper.dueMs <= endMs && (!next || sleeper.dueMs < next.dueMs)) next = sleeper
    }
    return next
  }
}
