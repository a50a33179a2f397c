/** `tidegate doctor` over real folders, stores and drivers: what is well, and what is not and why. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { appended } from '../test/contract/event-store.ts'
import { paused } from '../test/contract/paused.ts'
import { FakeController, fakeTerminal } from '../test/fixtures/fake-controller.ts'
import { World } from '../test/simulation/world.ts'
import { UserError } from './cli/context.ts'
import { buildProgram } from './cli/program.ts'
import { createCheckpointFile } from './drivers/audit/checkpoint-file.ts'
import { makeNoteKeys } from './drivers/audit/note-keys.ts'
import { Checkpointer } from './runtime/checkpointer.ts'
import { systemClock } from './runtime/system-clock.ts'
import type { Checkup } from './server/contract.ts'
import { openSqliteStore } from './store/sqlite.ts'
import { checkUp } from './wiring-doctor.ts'

let folder = ''
let state = ''
const page = createServer((_request, response) => response.end('up 1\n'))

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-doctor-'))
  state = join(folder, 'state')
  mkdirSync(state, { mode: 0o700 })
  mkdirSync(join(folder, 'outside'))
  writeFileSync(join(folder, 'audit.key'), makeNoteKeys('tidegate.example/doctor').signer)
  writeFileSync(join(folder, 'hook'), 'a secret of at least 24 bytes')
  await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
  const { port } = page.address() as AddressInfo
  const operator = {
    people: { rina: { name: 'Rina', groups: ['qa'] } },
    targets: {},
    metricSources: { page: { driver: 'prometheus-text', urls: [`http://127.0.0.1:${port}/metrics`] } },
    channels: { log: { driver: 'log' } },
    hooks: { ci: { secret: { file: 'hook' } } },
    inbound: { listen: '127.0.0.1:0' },
    audit: { checkpoints: 'outside/checkpoints', key: { file: 'audit.key' } },
  }
  write(operator)
  await makeLog()
})
afterEach(async () => {
  await new Promise((resolve) => page.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

/** JSON is YAML. */
const write = (operator: object) => writeFileSync(join(folder, 'operator.yaml'), JSON.stringify(operator))
const change = (to: (operator: Record<string, object>) => object) =>
  write(to(JSON.parse(readFileSync(join(folder, 'operator.yaml'), 'utf8'))))

async function makeLog(): Promise<void> {
  const opened = openSqliteStore(join(state, 'events.db'))
  if (!opened.ok) throw new Error(opened.message)
  const { store } = opened
  const audit = { checkpoints: 'outside/checkpoints', key: { file: 'audit.key' } }
  const checkpoints = createCheckpointFile(audit, { folder })
  await appended(store, 'default/r1', 0, [paused('1'), paused('2')])
  await new Checkpointer({ store, checkpoints, clock: systemClock, onProblem: () => undefined }).seal()
  await appended(store, 'default/r1', 2, [paused('3')])
  await store.close()
}

async function doctor(...line: string[]) {
  const terminal = fakeTerminal(new FakeController(new World()), { cwd: folder })
  terminal.context.checkUp = (request) => checkUp(terminal.context, request)
  try {
    const all = ['--state', 'state', 'doctor', '--operator', 'operator.yaml', ...line]
    await buildProgram(terminal.context).parseAsync(all, { from: 'user' })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    terminal.err.push(error.message)
  }
  return terminal
}

async function found() {
  const { out, code } = await doctor('--json')
  const { checks } = JSON.parse(out[0] ?? '{}') as { checks: Checkup[] }
  return { code, bad: checks.filter((one) => one.state !== 'ok'), checks }
}

describe('tidegate doctor', () => {
  it('says of each thing that it is well', async () => {
    const { code, bad, checks } = await found()
    expect(bad.filter(({ area, what }) => area !== 'clock' && what !== 'disk' && what !== 'file system')).toEqual([])
    expect([0, 3]).toContain(code)
    expect(new Set(checks.map(({ area }) => area))).toEqual(
      new Set(['places', 'store', 'clock', 'operator', 'secrets', 'drivers', 'audit']),
    )
    const said = checks.map(({ what, message }) => `${what}: ${message}`)
    expect(said).toContainEqual(expect.stringMatching(/^event log: 3 events.*whole$/))
    expect(said).toContainEqual(expect.stringMatching(/^checkpoints: 2 events sealed.*; 1 since$/))
    expect(said).toContainEqual('metric source page: prometheus-text answers')
    const { out } = await doctor()
    expect(out).toContainEqual(expect.stringMatching(/^✓ ok {7}secrets: hooks\.ci\.secret: it is there$/))
  })

  it.each<[string, () => void, Partial<Checkup>, number]>([
    [
      'a state folder that others may write to',
      () => chmodSync(state, 0o777),
      { what: 'state folder', state: 'failed', hint: expect.stringContaining('chmod 700') },
      1,
    ],
    [
      'a log that others may read',
      () => chmodSync(join(state, 'events.db'), 0o644),
      { what: 'events.db', state: 'warning', hint: expect.stringContaining('chmod 600') },
      3,
    ],
    [
      'a log of a newer Tidegate',
      () => sql(`INSERT INTO schema_migrations (version, name) VALUES (99, 'x')`),
      { what: 'schema', state: 'failed', message: expect.stringContaining('99') },
      1,
    ],
    [
      'events of a newer Tidegate',
      () => sql('DROP TRIGGER events_are_never_changed; UPDATE events SET schema = 99 WHERE position = 2'),
      { what: 'events', state: 'failed', message: expect.stringContaining('of event version 99') },
      1,
    ],
    [
      'a log that is no database',
      () => writeFileSync(join(state, 'events.db'), 'x'.repeat(9_000)),
      { what: 'event log', state: 'failed', message: expect.stringContaining('no SQLite database') },
      1,
    ],
    [
      'a log whose pages are spoilt',
      () => spoil(join(state, 'events.db')),
      { what: 'event log', state: 'failed', hint: expect.stringContaining('backup') },
      1,
    ],
    [
      'a secret that is missing',
      () => rmSync(join(folder, 'hook')),
      { area: 'secrets', what: 'hooks.ci.secret', state: 'failed' },
      1,
    ],
    [
      'a driver that does not answer',
      () =>
        change((operator) => ({
          ...operator,
          metricSources: { page: { driver: 'prometheus-text', urls: ['http://127.0.0.1:1/metrics'] } },
        })),
      { area: 'drivers', what: 'metric source page', state: 'failed' },
      1,
    ],
    [
      'hooks that nobody hears',
      () => change(({ inbound: _, ...operator }) => operator),
      { area: 'drivers', what: 'hook ci', state: 'failed', hint: expect.stringContaining('inbound') },
      1,
    ],
    ['no audit', () => change(({ audit: _, ...operator }) => operator), { area: 'audit', state: 'warning' }, 3],
    [
      'an audit key that is none',
      () => writeFileSync(join(folder, 'audit.key'), 'nothing'),
      { area: 'audit', what: 'key', state: 'failed' },
      1,
    ],
    [
      'checkpoints beside the log',
      () => change((operator) => ({ ...operator, audit: { ...operator.audit, checkpoints: 'state/checkpoints' } })),
      { area: 'audit', what: 'place', state: 'warning' },
      3,
    ],
    [
      'a log that was cut off',
      () => sql('DROP TRIGGER events_are_never_removed; DELETE FROM events WHERE position > 1'),
      { area: 'audit', what: 'checkpoints', state: 'failed', hint: expect.stringContaining('audit verify') },
      1,
    ],
    [
      'an event from the future',
      () =>
        sql(
          `DROP TRIGGER events_are_never_changed; UPDATE events SET at = '2999-01-01T00:00:00.000Z' WHERE position = 3`,
        ),
      { area: 'clock', what: 'order', state: 'warning' },
      3,
    ],
    [
      'an operator file with a mistake',
      () => change((operator) => ({ ...operator, peeple: {} })),
      { area: 'operator', state: 'failed', message: expect.stringContaining('peeple') },
      1,
    ],
  ])('finds %s', async (_, make, expected, code) => {
    make()
    const answer = await found()
    expect(answer.bad).toContainEqual(expect.objectContaining(expected))
    expect(answer.code).toBe(code)
  })

  it('checks the bindings of a plan', async () => {
    writeFileSync(join(folder, 'PLAN.md'), '# Rollout\n\n## Phase 1: Canary\n\n- 10 % of traffic\n- Error rate < 1 %\n')
    writeFileSync(join(folder, 'tidegate.yaml'), 'services: {}\n')
    const { out, code } = await doctor('PLAN.md', '--json')
    const { checks } = JSON.parse(out[0] ?? '{}') as { checks: Checkup[] }
    expect(checks.some(({ area, state }) => area === 'plan' && state === 'failed')).toBe(true)
    expect(code).toBe(1)
  })

  it('says what is missing where nothing has run', async () => {
    rmSync(state, { recursive: true })
    const { code, bad } = await found()
    expect(code).toBe(1)
    expect(bad).toContainEqual(
      expect.objectContaining({ what: 'state folder', message: expect.stringContaining('no folder') }),
    )
  })
})

function sql(text: string): void {
  const database = new DatabaseSync(join(state, 'events.db'))
  database.exec(text)
  database.close()
}

/** The first page stays: what is behind it is gone. */
function spoil(file: string): void {
  const bytes = readFileSync(file)
  writeFileSync(file, bytes.fill(0xff, 4_200, bytes.length - 100))
}
