/** The event log, for `tidegate doctor`: that it can be read, is whole, and by whom it is held. No store is opened. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { checkSnapshots } from './check-snapshots.ts'
import type { Operator } from './core/plan/operator.ts'
import type { StoreSpec } from './core/plan/operator-store.ts'
import { eventSchemaVersion } from './core/release/upcast/event-schema.ts'
import { newerThanKnown } from './core/release/upcast/read-events.ts'
import { type Places, settingsOf } from './operator-store.ts'
import { findingIn } from './server/checkup/finding-in.ts'
import type { Checkup } from './server/contract.ts'
import { connectToController } from './server/socket-client.ts'
import { inspectPostgres, type PostgresInspection } from './store/inspect-postgres.ts'
import { inspectSqlite, type SqliteInspection } from './store/inspect-sqlite.ts'
import { placeOf } from './store/postgres.ts'
import { describePostgresError } from './store/postgres-error.ts'
import { snapshotsInDatabase } from './store/postgres-snapshots.ts'
import { snapshotsInFile, UnreadableLog } from './store/sqlite-log.ts'

const found = findingIn('store')

/** What other checks need to know of the log. */
export interface LogFacts {
  events: number
  /** Of the newest event. */
  lastAt: string | null
  lastPosition: number
}

export interface CheckedStore {
  findings: Checkup[]
  /** Null where there is no log that can be read. */
  facts: LogFacts | null
}

/** The operator's database, else the file of the state folder. Without an operator only the file can be looked at. */
export async function checkStore(operator: Operator | null, places: Places): Promise<CheckedStore> {
  return operator?.store ? checkDatabase(operator.store, places.workingFolder) : checkFile(places.stateDir)
}

async function checkDatabase(spec: StoreSpec, folder: string): Promise<CheckedStore> {
  const settings = settingsOf(spec, folder)
  const inspected = await inspectPostgres(settings)
  const place = placeOf(spec.url)
  if (!inspected.ok)
    return {
      findings: [found('failed', 'event log', `${place}: ${inspected.message}`, 'bring it back, or correct `store`')],
      facts: null,
    }
  const { value } = inspected
  const log = found('ok', 'event log', `${value.events} events in ${place}, where every commit waits for the disk`)
  const snapshots = await snapshotFindings(value, (isWanted) => snapshotsInDatabase(settings, isWanted))
  return { findings: [log, schemaFinding(place, value), ...newerEvents(place, value), ...snapshots], facts: value }
}

async function checkFile(stateDir: string): Promise<CheckedStore> {
  const file = join(stateDir, 'events.db')
  if (!existsSync(file)) {
    const finding = found(
      'warning',
      'event log',
      `there is none in ${stateDir} yet`,
      'the first `tidegate start` makes it',
    )
    return { findings: [finding], facts: null }
  }
  const controller = await connectToController(stateDir)
  const held = found('ok', 'controller', controller ? 'one is at work and answers' : 'none is at work')
  const inspected = inspectSqlite(file)
  if (inspected.ok) {
    const { value } = inspected
    const snapshots = await snapshotFindings(value, (isWanted) => snapshotsInFile(file, isWanted))
    return { findings: [held, ...findingsOf(file, value), ...newerEvents(file, value), ...snapshots], facts: value }
  }
  const hint = 'restore the last backup, and keep this file for whoever finds out why'
  return { findings: [held, found('failed', 'event log', inspected.message, hint)], facts: null }
}

function findingsOf(file: string, inspection: SqliteInspection): Checkup[] {
  const { integrity, events, sizeBytes, journalMode } = inspection
  const isWhole = integrity === 'ok'
  const size = `${events} events in ${Math.ceil(sizeBytes / 1024)} KiB`
  return [
    isWhole
      ? found('ok', 'event log', `${size}, its pages are whole`)
      : found('failed', 'event log', `${file} is damaged: ${integrity}`, 'restore the last backup'),
    schemaFinding(file, inspection),
    journalMode === 'wal'
      ? found('ok', 'durable', 'write-ahead log; every append waits for the disk')
      : found(
          'warning',
          'durable',
          `journal mode ${journalMode}, not wal`,
          'the next controller sets it, or says why not',
        ),
  ]
}

type Inspection = SqliteInspection | PostgresInspection

/** Only where the schema is today's: what is older is brought up to date first, and what is newer is not ours to judge. */
async function snapshotFindings(
  { schema, newestSchema }: Inspection,
  snapshots: Parameters<typeof checkSnapshots>[0],
): Promise<Checkup[]> {
  if (schema !== newestSchema) return []
  try {
    return await checkSnapshots(snapshots)
  } catch (error) {
    const message = error instanceof UnreadableLog ? error.message : describePostgresError(error)
    return [found('failed', 'snapshots', `they cannot be read: ${message}`, 'try again')]
  }
}

function newerEvents(place: string, { eventSchema }: Inspection): Checkup[] {
  if (eventSchema === null || eventSchema <= eventSchemaVersion) return []
  const hint = 'no release that it wrote to is moved by this one'
  return [found('failed', 'events', `the newest events in ${place} are ${newerThanKnown(eventSchema)}`, hint)]
}

function schemaFinding(
  place: string,
  { schema, newestSchema }: Pick<SqliteInspection, 'schema' | 'newestSchema'>,
): Checkup {
  if (schema === null)
    return found('failed', 'schema', `${place} belongs to another program`, 'move it away, or choose another place')
  if (schema > newestSchema) {
    const message = `version ${schema}, this Tidegate knows up to ${newestSchema}`
    return found('failed', 'schema', message, 'use the version that wrote it, or a newer one')
  }
  const next = schema === newestSchema ? '' : `; the next controller brings it to ${newestSchema}`
  return found('ok', 'schema', `version ${schema}${next}`)
}
