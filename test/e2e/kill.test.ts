/**
 * Kills the controller around the events and the driver calls of releases, over both stores, and starts it by the same command each time. Nothing may
 * be lost, skipped or done twice, as the targets count it. `KILLS=full` kills around every event and every call, more than 400 times.
 */
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { firstBreak } from '../../src/core/release/chain.ts'
import type { EventEnvelope, EventOf, ReleaseEvent } from '../../src/core/release/events.ts'
import { hasPostgres, PostgresServer } from '../contract/postgres-server.ts'
import { migrationsIn, noticesIn, startsIn } from './counting-targets.ts'
import { type Killing, KillWorlds, lostOf, portsEach, type Survived } from './kill-world.ts'
import { Lanes } from './lanes.ts'

const isFull = process.env.KILLS === 'full'
const limit = { timeout: isFull ? 5_400_000 : 1_500_000 }
/** From the start of the program on. Beside other tests it starts later: then the limit only says that it does not hang. */
const convergenceLimitMs = isFull ? 5_000 : 20_000

/** Two processes wait for each core: beyond that a restart shows how busy the machine is, and nothing of the controller. */
const busyLoad = 2 * availableParallelism()

const stores = { sqlite: 0, postgres: 0 }
const figures = { kills: 0, aroundCalls: 0, lost: 0, doubled: 0, repeatedUnderTheirKey: 0 }
const convergedMs: number[] = []
/** However busy the machine was. */
const anyLoadMs: number[] = []
const worlds = new KillWorlds()
/** Side by side where time counts; one after another where it is measured. */
const lanes = new Lanes(isFull ? 1 : 2)
let server: PostgresServer | undefined

beforeAll(async () => {
  if (hasPostgres) server = await PostgresServer.start()
})
afterAll(async () => {
  await worlds.close()
  await server?.stop()
  const sorted = convergedMs.toSorted((a, b) => a - b)
  const [p95ConvergenceMs, worstConvergenceMs] = [sorted[Math.floor(sorted.length * 0.95)], sorted.at(-1)]
  const { kills, ...rest } = figures
  const line = {
    kills,
    byStore: stores,
    ...rest,
    worstAtAnyLoadMs: Math.max(0, ...anyLoadMs),
    restartsMeasured: sorted.length,
    p95ConvergenceMs,
    worstConvergenceMs,
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
  if (isFull && hasPostgres) expect(kills).toBeGreaterThanOrEqual(400)
  if (isFull && hasPostgres) expect(stores.postgres).toBeGreaterThanOrEqual(150)
  if (isFull) expect(sorted.length, 'a busy machine measures nothing: run it alone').toBeGreaterThan(kills / 2)
})

let releases = 0
async function survive(killing: Omit<Killing, 'portBase'>): Promise<Survived> {
  const portBase = 17_600 + releases++ * portsEach
  const survived = await lanes.take(() => worlds.survive({ ...killing, portBase, hasFewUsers: !isFull }))
  const { kills, notes } = survived
  figures.kills += kills
  figures.lost += lostOf(notes, survived.events).length
  stores[killing.url === undefined ? 'sqlite' : 'postgres'] += kills
  figures.aroundCalls += notes.filter((note) => note.kind === 'died' && !note.at.startsWith('append')).length
  const measured = survived.restarts.filter(({ load }) => load <= busyLoad)
  convergedMs.push(...measured.map(({ ms }) => ms))
  anyLoadMs.push(...survived.restarts.map(({ ms }) => ms))
  const slow = measured.filter(({ ms }) => ms > convergenceLimitMs)
  expect(slow, 'restarts that took long to be at work again').toEqual([])
  return survived
}

const eventsOf = <T extends ReleaseEvent['type']>(events: readonly EventEnvelope[], type: T): EventOf<T>[] =>
  events.flatMap(({ event }) => (event.type === type ? [event as EventOf<T>] : []))

function expectWhole({ events, last }: Survived): void {
  expect(last.code, last.stderr).toBe(0)
  expect(firstBreak(events)).toBeNull()
  const requests = eventsOf(events, 'EffectRequested').map(({ effect, purpose }) => JSON.stringify({ effect, purpose }))
  expect(new Set(requests).size, 'no effect is asked for twice').toBe(requests.length)
  expect(eventsOf(events, 'EffectSettled'), 'every effect is resolved').toHaveLength(requests.length)
  const elapsed = events.map(({ elapsedMs }) => elapsedMs)
  expect(elapsed, 'release time never runs backwards').toEqual([...elapsed].sort((a, b) => a - b))
}

function expectClimbed({ events, users }: Survived): void {
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
  const seen = users.at(-1)
  expect(seen?.requests).toBeGreaterThan(1_000)
  expect(seen?.errors, 'users met no error while the controller died again and again').toBe(0)
}

function expectBack({ events }: Survived): void {
  expect(eventsOf(events, 'TriggerFired')).toHaveLength(1)
  expect(eventsOf(events, 'ReleaseRolledBack')).toHaveLength(1)
}

/**
 * What the targets say. The proxy moves users once an effect, however often it is told; a service is started once, and found again; the file of notices
 * holds each once; mails and webhooks may come again, under the key of the first; a database has each migration once.
 */
function expectOnce({ events, stateDir, targets }: Survived): void {
  const asked = eventsOf(events, 'EffectRequested')
  const notices = asked.filter(({ effect }) => effect.kind === 'notify').map(({ effectId }) => effectId)
  const ofRelease = [...targets.shares].filter(([effectId]) => !effectId.startsWith('demo/'))
  const twice = (counts: number[]) => counts.reduce((sum, count) => sum + Math.max(0, count - 1), 0)
  const lines = noticesIn(stateDir)
  // The baseline is the demo's to start, and it sets everything up anew as long as there is no release.
  const deployed = asked.flatMap(({ effect }) =>
    effect.kind === 'deploy' ? [`${effect.target}@${effect.version}`] : [],
  )
  const starts = startsIn(stateDir)
  const doubled = {
    shares: twice(ofRelease.map(([, { changed }]) => changed)),
    starts: twice(deployed.map((name) => starts[name] ?? 0)),
    notices: lines.length - new Set(lines).size,
    mails: targets.mails.size - notices.length,
    webhooks: targets.webhooks.size - notices.length,
  }
  figures.doubled += Object.values(doubled).reduce((sum, count) => sum + Math.abs(count), 0)
  const keyed = [...ofRelease.map(([, seen]) => seen), ...targets.mails.values(), ...targets.webhooks.values()]
  figures.repeatedUnderTheirKey += keyed.reduce((sum, { told }) => sum + told - 1, 0)
  expect(doubled).toEqual({ shares: 0, starts: 0, notices: 0, mails: 0, webhooks: 0 })
  expect(lines.toSorted()).toEqual(notices.toSorted())
  for (const database of ['staging', 'production'] as const) expect(migrationsIn(stateDir, database)).toEqual([1, 2])
  const sharesAsked = asked.filter(({ effect }) => effect.kind === 'setShares').map(({ effectId }) => effectId)
  expect(ofRelease.map(([effectId]) => effectId)).toEqual(sharesAsked)
}

/**
 * Every call that changed something was killed right before it, and right after its target had done it; but for a last notice that was left to a
 * controller that stays, which nobody kills.
 */
function expectAroundCalls({ events, notes, leftOver }: Survived, stride: number): void {
  const died = notes.flatMap((note) => (note.kind === 'died' ? [note.at] : []))
  for (const { effectId, effect } of eventsOf(events, 'EffectRequested')) {
    if (
      effect.kind === 'readVersions' ||
      leftOver.includes(`${effect.kind} ${effectId}`) ||
      Number(effectId.split('/')[1]) % stride !== 0
    )
      continue
    for (const when of ['before', 'after'])
      expect(died, `${when} ${effectId}`).toContainEqual(expect.stringMatching(new RegExp(`^${when} .* ${effectId}$`)))
  }
}

const appends = (first: 'before' | 'after', stride: number) =>
  ({ kind: 'appends', first, stride: isFull ? 1 : stride }) as const
const calls = (stride: number, readsEach: { full: number; short: number }) =>
  ({ kind: 'calls', stride: isFull ? 1 : stride, readsEach: isFull ? readsEach.full : readsEach.short }) as const

describe('kill -9 of the controller', { concurrent: true }, () => {
  it.each(['after', 'before'] as const)(
    '%s appends of a good release: it climbs each stage once',
    limit,
    async (first) => {
      const survived = await survive({ scenario: 'good', around: appends(first, 4) })
      expect(survived.kills).toBeGreaterThan(12)
      expectWhole(survived)
      expectClimbed(survived)
      expectOnce(survived)
    },
  )

  it.each(isFull ? (['after', 'before'] as const) : (['after'] as const))(
    '%s appends of a bad release: it goes back',
    limit,
    async (first) => {
      const survived = await survive({ scenario: 'errors', around: appends(first, 6) })
      expectWhole(survived)
      expectBack(survived)
      expectOnce(survived)
    },
  )

  it.each([
    ['good', 1, expectClimbed],
    ['errors', 2, expectBack],
  ] as const)(
    'around the driver calls of the release "%s": no target does anything twice',
    limit,
    async (scenario, stride, expectEnd) => {
      const around = calls(stride, { full: 2, short: scenario === 'good' ? 1 : 0 })
      const survived = await survive({ scenario, around })
      expectWhole(survived)
      expectEnd(survived)
      expectOnce(survived)
      expectAroundCalls(survived, around.stride)
    },
  )

  it('after a command that may not be repeated: it pauses and asks', limit, async () => {
    const note = `argv: ["\${NODE}", -e, "require('node:fs').appendFileSync('\${STATE}/runs', 'x')"]`
    const once = (operator: string) =>
      operator.replace(/( {2}migrate-production:\n.*\n) +argv: .*\n(.*\n) +repeatable: true\n/, `$1    ${note}\n$2`)
    // The command is the sixth effect.
    const survived = await survive({
      scenario: 'good',
      around: { kind: 'calls', stride: 6, readsEach: 0 },
      edit: once,
      maximumKills: 2,
    })
    const held = eventsOf(survived.events, 'ReleaseHeld')
    expect(held.map(({ reason }) => reason)).toEqual([
      expect.stringContaining('nobody can tell whether migrate-production was run'),
    ])
    expect(survived.last.result?.outcome).toBe('held')
    expect(await readFile(join(survived.stateDir, 'data', 'runs'), 'utf8')).toBe('x')
  })
})

/** Each restart waits for the lease of the dead to run out; there are fewer of them, therefore. */
describe.runIf(hasPostgres)('kill -9 of a controller on PostgreSQL', { concurrent: true }, () => {
  const database = async () => (await server?.newDatabase()) ?? ''

  it('before and after appends of a good release: it climbs each stage once', limit, async () => {
    const survived = await survive({ scenario: 'good', around: appends('before', 8), url: await database() })
    expect(survived.kills).toBeGreaterThan(8)
    expectWhole(survived)
    expectClimbed(survived)
    expectOnce(survived)
  })

  it.runIf(isFull)('after appends of a bad release: it goes back', limit, async () => {
    const survived = await survive({ scenario: 'errors', around: appends('after', 1), url: await database() })
    expectWhole(survived)
    expectBack(survived)
    expectOnce(survived)
  })

  it('around the driver calls of a good release: no target does anything twice', limit, async () => {
    const around = calls(2, { full: 1, short: 0 })
    const survived = await survive({ scenario: 'good', around, url: await database() })
    expectWhole(survived)
    expectClimbed(survived)
    expectOnce(survived)
    expectAroundCalls(survived, around.stride)
  })
})
