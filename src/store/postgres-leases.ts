/**
 * Who runs a release among the controllers of one database: a row with an end, which its holder puts off as long as it lives. Time is the
 * database's for all; a holder that hears nothing of it counts by itself, from before it asked, and stops first.
 */
import { randomUUID } from 'node:crypto'
import type { Pool, PoolClient } from 'pg'
import type { Leases, Rest, Turns } from '../ports/leases.ts'
import { inTransaction } from './postgres-pool.ts'
import type { PostgresTime } from './postgres-time.ts'
import type { WakeUps } from './postgres-wake-ups.ts'

/** How long a lease lasts, how often it is renewed, and after how long a resting release is let go; milliseconds. */
const leaseMs = 3_000
const beatMs = 500
const restAfterMs = 60_000
/** How often it is looked whether a lease has run out; and when its holder takes it to have, so that it has stopped before anybody else may begin. */
const watchMs = beatMs / 5
const ownMs = leaseMs - 2 * watchMs

/** Releases that one controller takes at a beat, so that all get their part; and that it runs at most. */
const maximumTaken = 20
const maximumHeld = 2_000

interface Held {
  abort: AbortController
  /** By this machine's monotonic clock. */
  expiresMs: number
  turn: Promise<void>
}

export class PostgresLeases implements Leases {
  readonly #pool: Pool
  readonly #wakeUps: WakeUps
  readonly #time: PostgresTime
  readonly #holder = randomUUID()
  /** A lost one stays until its turn has ended, so that one release never has two turns here. */
  readonly #held = new Map<string, Held>()
  readonly #stop = new AbortController()
  #turns: Turns | undefined
  #watch: NodeJS.Timeout | undefined
  #beating: Promise<void> | undefined

  constructor(pool: Pool, wakeUps: WakeUps, time: PostgresTime) {
    this.#pool = pool
    this.#wakeUps = wakeUps
    this.#time = time
  }

  async start(turns: Turns): Promise<void> {
    this.#turns = turns
    await this.#wakeAll(turns)
    // Apart from the beats, which may wait for an answer for longer than a lease lasts.
    this.#watch = setInterval(() => this.#dropExpired(), watchMs)
    this.#beating = this.#beat()
  }

  async take(stream: string): Promise<boolean> {
    const held = this.#held.get(stream)
    if (held) return !held.abort.signal.aborted
    if (!this.#turns || this.#stop.signal.aborted) return false
    const askedMs = performance.now()
    // Where that fails, the wake-up that came with the last append brings the release back.
    const [taken] = await this.#acquire(this.#pool, [stream]).catch(() => [])
    if (taken === undefined) return false
    if (!this.#held.has(stream)) this.#begin(stream, askedMs + ownMs)
    return true
  }

  async close(): Promise<void> {
    this.#stop.abort()
    for (const { abort } of this.#held.values()) abort.abort()
    await Promise.all([...this.#held.values()].map(({ turn }) => turn))
    await this.#beating
    clearInterval(this.#watch)
  }

  /** Events without a single wake-up or lease were restored from a backup, or all is over: each release is looked at once. */
  async #wakeAll(turns: Turns): Promise<void> {
    const streams = await inTransaction(this.#pool, async (client) => {
      const isAttended = await this.#wakeUps.isAnyWaiting(client)
      const { rows } = await client.query<{ stream: string; version: number }>(
        `SELECT stream, (SELECT max(version) FROM tidegate.events WHERE stream = first.stream) AS version
         FROM tidegate.events AS first WHERE version = 1 AND NOT EXISTS (SELECT FROM tidegate.leases)`,
      )
      return { value: () => (isAttended ? [] : rows) }
    })
    for (const { stream, version } of streams) {
      if (!(await turns.isUnfinished(stream))) continue
      await inTransaction(this.#pool, async (client) => {
        await this.#wakeUps.send(client, stream, version, { afterMs: 0 })
        return { value: () => undefined }
      })
    }
  }

  async #beat(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      // A database that is away is found away at the next beat too; leases end by themselves meanwhile.
      await this.#renew().catch(() => undefined)
      await this.#time.ask().catch(() => undefined)
      await this.#takeDue().catch(() => this.#wakeUps.forget())
      await pause(beatMs, this.#stop.signal)
    }
  }

  async #renew(): Promise<void> {
    const streams = [...this.#held].flatMap(([stream, { abort }]) => (abort.signal.aborted ? [] : [stream]))
    if (streams.length === 0) return
    const askedMs = performance.now()
    const { rows } = await this.#pool.query<{ stream: string; version: number }>(
      `UPDATE tidegate.leases AS mine SET expires_at = clock_timestamp() + $3 * interval '1 millisecond'
       WHERE holder = $1 AND stream = ANY ($2) AND expires_at > clock_timestamp()
       RETURNING stream, (SELECT max(version) FROM tidegate.events WHERE stream = mine.stream) AS version`,
      [this.#holder, streams, leaseMs],
    )
    const renewed = new Set(rows.map(({ stream }) => stream))
    for (const stream of streams) {
      const held = this.#held.get(stream)
      if (!held) continue
      if (renewed.has(stream)) held.expiresMs = askedMs + ownMs
      else held.abort.abort()
    }
    for (const { stream, version } of rows) this.#turns?.moved(stream, version)
  }

  #dropExpired(): void {
    const nowMs = performance.now()
    for (const { abort, expiresMs } of this.#held.values()) if (nowMs >= expiresMs) abort.abort()
  }

  /** Whatever is due is put off until its lease runs out, whoever has it: should that one fall silent, it is due again. */
  async #takeDue(): Promise<void> {
    const limit = Math.min(maximumTaken, maximumHeld - this.#held.size)
    if (limit <= 0) return
    const askedMs = performance.now()
    const acquired = await inTransaction(this.#pool, async (client) => {
      const due = await this.#wakeUps.take(client, limit)
      const streams = due.map(({ stream }) => stream)
      const free = await this.#acquire(
        client,
        streams.filter((stream) => !this.#held.has(stream)),
      )
      const leftMs = await timeLeft(client, streams)
      for (const { stream, expectedVersion } of due)
        await this.#wakeUps.send(client, stream, expectedVersion, { afterMs: leftMs.get(stream) ?? leaseMs })
      return { value: () => free }
    })
    for (const stream of acquired) if (!this.#held.has(stream)) this.#begin(stream, askedMs + ownMs)
  }

  /** Those of the streams whose lease nobody else has. */
  async #acquire(client: Pool | PoolClient, streams: readonly string[]): Promise<string[]> {
    if (streams.length === 0) return []
    const { rows } = await client.query<{ stream: string }>(
      `INSERT INTO tidegate.leases (stream, holder, expires_at)
       SELECT stream, $1, clock_timestamp() + $3 * interval '1 millisecond' FROM unnest($2::text[]) AS due (stream)
       WHERE NOT EXISTS (
         SELECT FROM tidegate.leases WHERE stream = due.stream AND holder <> $1 AND expires_at > clock_timestamp())
       ORDER BY stream
       ON CONFLICT (stream) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
         WHERE leases.holder = excluded.holder OR leases.expires_at <= clock_timestamp()
       RETURNING stream`,
      [this.#holder, streams, leaseMs],
    )
    return rows.map(({ stream }) => stream)
  }

  #begin(stream: string, expiresMs: number): void {
    const turns = this.#turns
    if (!turns) return
    const abort = new AbortController()
    const held: Held = { abort, expiresMs, turn: Promise.resolve() }
    const lease = {
      signal: abort.signal,
      holds: () => !abort.signal.aborted && performance.now() < held.expiresMs,
      durationMs: leaseMs,
      restAfterMs,
    }
    this.#held.set(stream, held)
    held.turn = turns
      .run(stream, lease)
      // What cannot be let go runs out.
      .then((rest) => this.#letGo(stream, lease.holds() || this.#stop.signal.aborted, rest))
      .catch(() => this.#wakeUps.forget())
      .finally(() => this.#held.delete(stream))
  }

  /** The wake-up is sent before the version is looked at: who appends between the two finds the lease free, or is found here. */
  async #letGo(stream: string, isOurs: boolean, rest: Rest | null): Promise<void> {
    if (!isOurs || !rest) return
    const now = { afterMs: 0 }
    await inTransaction(this.#pool, async (client) => {
      const { rowCount } = await client.query(
        'DELETE FROM tidegate.leases WHERE stream = $1 AND holder = $2 AND expires_at > clock_timestamp()',
        [stream, this.#holder],
      )
      if (rowCount === 0) return { value: () => undefined }
      await this.#wakeUps.send(client, stream, rest.version, this.#stop.signal.aborted ? now : rest.wakeUp)
      const { rows } = await client.query('SELECT max(version) AS version FROM tidegate.events WHERE stream = $1', [
        stream,
      ])
      const { version } = rows[0]
      if (version !== rest.version) await this.#wakeUps.send(client, stream, version, now)
      return { value: () => undefined }
    })
  }
}

/** Milliseconds until the leases of these streams run out. */
async function timeLeft(client: PoolClient, streams: readonly string[]): Promise<Map<string, number>> {
  if (streams.length === 0) return new Map()
  const { rows } = await client.query<{ stream: string; ms: number }>(
    `SELECT stream, greatest(0, extract(epoch FROM expires_at - clock_timestamp())::float8 * 1000) AS ms
     FROM tidegate.leases WHERE stream = ANY ($1)`,
    [streams],
  )
  return new Map(rows.map(({ stream, ms }) => [stream, ms]))
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, delayMs)
    signal.addEventListener('abort', end)
  })
}
