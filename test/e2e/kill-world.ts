/** One release of the demo whose controller is killed again and again and started by the same command, over targets that count what reaches them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { pendingEffects } from '../../src/core/release/effects.ts'
import type { EventEnvelope } from '../../src/core/release/events.ts'
import { releaseOf } from '../../src/core/release/evolve.ts'
import { openEmbeddedStore } from '../../src/operator-store.ts'
import type { EventStore } from '../../src/ports/event-store.ts'
import { openPostgresStore } from '../../src/store/postgres.ts'
import { password as databasePassword } from '../contract/postgres-server.ts'
import { convergenceMs } from './convergence.ts'
import { CountingTargets } from './counting-targets.ts'
import { type CrashNote, type CrashPlan, readNotes } from './crash-points.ts'
import { checkout, type DemoRun, demoArguments, runProgram } from './run-demo.ts'
import { stopProcesses } from './stop-processes.ts'

/** A release has about a hundred events and thirty calls; more restarts than this mean that it does not get on. */
const maximumRestarts = 400

const maximumSetUps = 3

/** Of the controller that tells the rest; 15 s. */
const maximumLooks = 60

/** Ports of one release, from its first one: those of the demo, and those of the counting ends. */
export const portsEach = 40
const firstCountingPort = 30

export interface Killing {
  scenario: 'good' | 'errors'
  /** Around appends every `stride` events; around calls all of every `stride`th effect, and `readsEach` of each look. */
  around:
    | { kind: 'appends'; first: 'before' | 'after'; stride: number }
    | { kind: 'calls'; readsEach: number; stride: number }
  portBase: number
  /** A database of its own; without one the events lie in SQLite. */
  url?: string
  /** Changes to the operator's file. */
  edit?: (operator: string) => string
  /** A third of the demo's users, and criteria that are content with as many samples: two releases go side by side then. */
  hasFewUsers?: boolean
  /** No more kills than these. */
  maximumKills?: number
}

export interface Survived {
  kills: number
  events: EventEnvelope[]
  notes: CrashNote[]
  stateDir: string
  targets: CountingTargets
  /** Of each restart: milliseconds until it was at work again, how busy the machine was (load over the last minute), and what it had to do. */
  restarts: { ms: number; load: number; what: string }[]
  /** Effects that were left to a controller that stays. */
  leftOver: string[]
  users: { requests: number; errors: number }[]
  last: DemoRun
}

export class KillWorlds {
  readonly #folders: string[] = []
  readonly #targets: CountingTargets[] = []
  #cache: string | undefined

  async close(): Promise<void> {
    for (const targets of this.#targets) await targets[Symbol.asyncDispose]()
    for (const folder of this.#folders) {
      await stopProcesses(folder)
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-kills-'))
    this.#folders.push(folder)
    return folder
  }

  async survive(killing: Killing): Promise<Survived> {
    const { scenario, portBase, url, maximumKills = maximumRestarts } = killing
    const stateDir = await this.#newFolder()
    const targets = await CountingTargets.open(portBase + 1, portBase + firstCountingPort)
    this.#targets.push(targets)
    const example = await copyOfExample(stateDir, targets, killing)
    this.#cache ??= await this.#newFolder()
    const notesFile = join(stateDir, 'crash-notes.jsonl')
    const args = [...demoArguments(scenario, stateDir, portBase), '--example', example]
    const users: Survived['users'] = []
    const restarts: Survived['restarts'] = []
    let setUps = 0
    let events: EventEnvelope[] = []
    for (let kills = 0; kills < maximumRestarts; kills++) {
      const env = {
        KILL_TEST_DATABASE_PASSWORD: databasePassword,
        KILL_TEST_WEBHOOK_SECRET: 'only for tests, and long enough',
        NODE_COMPILE_CACHE: this.#cache,
        CRASH_NOTES: notesFile,
        CRASH_PLAN: JSON.stringify(kills < maximumKills ? planOf(killing, events, kills) : { kind: 'none' }),
      }
      const startedMs = Date.now()
      const last = await runProgram('test/e2e/crashing-demo.ts', args, env)
      const endedMs = Date.now()
      const before = events
      events = await readEvents(stateDir, url)
      const notes = readNotes(notesFile)
      expect(lostOf(notes, events), 'acknowledged events are never lost').toEqual([])
      expect(events.slice(0, before.length).map(({ hash }) => hash)).toEqual(before.map(({ hash }) => hash))
      if (before.length > 0) {
        const acted = notes.find((note) => note.kind === 'acted' && note.atMs >= startedMs)
        const actedMs = acted?.kind === 'acted' ? acted.atMs : undefined
        const ms = convergenceMs({ before, after: events, startedMs, endedMs, actedMs })
        restarts.push({ ms, load: loadavg()[0] ?? 0, what: whatWas(before, { startedMs, endedMs, actedMs }) })
      }
      if (last.signal !== 'SIGKILL') {
        // Before anything was killed: a machine that is too busy to set the demo up.
        if (events.length === 0 && last.code !== 0 && ++setUps < maximumSetUps) continue
        const leftOver = events.length > 0 ? underWay(events) : []
        if (url !== undefined && events.length > 0) events = await tellTheRest(stateDir, url, env)
        return { kills: kills - setUps, events, notes, stateDir, targets, restarts, users, last, leftOver }
      }
      const stats = await fetch(`http://127.0.0.1:${portBase + 4}/stats`).catch(() => null)
      if (stats?.ok) users.push((await stats.json()) as Survived['users'][number])
    }
    throw new Error(`still not over after ${maximumRestarts} restarts`)
  }
}

const underWay = (events: readonly EventEnvelope[]): string[] =>
  pendingEffects(releaseOf(events)).map(({ effectId, effect }) => `${effect.kind} ${effectId}`)

/** For whoever wonders why a restart took long. */
function whatWas(
  before: readonly EventEnvelope[],
  { startedMs, endedMs, actedMs }: { startedMs: number; endedMs: number; actedMs: number | undefined },
): string {
  const last = before.at(-1)
  const acted = actedMs === undefined ? 'never acted' : `acted after ${actedMs - startedMs} ms`
  return `after ${last?.version} ${last?.event.type}, under way: ${underWay(before).join(', ') || 'nothing'}; ${acted}, lived ${endedMs - startedMs} ms`
}

function planOf({ around }: Killing, events: readonly EventEnvelope[], kills: number): CrashPlan {
  if (around.kind === 'calls') return around
  const { first, stride } = around
  const passed = events.findLast(({ event }) => event.type === 'StagePassed' || event.type === 'StageEntered')
  // One that is never durable is met again at the next start: between two of them something has to get on.
  const when = first === 'before' && kills % 2 === 1 ? 'after' : first
  const sparesLooks = passed?.event.type === 'StagePassed'
  return { kind: 'append', version: events.length + stride, when, sparesLooks }
}

/** What was acknowledged and is not in the log, or not as it was. */
export const lostOf = (notes: readonly CrashNote[], events: readonly EventEnvelope[]): CrashNote[] =>
  notes.filter((note) => note.kind === 'acknowledged' && events[note.version - 1]?.hash !== note.hash)

/** The example with targets that count and channels that are told; its services find their packages through the checkout's. */
async function copyOfExample(
  stateDir: string,
  { ports }: CountingTargets,
  { url, edit, hasFewUsers }: Killing,
): Promise<string> {
  const example = join(stateDir, 'example')
  await cp(join(checkout, 'examples', 'classmatefinder'), example, { recursive: true })
  await symlink(join(checkout, 'node_modules'), join(stateDir, 'node_modules'))
  const file = join(example, 'operator.yaml')
  const whole = await readFile(file, 'utf8')
  const operator = hasFewUsers ? whole.replace('USERS_PER_SECOND: "30"', 'USERS_PER_SECOND: "10"') : whole
  if (hasFewUsers) await needFewerSamples(example)
  const counted = operator.replace(/admin: \S+/, `admin: http://127.0.0.1:${ports.admin}`).replace(
    'channels:\n',
    `channels:
  mail: { driver: smtp, host: 127.0.0.1, port: ${ports.mail}, tls: none, from: tidegate@example.com, fallback: [oncall@example.com] }
  hook: { driver: webhook, url: "http://127.0.0.1:${ports.hook}/", secret: { env: KILL_TEST_WEBHOOK_SECRET } }
`,
  )
  await writeFile(file, `${edit?.(counted) ?? counted}${url === undefined ? '' : storeAt(url)}`)
  return example
}

async function needFewerSamples(example: string): Promise<void> {
  const third = (_: string, samples: string) => `minimumSamples: ${Math.round(Number(samples) / 3)}`
  // So few requests show nothing in the time of a stage: plain thresholds are content with them.
  await rewrite(join(example, 'tidegate.yaml'), (bindings) =>
    bindings.replace('judging:\n', 'judging:\n  sequential: false\n').replace(/minimumSamples: (\d+)/g, third),
  )
  // One user in a hundred never opens his mail: one of five is no fault of the version, three are.
  await rewrite(join(example, 'ROLLOUT.md'), (plan) =>
    plan.replaceAll('Email verification rate > 80%', 'Email verification rate > 50%'),
  )
}

async function rewrite(file: string, edit: (text: string) => string): Promise<void> {
  const text = await readFile(file, 'utf8')
  const edited = edit(text)
  expect(edited, `${file} has what the test changes`).not.toBe(text)
  await writeFile(file, edited)
}

function storeAt(url: string): string {
  const bare = new URL(url)
  bare.password = ''
  return `\nstore: { driver: postgres, url: "${bare.href}", password: { env: KILL_TEST_DATABASE_PASSWORD } }\n`
}

/**
 * On a shared store a release that ended right before a kill is taken up when the lease of the dead has run out. The demo does not stay for that; a
 * controller that stays tells whoever has not been told.
 */
async function tellTheRest(stateDir: string, url: string, env: Record<string, string>): Promise<EventEnvelope[]> {
  const isSettled = (events: readonly EventEnvelope[]) => pendingEffects(releaseOf(events)).length === 0
  let events = await readEvents(stateDir, url)
  if (isSettled(events)) return events
  const entry = join(checkout, 'bin/tidegate.mjs')
  const controller = spawn(process.execPath, [entry, '--state', stateDir, 'serve'], { env: { ...process.env, ...env } })
  for (let looks = 0; looks < maximumLooks && !isSettled(events); looks++) {
    await new Promise((resolve) => setTimeout(resolve, 250))
    events = await readEvents(stateDir, url)
  }
  controller.kill()
  await once(controller, 'close')
  return events
}

async function readEvents(stateDir: string, url: string | undefined): Promise<EventEnvelope[]> {
  const store = url === undefined ? await openEmbeddedStore(join(stateDir, 'events.db')) : await openDatabase(url)
  const [first, second] = await store.streams()
  expect(second, 'the same command goes on with its release').toBeUndefined()
  const events = first ? await store.read(first.stream) : []
  await store.close()
  return events
}

async function openDatabase(url: string): Promise<EventStore> {
  const opened = await openPostgresStore({ url })
  if (!opened.ok) throw new Error(opened.message)
  return opened.store
}
