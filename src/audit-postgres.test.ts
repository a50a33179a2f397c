/** `tidegate audit verify` and `tidegate doctor` over a real PostgreSQL: what the store gives in order is sealed, and a change by its owner is found. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { appended } from '../test/contract/event-store.ts'
import { paused } from '../test/contract/paused.ts'
import { hasPostgres, PostgresServer, password, postgresLimitMs } from '../test/contract/postgres-server.ts'
import { FakeController, fakeTerminal } from '../test/fixtures/fake-controller.ts'
import { World } from '../test/simulation/world.ts'
import { Operator } from './core/plan/operator.ts'
import { createCheckpointFile } from './drivers/audit/checkpoint-file.ts'
import { makeNoteKeys } from './drivers/audit/note-keys.ts'
import { openStore } from './operator-store.ts'
import { Checkpointer } from './runtime/checkpointer.ts'
import { systemClock } from './runtime/system-clock.ts'
import { auditTools } from './wiring-audit.ts'
import { checkUp } from './wiring-doctor.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-'))
  mkdirSync(join(folder, 'state'), { mode: 0o700 })
})
afterEach(() => rmSync(folder, { recursive: true }))

describe.runIf(hasPostgres)('a log in PostgreSQL', () => {
  let server: PostgresServer
  beforeAll(async () => {
    if (hasPostgres) server = await PostgresServer.start()
  }, postgresLimitMs)
  afterAll(() => server?.stop(), postgresLimitMs)

  /** Three controllers' worth of appends at once, sealed on the way; then everything once more. */
  async function makeLog(): Promise<{ url: string; request: Parameters<ReturnType<typeof auditTools>['verify']>[0] }> {
    const url = await server.newDatabase()
    const keys = makeNoteKeys('tidegate.example/replica')
    writeFileSync(join(folder, 'key'), keys.signer)
    writeFileSync(join(folder, 'db-password'), password)
    const audit = { checkpoints: 'checkpoints', key: { file: 'key' } }
    const store = { driver: 'postgres', url: url.replace(/:only[^@]*@/, '@'), password: { file: 'db-password' } }
    const operator = { people: {}, targets: {}, store, audit }
    writeFileSync(join(folder, 'operator.yaml'), JSON.stringify(operator))
    const places = { stateDir: join(folder, 'state'), workingFolder: folder }
    const opened = await Promise.all([1, 2, 3].map(() => openStore(Operator.parse(operator), places)))
    const [first] = opened
    if (!first) throw new Error('no store')
    const onProblem = (message: string) => {
      throw new Error(message)
    }
    const checkpoints = createCheckpointFile(audit, { folder })
    const checkpointer = new Checkpointer({ store: first.store, checkpoints, clock: systemClock, onProblem })
    const writing = opened.map(async (one, index) => {
      for (let version = 0; version < 30; version++)
        await appended(one.store, `default/r${index}`, version, [{ ...paused(`${version}`), cause: { kind: 'clock' } }])
    })
    for (let round = 0; round < 5; round++) await checkpointer.seal()
    await Promise.all(writing)
    await checkpointer.seal()
    for (const { store: one, leases } of opened) {
      await leases.close()
      await one.close()
    }
    const operatorFile = join(folder, 'operator.yaml')
    return { url, request: { stateDir: places.stateDir, operatorFile, checkpoints: [], key: undefined } }
  }

  const terminal = () => fakeTerminal(new FakeController(new World()), { cwd: folder }).context

  it('written by three at once is sealed in one order, and verified through the port', async () => {
    const { request } = await makeLog()
    const report = await auditTools(terminal()).verify(request)
    expect(report).toMatchObject({ verdict: 'intact', events: 90, sealed: 90, findings: [] })
    expect(report.checkpoints).toBeGreaterThan(1)
  })

  it('that its owner changed is broken, at the changed event', async () => {
    const { url, request } = await makeLog()
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query('ALTER TABLE tidegate.events DISABLE TRIGGER ALL')
    await client.query(`UPDATE tidegate.events SET actor = replace(actor, 'Rina', 'Mallory') WHERE position = 40`)
    await client.end()
    const { verdict, findings } = await auditTools(terminal()).verify(request)
    expect(verdict).toBe('broken')
    expect(findings[0]).toMatchObject({ kind: 'changed', event: 40, position: 40 })
  })

  it('is looked at by the doctor without being opened', async () => {
    const { request } = await makeLog()
    const { stateDir, operatorFile } = request
    const checks = await checkUp(terminal(), { stateDir, operatorFile })
    expect(checks.filter(({ area }) => area === 'store' || area === 'audit')).toEqual([
      expect.objectContaining({ state: 'ok', message: expect.stringMatching(/^90 events in postgres:/) }),
      expect.objectContaining({ state: 'ok', what: 'schema' }),
      expect.objectContaining({ state: 'ok', what: 'key' }),
      expect.objectContaining({ state: 'ok', message: expect.stringMatching(/^90 events sealed/) }),
    ])
    await server.stop()
    const after = await checkUp(terminal(), { stateDir, operatorFile })
    expect(after).toContainEqual(expect.objectContaining({ area: 'store', what: 'event log', state: 'failed' }))
  })
})
