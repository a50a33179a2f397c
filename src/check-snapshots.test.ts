/** `tidegate doctor` on the snapshots of a real store: each against its events, within a limit, and made anew when asked. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appended } from '../test/contract/event-store.ts'
import { hasPostgres, PostgresServer, postgresLimitMs } from '../test/contract/postgres-server.ts'
import { FakeController, fakeTerminal } from '../test/fixtures/fake-controller.ts'
import { goldenLog } from '../test/fixtures/golden-logs.ts'
import { World } from '../test/simulation/world.ts'
import { checkSnapshots } from './check-snapshots.ts'
import { checkStore } from './check-store.ts'
import { UserError } from './cli/context.ts'
import { digestOf } from './core/canonical.ts'
import type { Operator } from './core/plan/operator.ts'
import { releaseOf } from './core/release/evolve.ts'
import { readEvents } from './core/release/upcast/read-events.ts'
import type { EventStore, KeptSnapshot, NewEvent } from './ports/event-store.ts'
import { openRelease, snapshotEvery, snapshotOf } from './runtime/open-release.ts'
import type { Checkup } from './server/contract.ts'
import { openPostgresStore } from './store/postgres.ts'
import { openSqliteStore } from './store/sqlite.ts'
import { checkUp } from './wiring-doctor.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-snapshots-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => join(folder, 'events.db')

function open(): EventStore {
  const opened = openSqliteStore(file())
  if (!opened.ok) throw new Error(opened.message)
  return opened.store
}

/** A release with a snapshot of its state, or of another one. */
async function keep(store: EventStore, stream: string, isRight: boolean): Promise<void> {
  const events = readEvents(goldenLog('degraded'))
  await appended(
    store,
    stream,
    0,
    events.map(({ event, actor, at, elapsedMs, clock }): NewEvent => ({ event, actor, at, elapsedMs, clock })),
  )
  const stored = await store.read(stream)
  const last = stored.at(-1)
  if (!last) throw new Error('no events')
  const release = releaseOf(stored)
  await store.keepSnapshot(stream, snapshotOf({ release: isRight ? release : { ...release, ended: null }, last }))
}

const ofSnapshots = (found: readonly Checkup[]) => found.filter(({ what }) => what === 'snapshots')

async function looked(operator: Operator | null = null): Promise<Checkup[]> {
  return ofSnapshots((await checkStore(operator, { stateDir: folder, workingFolder: folder })).findings)
}

const rebuilt = async () =>
  ofSnapshots(
    await checkUp(fakeTerminal(new FakeController(new World()), { cwd: folder }).context, {
      stateDir: folder,
      rebuildSnapshots: true,
    }),
  )

describe('snapshots in SQLite', () => {
  it('are well where the events give them, and are not spoken of where there are none', async () => {
    const store = open()
    await store.close()
    expect(await looked()).toEqual([])
    const again = open()
    await keep(again, 'default/r1', true)
    await keep(again, 'default/r2', true)
    await again.close()
    expect(await looked()).toMatchObject([{ state: 'ok', message: expect.stringContaining('2 checked') }])
  })

  it('that were tampered with are named, with what to do; once made anew all is well', async () => {
    const store = open()
    await keep(store, 'default/r1', true)
    await keep(store, 'default/r2', false)
    expect((await openRelease(store, 'default/r2'))?.release.ended).toBeNull()
    await store.close()
    expect(await looked()).toMatchObject([
      {
        state: 'failed',
        message: expect.stringMatching(/default\/r2 after event \d+ is not what its events give, in ended$/),
        hint: expect.stringContaining('--rebuild-snapshots'),
      },
      { state: 'ok', message: expect.stringContaining('1 checked') },
    ])
    expect(await rebuilt()).toMatchObject([{ state: 'ok', message: expect.stringContaining('all were dropped') }])
    const after = open()
    expect((await openRelease(after, 'default/r2'))?.release.status).toBe('Degraded')
    await after.close()
  })

  it('whose text was changed are not used', async () => {
    const store = open()
    await keep(store, 'default/r1', true)
    await store.close()
    const database = new DatabaseSync(file())
    database.exec(`UPDATE snapshots SET state = replace(state, 'Degraded', 'Succeeded')`)
    database.close()
    expect(await looked()).toMatchObject([
      { state: 'warning', message: expect.stringContaining('not what was written') },
    ])
  })

  it('of long releases are made anew', async () => {
    const store = open()
    await keep(store, 'default/r1', false)
    const { version, hash } = (await store.read('default/r1')).at(-1) ?? { version: 0, hash: '' }
    const [told] = readEvents(goldenLog('degraded')).slice(-1)
    if (!told) throw new Error('no events')
    const { event, actor, at, elapsedMs, clock } = told
    const many = new Array<NewEvent>(snapshotEvery).fill({ event, actor, at, elapsedMs, clock })
    expect(hash).not.toBe('')
    await appended(store, 'default/r1', version, many)
    await store.close()
    expect(await rebuilt()).toMatchObject([
      { message: expect.stringContaining('1 made anew') },
      { state: 'ok', message: expect.stringContaining('1 checked') },
    ])
  })

  it('are made anew by nobody while the store is held', async () => {
    const store = open()
    await expect(rebuilt()).rejects.toThrow(UserError)
    await store.close()
  })
})

describe('many snapshots', () => {
  const events = goldenLog('degraded')
  const state = JSON.stringify({ version: events.length })
  const wrong = { version: events.length, hash: '', fold: 1, digest: digestOf(JSON.parse(state)), state }

  it('are checked up to a limit, and the rest is counted', async () => {
    const sizes = [150_000, 60_000, 50_000]
    const taken: number[] = []
    const source = (isWanted: (events: number) => boolean): KeptSnapshot[] => {
      taken.push(...sizes.filter(isWanted))
      return []
    }
    expect(await checkSnapshots(source)).toMatchObject([
      {
        state: 'warning',
        message: expect.stringContaining('1 not checked: together they hold more than 200000 events'),
      },
    ])
    expect(taken).toEqual([150_000, 50_000])
  })

  it('are named up to a limit, and the rest is counted', async () => {
    const kept = Array.from({ length: 14 }, (_, index) => ({ stream: `default/r${index}`, snapshot: wrong, events }))
    const found = await checkSnapshots(() => kept)
    expect(found).toHaveLength(11)
    expect(found.at(-1)?.message).toContain('4 more')
  })
})

describe.runIf(hasPostgres)('snapshots in PostgreSQL', () => {
  it(
    'that were tampered with are named',
    async () => {
      const server = await PostgresServer.start()
      try {
        const url = await server.newDatabase()
        const opened = await openPostgresStore({ url })
        if (!opened.ok) throw new Error(opened.message)
        await keep(opened.store, 'default/r1', true)
        await keep(opened.store, 'default/r2', false)
        await opened.leases.close()
        await opened.store.close()
        const operator = { store: { driver: 'postgres', url } } as Operator
        expect(await looked(operator)).toMatchObject([
          { state: 'failed', message: expect.stringMatching(/default\/r2 after event \d+ .*in ended$/) },
          { state: 'ok', message: expect.stringContaining('1 checked') },
        ])
        await server.query(url, 'ALTER TABLE tidegate.events DISABLE TRIGGER USER')
        await server.query(url, `UPDATE tidegate.events SET schema = 99 WHERE stream = 'default/r1' AND version = 2`)
        const { findings } = await checkStore(operator, { stateDir: folder, workingFolder: folder })
        expect(findings).toContainEqual(
          expect.objectContaining({ what: 'events', state: 'failed', message: expect.stringContaining('version 99') }),
        )
      } finally {
        await server.stop()
      }
    },
    postgresLimitMs,
  )
})
