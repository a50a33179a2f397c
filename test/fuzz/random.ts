/** Choices that a seed repeats. */
import { seededRandom } from '../../examples/classmatefinder/users/seeded-random.ts'

export class Random {
  readonly #next: () => number

  constructor(seed: number) {
    this.#next = seededRandom(seed)
  }

  /** A whole number from 0 to `end`, without it. */
  below(end: number): number {
    return Math.floor(this.#next() * end)
  }

  chance(share: number): boolean {
    return this.#next() < share
  }

  /** Mostly small, now and then up to `most`. */
  size(most: number): number {
    return 1 + Math.floor(most ** this.#next())
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }
}
