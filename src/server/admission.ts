/**
 * So many newcomers a second, so that thousands who lost a server and come back together do not take it down again. Whoever is turned away is told
 * when to come back, one after the other: they come as evenly as they can be let in.
 */

/** Nobody has to come back sooner, or is sent away for longer. */
const leastMs = 1_000
const mostMs = 30_000
/** What nobody used of the last second may be used at once. */
const burstMs = 1_000

export class Admission {
  readonly #betweenMs: number
  readonly #random: () => number
  /** When the next one would be due, had all that were let in come evenly. */
  #dueMs = Number.NEGATIVE_INFINITY
  /** The latest time that somebody was told to come back at. */
  #toldMs = Number.NEGATIVE_INFINITY

  /** `random` is from 0 to below 1. */
  constructor(perSec: number, random: () => number = Math.random) {
    this.#betweenMs = 1_000 / perSec
    this.#random = random
  }

  /** 0: come in. Else the milliseconds after which to come back: from 1,000 to 30,000. `nowMs` never goes backwards. */
  take(nowMs: number): number {
    const dueMs = Math.max(this.#dueMs, nowMs)
    if (dueMs + this.#betweenMs <= nowMs + burstMs) {
      this.#dueMs = dueMs + this.#betweenMs
      return 0
    }
    const backMs = Math.max(this.#toldMs + this.#betweenMs, nowMs + leastMs)
    // More than there are places for: then nobody has one of his own.
    if (backMs > nowMs + mostMs) return Math.round(mostMs * (0.5 + this.#random() / 2))
    this.#toldMs = backMs
    return Math.ceil(backMs - nowMs)
  }
}
