/**
 * How long it takes to seal a log and to verify it, and what its checkpoints weigh, beside SHA-256 over the same bytes, which no verifier can do
 * without. `npm run bench -- audit [--events N] [--json]`: one release for each thousand events, in a SQLite store. Wall time.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LogAudit } from '../src/core/audit/log-audit.ts'
import { parseVerifier } from '../src/core/audit/signed-note.ts'
import { createCheckpointFile, readCheckpointFile } from '../src/drivers/audit/checkpoint-file.ts'
import { makeNoteKeys, verifySignature } from '../src/drivers/audit/note-keys.ts'
import type { EventStore, NewEvent } from '../src/ports/event-store.ts'
import { Checkpointer } from '../src/runtime/checkpointer.ts'
import { systemClock } from '../src/runtime/system-clock.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { eventsInFile } from '../src/store/sqlite-log.ts'

const perRelease = 1_000

const { values } = parseArgs({ options: { events: { type: 'string', default: '100000' }, json: { type: 'boolean' } } })
const releases = Math.ceil(Number(values.events) / perRelease)
const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-audit-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const database = join(folder, 'events.db')
const keys = makeNoteKeys('tidegate.example/bench')
const audit = { checkpoints: 'checkpoints', key: { file: 'key' } }
writeFileSync(join(folder, 'key'), keys.signer)

const store = await write()
const sealMs = await timed(seal)
await store.close()
const before = process.memoryUsage().rss
let report: ReturnType<LogAudit['report']> | undefined
const verifyMs = await timed(async () => {
  report = await verify()
})
const memoryBytes = process.memoryUsage().rss - before
const hashMs = await timed(async () => createHash('sha256').update(readFileSync(database)).digest())
if (report?.verdict !== 'intact') throw new Error(`the log is not intact: ${JSON.stringify(report)}`)

const figures = {
  date: new Date().toISOString(),
  cpu: cpus()[0]?.model,
  load: loadavg()[0],
  events: report.events,
  logBytes: statSync(database).size,
  sealMs: Math.round(sealMs),
  verifyMs: Math.round(verifyMs),
  hashMs: Math.round(hashMs),
  verifyMemoryBytes: memoryBytes,
  checkpoints: report.checkpoints,
  checkpointBytes: statSync(join(folder, audit.checkpoints)).size,
}
process.stdout.write(`${values.json ? JSON.stringify(figures) : JSON.stringify(figures, null, 2)}\n`)

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

async function write(): Promise<EventStore> {
  const opened = openSqliteStore(database)
  if (!opened.ok) throw new Error(opened.message)
  for (let release = 0; release < releases; release++) {
    const events = Array.from({ length: perRelease }, (_, version) => eventOf(version))
    const written = await opened.store.append(`default/r${release}`, 0, events)
    if (!written.ok) throw new Error(JSON.stringify(written))
  }
  return opened.store
}

async function seal(): Promise<void> {
  const onProblem = (message: string) => {
    throw new Error(message)
  }
  const checkpoints = createCheckpointFile(audit, { folder })
  await new Checkpointer({ store, checkpoints, clock: systemClock, onProblem }).seal()
}

/** Of the size of a look at two metrics. */
function eventOf(version: number): NewEvent {
  const counts = { total: version, events: 0 }
  const reading = { arms: { candidate: counts, baseline: counts }, cursor: { at: version } }
  return {
    event: {
      type: 'StageObserved',
      service: 'shop',
      stageId: 'stage-1',
      readings: { errors: reading, latency: reading },
      missing: {},
      arrivals: reading,
      shares: { v1: 90, v2: 10 },
      creditMs: 1_000,
      criteria: [],
      triggers: [],
    },
    actor: { id: 'tidegate', name: 'Tidegate', demo: false },
    cause: { kind: 'look', service: 'shop' },
    at: '2026-03-01T10:00:00.000Z',
    elapsedMs: version * 1_000,
    clock: { bootId: 'boot', monotonicMs: version * 1_000 },
  }
}

async function verify() {
  const verifier = parseVerifier(keys.verifier)
  const trust = { verifiers: verifier ? [verifier] : [], verify: verifySignature }
  const log = new LogAudit(await readCheckpointFile(join(folder, audit.checkpoints), trust))
  for (const event of eventsInFile(database)) log.add(event)
  return log.report()
}
