/** One controller with so many active releases, measured for so long: `controller.ts RELEASES SECONDS PORT-OF-PAGES`. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EventStore } from '../../src/ports/event-store.ts'
import { createSoleLeases } from '../../src/runtime/sole-leases.ts'
import { systemClock } from '../../src/runtime/system-clock.ts'
import { Controller } from '../../src/server/controller.ts'
import { openSqliteStore } from '../../src/store/sqlite.ts'
import { aroundStore } from '../../test/fixtures/around-store.ts'
import {
  baking,
  driversOf,
  lookEveryMs,
  operator,
  person,
  planOf,
  remindEveryMs,
  storedEvents,
  waiting,
} from './releases.ts'

export interface Spread {
  count: number
  p50: number
  p99: number
  max: number
}

/** Times in milliseconds; `cpuShare` in cores. */
export interface ActiveFigures {
  releases: number
  resumeMs: number
  looks: Spread
  reminders: Spread
  words: Spread
  cpuShare: number
  residentMiB: number
}

const bakingReleases = 100
const settleMs = 5_000
const [releases = 0, seconds = 0, port = 0] = process.argv.slice(2).map(Number)

const folder = mkdtempSync(join(tmpdir(), 'tidegate-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const file = join(folder, 'events.db')
await fill()
process.send?.(await measure(), () => process.exit())

function open(): EventStore {
  const opened = openSqliteStore(file)
  if (!opened.ok) throw new Error(opened.message)
  return opened.store
}

/** Reminders come evenly: a release was asked this long ago, in milliseconds. */
function spreadOf(number: number): number {
  return (number * 7_919_000) % remindEveryMs
}

/** Every release as it is stored in the middle of its life. */
async function fill(): Promise<void> {
  const store = open()
  for (let number = 0; number < releases; number++) {
    const plan = planOf(number)
    const events =
      number < bakingReleases ? storedEvents(baking(plan), 0) : storedEvents(waiting(plan), spreadOf(number))
    const result = await store.append(`default/r${number + 1}`, 0, events)
    if (!result.ok) throw new Error(JSON.stringify(result))
  }
  await store.close()
}

async function measure(): Promise<ActiveFigures> {
  const lags = { looks: [] as number[], reminders: [] as number[], words: [] as number[] }
  const store = watched(open(), lags)
  const { drivers, place } = driversOf(Math.min(releases, bakingReleases), port)
  await place()
  const controller = new Controller({
    store,
    leases: createSoleLeases(),
    drivers,
    clock: systemClock,
    operator,
    purpose: 'run',
    version: '0',
    onStopped: (releaseId, error) => {
      throw new Error(`${releaseId} stopped`, { cause: error })
    },
  })
  const beganMs = performance.now()
  await controller.resume()
  const resumeMs = Math.round(performance.now() - beganMs)
  await pause(settleMs)
  for (const list of Object.values(lags)) list.length = 0
  const cpu = process.cpuUsage()
  const startMs = performance.now()
  await speak(controller, lags.words, startMs + seconds * 1_000)
  const { user, system } = process.cpuUsage(cpu)
  const cpuShare = (user + system) / 1_000 / (performance.now() - startMs)
  const residentMiB = Math.round(process.memoryUsage.rss() / 2 ** 20)
  return {
    releases,
    resumeMs,
    looks: spread(lags.looks),
    reminders: spread(lags.reminders),
    words: spread(lags.words),
    cpuShare,
    residentMiB,
  }
}

/** Notes for each look and reminder, once it is on disk, how long ago it was due. */
function watched(store: EventStore, lags: Record<'looks' | 'reminders', number[]>): EventStore {
  const lookMs = new Map<string, number>()
  return aroundStore(store, {
    append: async (stream, version, events, options) => {
      const result = await store.append(stream, version, events, options)
      for (const { event, elapsedMs, clock } of events) {
        const onDiskMs = elapsedMs + systemClock.monotonicMs() - clock.monotonicMs
        if (event.type === 'GateReminded') lags.reminders.push(onDiskMs - remindEveryMs)
        if (event.type !== 'StageObserved') continue
        const lastMs = lookMs.get(stream)
        lookMs.set(stream, elapsedMs)
        if (lastMs !== undefined) lags.looks.push(onDiskMs - lastMs - lookEveryMs)
      }
      return result
    },
  })
}

/** Ten times a second somebody pauses one of those that wait, or lets it go on. */
async function speak(controller: Controller, lags: number[], endMs: number): Promise<void> {
  for (let number = bakingReleases; performance.now() < endMs; number++) {
    const releaseId = `r${(number % Math.max(1, releases - bakingReleases)) + Math.min(bakingReleases, releases - 1) + 1}`
    const beganMs = performance.now()
    const paused = number % 2 === 0 ? ({ type: 'pause', reason: 'asked' } as const) : ({ type: 'resume' } as const)
    await controller.command(releaseId, { actor: person, command: paused })
    lags.push(performance.now() - beganMs)
    await pause(100)
  }
}

function spread(values: number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number): number =>
    Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN)
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

function pause(forMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, forMs))
}
