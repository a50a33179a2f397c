/** Tampers with a copy of a history's database, has it verified, and says whether that was found, and where. */
import { copyFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { isDeepStrictEqual } from 'node:util'
import type { SealedHistory } from '../../src/core/audit/checkpoint-record.ts'
import { type AuditReport, LogAudit } from '../../src/core/audit/log-audit.ts'
import type { StoredEvent } from '../../src/core/audit/stored-event.ts'
import { seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { eventsInFile } from '../../src/store/sqlite-log.ts'
import type { History } from './history.ts'
import { tamperings } from './tamperings.ts'

export interface Tried {
  seed: number
  kind: string
  /** The first event that differs, from 1 on. */
  first: number
  isDetected: boolean
  /** The first finding names that event, and it alone. */
  isLocated: boolean
  /** It lies in the range of the first finding, which is no wider than that between two checkpoints. */
  isInRange: boolean
  report: AuditReport
}

/** A tampering that happens to change nothing is drawn again, so many times at most. */
const maximumDraws = 100
const kinds = Object.keys(tamperings)

/** The seed chooses the kind and all about it. `headsOnly`: of the checkpoints only their signed heads are known. */
export function tryTampering(history: History, seed: number, folder: string, { headsOnly = false } = {}): Tried {
  const random = seeded(seed)
  const kind = kinds[seed % kinds.length] ?? ''
  const { events, sealed } = history
  const heads = sealed.heads.map(({ size }) => size)
  for (let draw = 0; draw < maximumDraws; draw++) {
    const tampered = tamperings[kind]?.({ events, sealed: sealed.leaves.length, heads }, random) ?? []
    const first = firstDifference(events, tampered)
    if (first === null || first > sealed.leaves.length) continue
    const file = join(folder, 'tampered.db')
    copyFileSync(history.database, file)
    overwrite(file, tampered)
    const report = audited(file, headsOnly ? { ...sealed, leaves: [] } : sealed)
    rmSync(file)
    const [finding] = report.findings
    const until = finding?.until ?? finding?.event ?? 0
    const isInRange = finding !== undefined && finding.event <= first && first <= until
    const isNarrow = finding !== undefined && !heads.some((size) => size >= finding.event && size < until)
    return {
      seed,
      kind,
      first,
      isDetected: report.verdict === 'broken',
      isLocated: finding?.event === first && finding.until === undefined,
      isInRange: isInRange && isNarrow,
      report,
    }
  }
  throw new Error(`tampering "${kind}" of seed ${seed} changes nothing in ${maximumDraws} draws`)
}

/** Positions are the store's; everything else must be as it was. */
function firstDifference(before: readonly StoredEvent[], after: readonly StoredEvent[]): number | null {
  const bare = (event: StoredEvent | undefined) => event && { ...event, position: 0 }
  const index = before.findIndex((event, at) => !isDeepStrictEqual(bare(event), bare(after[at])))
  return index < 0 ? null : index + 1
}

/** What the triggers of the schema forbid is no obstacle to whoever owns the file. */
function overwrite(file: string, events: readonly StoredEvent[]): void {
  const database = new DatabaseSync(file)
  database.exec(`PRAGMA synchronous = OFF; DROP TABLE events; CREATE TABLE events (position INTEGER PRIMARY KEY, stream TEXT, version INTEGER,
    at TEXT, elapsed_ms REAL, clock TEXT, actor TEXT, cause TEXT, schema INTEGER, event TEXT, previous_hash TEXT, hash TEXT); BEGIN`)
  const insert = database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  for (const [
    index,
    { stream, version, at, elapsedMs, clock, actor, cause, schema, event, previousHash, hash },
  ] of events.entries())
    insert.run(
      index + 1,
      stream,
      version,
      at,
      elapsedMs,
      JSON.stringify(clock),
      JSON.stringify(actor),
      cause === undefined ? null : JSON.stringify(cause),
      schema ?? null,
      JSON.stringify(event),
      previousHash,
      hash,
    )
  database.exec('COMMIT')
  database.close()
}

export function audited(file: string, sealed: SealedHistory): AuditReport {
  const audit = new LogAudit(sealed)
  for (const event of eventsInFile(file)) audit.add(event)
  return audit.report()
}
