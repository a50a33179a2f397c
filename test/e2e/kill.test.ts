/** Kills the controller around every event of one release; the same command each time. Nothing may be lost, skipped or done twice. */
import { appendFile, cp, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { firstBreak } from '../../src/core/release/chain.ts'
import type { EventEnvelope, EventOf, ReleaseEvent } from '../../src/core/release/events.ts'
import { openEmbeddedStore } from '../../src/operator-store.ts'
import type { EventStore } from '../../src/ports/event-store.ts'
import { openPostgresStore } from '../../src/store/postgres.ts'
import { password as databasePassword, hasPostgres, PostgresServer } from '../contract/postgres-server.ts'
import { checkout, demoArguments, runProgram } from './run-demo.ts'
import { stopProcesses } from './stop-processes.ts'

/** A release of the demo has about a hundred events; more restarts than this means that it does not get on. */
const maximumRestarts = 400

/** A hundred restarts of a second or two each, and the release itself. */
const limit = { timeout: 540_000 }

const folders: string[] = []
afterAll(async () => {
  for (const folder of folders) {
    await stopProcesses(folder)
    await rm(folder, { recursive: true, force: true })
  }
})

interface Survived {
  kills: number
  events: EventEnvelope[]
  users: { requests: number; errors: number }[]
}

/** Where the events of a run lie: what the program is told about it, and how the test reads them. */
interface Storage {
  args: string[]
  env: Record<string, string>
  read(): Promise<EventEnvelope[]>
}

const embedded = (stateDir: string): Storage => ({
  args: [],
  env: {},
  read: async () => firstStream(await openEmbeddedStore(join(stateDir, 'events.db'))),
})

async function firstStream(store: EventStore): Promise<EventEnvelope[]> {
  const stream = (await store.streams())[0]
  const events = stream ? await store.read(stream.stream) : []
  await store.close()
  return events
}

/** A copy of the example whose operator names a database; its services find their packages through the checkout's. */
async function inDatabase(stateDir: string, url: string): Promise<Storage> {
  const example = join(stateDir, 'example')
  await cp(join(checkout, 'examples', 'classmatefinder'), example, { recursive: true })
  await symlink(join(checkout, 'node_modules'), join(stateDir, 'node_modules'))
  const bare = new URL(url)
  bare.password = ''
  const password = '{ env: KILL_TEST_DATABASE_PASSWORD }'
  await appendFile(
    join(example, 'operator.yaml'),
    `\nstore: { driver: postgres, url: "${bare.href}", password: ${password} }\n`,
  )
  return {
    args: ['--example', example],
    env: { KILL_TEST_DATABASE_PASSWORD: databasePassword },
    read: async () => {
      const opened = await openPostgresStore({ url })
      if (!opened.ok) throw new Error(opened.message)
      return firstStream(opened.store)
    },
  }
}

interface Killing {
  when: 'before' | 'after'
  scenario: string
  portBase: number
  /** Events between two kills. */
  stride?: number
  storage?: (stateDir: string) => Storage | Promise<Storage>
}

async function surviveKills({ when, scenario, portBase, stride = 1, storage = embedded }: Killing): Promise<Survived> {
  const stateDir = await mkdtemp(join(tmpdir(), 'tidegate-'))
  folders.push(stateDir)
  const { args, env: secrets, read } = await storage(stateDir)
  const users: Survived['users'] = []
  let acknowledged = 0
  let waitsForPeople = false
  for (let kills = 0; kills < maximumRestarts; kills++) {
    const env = {
      ...secrets,
      CRASH_AT: `${acknowledged + stride}`,
      CRASH_WHEN: when === 'before' && kills % 2 === 1 ? 'after' : when,
      SPARE_LOOKS: waitsForPeople ? 'yes' : 'no',
    }
    const run = await runProgram(
      'test/e2e/crashing-demo.ts',
      [...demoArguments(scenario, stateDir, portBase), ...args],
      env,
    )
    const events = await read()
    expect(events.length, 'acknowledged events are never lost').toBeGreaterThanOrEqual(acknowledged)
    acknowledged = events.length
    const passed = events.findLast(({ event }) => event.type === 'StagePassed' || event.type === 'StageEntered')
    waitsForPeople = passed?.event.type === 'StagePassed'
    if (run.signal !== 'SIGKILL') {
      expect(run.code, run.stderr).toBe(0)
      return { kills, events, users }
    }
    const stats = await fetch(`http://127.0.0.1:${portBase + 4}/stats`).catch(() => null)
    if (stats?.ok) users.push((await stats.json()) as Survived['users'][number])
  }
  throw new Error(`still not over after ${maximumRestarts} restarts`)
}

const eventsOf = <T extends ReleaseEvent['type']>(events: readonly EventEnvelope[], type: T): EventOf<T>[] =>
  events.flatMap(({ event }) => (event.type === type ? [event as EventOf<T>] : []))

function expectWhole(events: readonly EventEnvelope[]): void {
  expect(firstBreak(events)).toBeNull()
  const requests = eventsOf(events, 'EffectRequested').map(({ effect, purpose }) => JSON.stringify({ effect, purpose }))
  expect(new Set(requests).size, 'no effect is asked for twice').toBe(requests.length)
  const elapsed = events.map(({ elapsedMs }) => elapsedMs)
  expect(elapsed, 'release time never runs backwards').toEqual([...elapsed].sort((a, b) => a - b))
}

function expectClimbed(events: readonly EventEnvelope[]): void {
  expect(eventsOf(events, 'ReleaseSucceeded')).toHaveLength(1)
  const entered = eventsOf(events, 'StageEntered').map(({ stageId }) => stageId)
  expect(entered).toEqual(eventsOf(events, 'StagePassed').map(({ stageId }) => stageId))
  expect(new Set(entered).size).toBe(3)
  for (const stageId of entered) {
    const creditMs = eventsOf(events, 'StageObserved')
      .filter((event) => event.stageId === stageId)
      .reduce((sum, event) => sum + event.creditMs, 0)
    expect(creditMs, `bake time of ${stageId}`).toBeGreaterThanOrEqual(10_000)
  }
}

describe('kill -9 of the controller', () => {
  it.each([
    ['after', 17_600],
    ['before', 17_700],
  ] as const)(
    '%s every append of a good release: it still climbs each stage once and succeeds',
    limit,
    async (when, portBase) => {
      const { kills, events, users } = await surviveKills({ when, scenario: 'good', portBase })
      process.stdout.write(`${kills} kills ${when} the append, ${events.length} events\n`)
      expect(kills).toBeGreaterThan(40)
      expectWhole(events)
      expectClimbed(events)
      const last = users.at(-1)
      expect(last?.requests).toBeGreaterThan(1_000)
      expect(last?.errors, 'users met no error while the controller died again and again').toBe(0)
    },
  )

  it('after every append of a bad release: it still goes back', limit, async () => {
    const { events } = await surviveKills({ when: 'after', scenario: 'errors', portBase: 17_800 })
    expectWhole(events)
    expect(eventsOf(events, 'TriggerFired')).toHaveLength(1)
    expect(eventsOf(events, 'ReleaseRolledBack')).toHaveLength(1)
  })
})

/** Each restart waits for the lease of the dead to run out; there are fewer of them, therefore. */
describe.runIf(hasPostgres)('kill -9 of a controller on PostgreSQL', () => {
  let server: PostgresServer | undefined
  afterAll(() => server?.stop())

  it('before and after appends of a good release: it still climbs each stage once and succeeds', limit, async () => {
    server = await PostgresServer.start()
    const url = await server.newDatabase()
    const { kills, events } = await surviveKills({
      when: 'before',
      scenario: 'good',
      portBase: 17_900,
      stride: 8,
      storage: (stateDir) => inDatabase(stateDir, url),
    })
    process.stdout.write(`${kills} kills on PostgreSQL, ${events.length} events\n`)
    expect(kills).toBeGreaterThan(8)
    expectWhole(events)
    expectClimbed(events)
  })
})
