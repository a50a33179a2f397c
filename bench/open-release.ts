/**
 * How long it takes to open a release of many events, from its snapshot and from its first event, on SQLite. `npm run bench -- open-release
 * [--events 100000] [--json]`: a release that was looked at again and again, as one that bakes for six weeks is.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { releaseOf } from '../src/core/release/evolve.ts'
import type { NewEvent } from '../src/ports/event-store.ts'
import { openRelease, snapshotEvery, snapshotOf } from '../src/runtime/open-release.ts'
import { openSqliteStore } from '../src/store/sqlite.ts'
import { randomScenario } from '../test/simulation/scenario.ts'
import { simulateRelease } from '../test/simulation/simulate-release.ts'

const { values } = parseArgs({ options: { events: { type: 'string', default: '100000' }, json: { type: 'boolean' } } })
const count = Number(values.events)
const stream = 'default/r1'
const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'))
try {
  const figures = await measure()
  process.stdout.write(`${values.json ? JSON.stringify(figures) : JSON.stringify(figures, null, 2)}\n`)
} finally {
  rmSync(folder, { recursive: true })
}

async function measure() {
  const file = join(folder, 'events.db')
  await fill(file)
  const store = storeIn(file)
  await store.keepSnapshot(stream, { version: 0, hash: '', fold: 0, digest: '', state: '' })
  const fromFirstMs = await openingMs(store)
  const folded = (await store.read(stream)).slice(0, 1 - snapshotEvery)
  const last = folded.at(-1)
  if (!last) throw new Error(`more than ${snapshotEvery} events are wanted`)
  const snapshot = snapshotOf({ release: releaseOf(folded), last })
  await store.keepSnapshot(stream, snapshot)
  await store.close()
  // As a controller that starts anew finds it, with the most events that a snapshot leaves out.
  const again = storeIn(file)
  const fromSnapshotMs = await openingMs(again)
  await again.close()
  const machine = { cpu: cpus()[0]?.model, node: process.version, load: loadavg()[0] }
  return { ...machine, events: count, snapshotBytes: snapshot.state.length, fromFirstMs, fromSnapshotMs }
}

async function openingMs(store: Parameters<typeof openRelease>[0]): Promise<number> {
  const started = performance.now()
  const opened = await openRelease(store, stream)
  if (opened?.release.version !== count) throw new Error(`${opened?.release.version} events were found`)
  return Math.round(performance.now() - started)
}

/** The start of a release, and its looks over and over. */
async function fill(file: string): Promise<void> {
  const { log } = simulateRelease(randomScenario(2))
  const clock = { bootId: 'bench', monotonicMs: 0 }
  const all = log.map(({ event, actor, at, elapsedMs }): NewEvent => ({ event, actor, at, elapsedMs, clock }))
  const first = all.findIndex(({ event }) => event.type === 'StageObserved')
  const look = all[first]
  if (!look) throw new Error('it was never looked at')
  const store = storeIn(file)
  for (let version = 0; version < count; ) {
    const batch = version === 0 ? all.slice(0, first) : new Array<NewEvent>(Math.min(1_000, count - version)).fill(look)
    const result = await store.append(stream, version, batch)
    if (!result.ok) throw new Error(JSON.stringify(result))
    version += batch.length
  }
  await store.close()
}

function storeIn(file: string) {
  const opened = openSqliteStore(file)
  if (!opened.ok) throw new Error(opened.message)
  return opened.store
}
