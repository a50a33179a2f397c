/**
 * When releases have to be taken up again: one job of pg-boss a stream, sent in the transaction that appends. Whoever is due first takes it, in a
 * transaction too, so a job is never half taken.
 */
import type { Pool, PoolClient } from 'pg'
import { PgBoss } from 'pg-boss'
import { z } from 'zod'
import type { WakeUp } from '../ports/event-store.ts'

const queue = 'wake-ups'
/** A job is dropped by nobody; this is for the table's own housekeeping. */
const retentionSeconds = 10 * 365 * 86_400

/** A job that is due sooner than this is put off. Half of what a lease lasts: it never comes while its holder is well. */
const aheadMs = 1_500
/** Streams whose jobs are remembered; with more, all are forgotten and sent anew. */
const maximumKnown = 20_000

const Job = z.object({ stream: z.string(), expectedVersion: z.int() })

export interface DueRelease {
  stream: string
  /** The stream's version when the job was sent: a release is never taken up from less. */
  expectedVersion: number
}

/** Replicas that start together take turns. The number only has to be nobody else's. */
const startLock = 7_417_283_002

/**
 * One after another, over all controllers. pg-boss takes a lock of its own, and asks for its schema in the same message: what it sees of the catalogue
 * then can be older than the lock, and two that start at once both make the schema.
 */
async function inTurn(pool: Pool, work: () => Promise<void>): Promise<void> {
  const client = await pool.connect()
  try {
    await client.query('SELECT pg_advisory_lock($1)', [startLock])
    await work()
    await client.query('SELECT pg_advisory_unlock($1)', [startLock])
    client.release()
  } catch (error) {
    // The lock goes with its connection.
    client.release(true)
    throw error
  }
}

export class WakeUps {
  readonly #boss: PgBoss
  /** When the jobs are due that were sent from here, by stream; monotonic. */
  readonly #due = new Map<string, number>()

  private constructor(boss: PgBoss) {
    this.#boss = boss
  }

  /** Brings pg-boss's own tables up to date first; replicas that do so together take turns. */
  static async open(pool: Pool): Promise<WakeUps> {
    const boss = new PgBoss({
      db: { executeSql: (text, values) => pool.query(text, values) },
      schema: 'tidegate_jobs',
      // Jobs are taken and removed in our own transactions: nothing expires, nothing is kept, and there is nothing to watch over.
      supervise: false,
      schedule: false,
      registerInstance: false,
      useListenNotify: false,
    })
    // It repeats by itself what failed in the background; what fails in a call is thrown there.
    boss.on('error', () => undefined)
    await inTurn(pool, async () => {
      await boss.start()
      await boss.createQueue(queue, { policy: 'standard', retentionSeconds })
    })
    return new WakeUps(boss)
  }

  /**
   * As `send`, unless a job that was sent from here comes early enough: whoever is at work on a release puts its job off again and again, and
   * need not do so at each step. Others may have taken that job meanwhile; they sent the next one then.
   */
  async ensure(client: PoolClient, stream: string, version: number, wakeUp: WakeUp): Promise<void> {
    const dueMs = this.#due.get(stream)
    const nowMs = performance.now()
    const isEnough =
      dueMs !== undefined && wakeUp.afterMs !== null && dueMs >= nowMs + aheadMs && dueMs <= nowMs + wakeUp.afterMs
    if (!isEnough) await this.send(client, stream, version, wakeUp)
  }

  /** A transaction that sent jobs has failed: what is known of them no longer holds. */
  forget(): void {
    this.#due.clear()
  }

  /** Takes the place of the stream's job that waits; `null` removes it. */
  async send(client: PoolClient, stream: string, version: number, { afterMs }: WakeUp): Promise<void> {
    const db = within(client)
    if (this.#due.size >= maximumKnown) this.#due.clear()
    this.#due.delete(stream)
    if (afterMs !== null) this.#due.set(stream, performance.now() + afterMs)
    const job: z.infer<typeof Job> = { stream, expectedVersion: version }
    // Seconds from now by the database's clock, which is the same for all.
    if (afterMs !== null) await this.#boss.upsert(queue, job, { db, singletonKey: stream, startAfter: afterMs / 1_000 })
    else await this.#remove(client, await this.#boss.findJobs(queue, { db, key: stream, queued: true }))
  }

  /** What is due, earliest first; it is gone once the transaction commits, so whoever takes it sends the next. */
  async take(client: PoolClient, limit: number): Promise<DueRelease[]> {
    const jobs = await this.#boss.fetch<z.infer<typeof Job>>(queue, { db: within(client), batchSize: limit })
    await this.#remove(client, jobs)
    for (const { data } of jobs) this.#due.delete(data.stream)
    return jobs.map(({ data }) => Job.parse(data))
  }

  async isAnyWaiting(client: PoolClient): Promise<boolean> {
    return (await this.#boss.findJobs(queue, { db: within(client), queued: true, limit: 1 })).length > 0
  }

  async #remove(client: PoolClient, jobs: readonly { id: string }[]): Promise<void> {
    const ids = jobs.map(({ id }) => id)
    if (ids.length > 0) await this.#boss.deleteJob(queue, ids, { db: within(client) })
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, close: false })
  }
}

const within = (client: PoolClient) => ({
  executeSql: (text: string, values?: unknown[]) => client.query(text, values),
})
