/** The log of a rehearsed release: a list whose past is shared with the forks that went another way. */
import type { Actor, ReleaseEvent } from '../../core/release/events.ts'
import { releaseOf } from '../../core/release/evolve.ts'
import type { Recorded } from '../../core/release/fold.ts'
import type { Release } from '../../core/release/release.ts'

/** An event, and everything before it. */
export class LoggedEvent implements Recorded {
  readonly event: ReleaseEvent
  readonly actor: Actor
  readonly elapsedMs: number
  readonly position: number
  readonly #wallMs: number
  readonly #earlier: LoggedEvent | null
  #fold: Release | null = null

  constructor(event: ReleaseEvent, actor: Actor, wallMs: number, elapsedMs: number, earlier: LoggedEvent | null) {
    this.event = event
    this.actor = actor
    this.elapsedMs = elapsedMs
    this.position = (earlier?.position ?? 0) + 1
    this.#wallMs = wallMs
    this.#earlier = earlier
  }

  /** Worked out when somebody asks: most are never shown. */
  get at(): string {
    return new Date(this.#wallMs).toISOString()
  }

  /** The whole log up to this event, from its start. */
  log(): Recorded[] {
    const log: Recorded[] = []
    for (let one: LoggedEvent | null = this; one; one = one.#earlier) log.push(one)
    return log.reverse()
  }

  /** What a controller makes of the log when it comes back. Many are killed at the same event: it is worked out once. */
  fold(): Release {
    this.#fold ??= releaseOf(this.log())
    return this.#fold
  }
}
