/** The database's clock, as one that all controllers share: asked now and then, and carried on by this machine's monotonic clock. */
import type { Pool } from 'pg'

export class PostgresTime {
  readonly #pool: Pool
  #known = { wallMs: Date.now(), monotonicMs: performance.now() }

  constructor(pool: Pool) {
    this.#pool = pool
  }

  /** Fails when the database does not answer; what was known is carried on then. */
  async ask(): Promise<void> {
    const askedMs = performance.now()
    const { rows } = await this.#pool.query<{ ms: number }>(
      'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS ms',
    )
    const ms = rows[0]?.ms
    // It was read somewhere on the way; half of it is the best guess.
    if (ms !== undefined) this.#known = { wallMs: ms, monotonicMs: (askedMs + performance.now()) / 2 }
  }

  /** Milliseconds since 1970. */
  wallMs(): number {
    return this.#known.wallMs + performance.now() - this.#known.monotonicMs
  }
}
