/** The snapshots in the database of a shared store, for whoever only looks: no store is opened, nothing is brought up to date. */
import type { StoredEvent } from '../core/audit/stored-event.ts'
import type { KeptSnapshot } from '../ports/event-store.ts'
import { openPool, type PostgresSettings } from './postgres-pool.ts'
import { snapshotOf, storedEventOf } from './stored-row.ts'

/** Events of one answer, within its limit. */
const eventsOfPage = 1_000

/**
 * Of the newest release first; those are left out of which `isWanted` says no, by the events that they say to hold. The schema must be today's.
 * Throws what the database says.
 */
export async function* snapshotsInDatabase(
  settings: PostgresSettings,
  isWanted: (events: number) => boolean,
): AsyncGenerator<KeptSnapshot> {
  const pool = openPool(settings)
  try {
    const { rows } = await pool.query(
      `SELECT stream, version FROM tidegate.snapshots AS kept
       ORDER BY (SELECT position FROM tidegate.events WHERE stream = kept.stream AND version = 1) DESC`,
    )
    for (const { stream, version } of rows) {
      if (!isWanted(version)) continue
      const kept = await pool.query('SELECT * FROM tidegate.snapshots WHERE stream = $1', [stream])
      const events: StoredEvent[] = []
      for (let from = 1; from <= version; from += eventsOfPage) {
        const page = await pool.query(
          'SELECT * FROM tidegate.events WHERE stream = $1 AND version BETWEEN $2 AND $3 ORDER BY version',
          [stream, from, Math.min(from + eventsOfPage - 1, version)],
        )
        events.push(...page.rows.map(storedEventOf))
        if (page.rows.length < eventsOfPage) break
      }
      const [row] = kept.rows
      // A controller at work may have replaced it meanwhile: then the events are not all there, and it is for the next look.
      if (row && Number(row.version) === version) yield { stream, snapshot: snapshotOf(row), events }
    }
  } finally {
    await pool.end()
  }
}
