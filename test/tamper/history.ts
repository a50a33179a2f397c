/** A random history in a real SQLite store, sealed in a real checkpoint file at random moments. The same seed gives the same events. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseVerifier } from '../../src/core/audit/signed-note.ts'
import type { StoredEvent } from '../../src/core/audit/stored-event.ts'
import type { ReleaseEvent } from '../../src/core/release/events.ts'
import { createCheckpointFile, readCheckpointFile } from '../../src/drivers/audit/checkpoint-file.ts'
import { makeNoteKeys, verifySignature } from '../../src/drivers/audit/note-keys.ts'
import type { NewEvent } from '../../src/ports/event-store.ts'
import { Checkpointer } from '../../src/runtime/checkpointer.ts'
import { type Seeded, seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { systemClock } from '../../src/runtime/system-clock.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { plan } from '../fixtures/plan.ts'

export interface History {
  seed: number
  /** The store that they were written to, closed. */
  database: string
  events: StoredEvent[]
  /** What the checkpoint file vouches for. */
  sealed: Awaited<ReturnType<typeof readCheckpointFile>>
}

const people = ['rina', 'tom', 'ana', 'kofi']

/** `folder` is empty, and holds the store, the key and the checkpoints afterwards. */
export async function makeHistory(seed: number, folder: string): Promise<History> {
  const random = seeded(seed)
  mkdirSync(folder, { recursive: true })
  const keys = makeNoteKeys('tidegate.example/tamper')
  writeFileSync(join(folder, 'key'), keys.signer)
  const database = join(folder, 'events.db')
  const opened = openSqliteStore(database)
  if (!opened.ok) throw new Error(opened.message)
  const { store } = opened
  const checkpoints = createCheckpointFile({ checkpoints: 'checkpoints', key: { file: 'key' } }, { folder })
  const onProblem = (message: string) => {
    throw new Error(message)
  }
  const checkpointer = new Checkpointer({ store, checkpoints, clock: systemClock, onProblem })
  const versions = Array.from({ length: 2 + random.int(5) }, () => 0)
  const count = 40 + random.int(120)
  for (let written = 0; written < count; ) {
    const stream = random.int(versions.length)
    const version = versions[stream] ?? 0
    const events = Array.from({ length: 1 + random.int(4) }, (_, index) =>
      anyEvent(random, `r${stream + 1}`, version + index, written + index),
    )
    const result = await store.append(`default/r${stream + 1}`, version, events)
    if (!result.ok) throw new Error(JSON.stringify(result))
    versions[stream] = version + events.length
    written += events.length
    if (random.chance(0.15)) await checkpointer.seal()
  }
  await checkpointer.seal()
  // Some histories go on after their last checkpoint.
  if (random.chance(0.5)) await store.append('default/late', 0, [anyEvent(random, 'late', 0, count)])
  const events = await store.readAll(0, 10_000)
  await store.close()
  const verifier = parseVerifier(keys.verifier)
  const trust = { verifiers: verifier ? [verifier] : [], verify: verifySignature }
  const sealed = await readCheckpointFile(join(folder, 'checkpoints'), trust)
  if (sealed.leaves.length < 40)
    throw new Error(`history ${seed} is not sealed: ${readFileSync(join(folder, 'checkpoints'), 'utf8')}`)
  return { seed, database, events, sealed }
}

function anyEvent(random: Seeded, releaseId: string, version: number, at: number): NewEvent {
  const id = random.pick(people)
  return {
    event: version === 0 ? started(releaseId, id) : random.pick(others)(random),
    actor: { id, name: id, demo: random.chance(0.2) },
    cause: random.pick([{ kind: 'clock' }, { kind: 'hook', hook: 'ci' }, { kind: 'command', command: 'approve' }]),
    at: new Date(Date.UTC(2026, 2, 1) + at * 1_000).toISOString(),
    elapsedMs: at * 1_000,
    clock: { bootId: 'boot', monotonicMs: at * 1_000 },
  }
}

const started = (releaseId: string, startedBy: string): ReleaseEvent => ({
  type: 'ReleaseStarted',
  releaseId,
  projectId: 'default',
  plan,
  digest: 'd1',
  speed: 1,
  startedBy,
  acknowledged: [],
})

const others: readonly ((random: Seeded) => ReleaseEvent)[] = [
  (random) => ({ type: 'ReleasePaused', reason: `reason ${random.int(10)}` }),
  () => ({ type: 'ReleaseResumed' }),
  (random) => ({ type: 'GateReached', phaseId: 'p1', gateId: `g${random.int(5)}` }),
  (random) => ({
    type: 'SignOffGiven',
    gateId: `g${random.int(5)}`,
    role: 'QA',
    digest: 'd1',
    comment: `seen ${random.int(100)}`,
  }),
  (random) => ({ type: 'StagePassed', service: 'api', stageId: `s${random.int(3)}`, criteria: [] }),
  (random) => ({ type: 'ReleaseHeld', about: 'stage', reason: `because ${random.int(9)}`, ask: 'go on?' }),
]
