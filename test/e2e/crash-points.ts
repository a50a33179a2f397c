/**
 * Where the demo of a test kills its own process: around an append, or before and after each driver call of the release, once each. What was
 * acknowledged and when it first acted stands in a file, for the process cannot tell any more.
 */

import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import type { Driver, DriverSet } from '../../src/ports/drivers.ts'
import type { EventStore } from '../../src/ports/event-store.ts'
import { aroundStore } from '../fixtures/around-store.ts'

/** `version` is of the stream; with `sparesLooks` none dies of a look: a stage that has passed is looked at until a person signs. */
export type CrashPlan =
  | { kind: 'append'; version: number; when: 'before' | 'after'; sparesLooks: boolean }
  | { kind: 'calls'; readsEach: number; stride: number }
  | { kind: 'none' }

/** One line of the file. */
export type CrashNote =
  | { kind: 'acknowledged'; version: number; hash: string }
  | { kind: 'acted'; atMs: number }
  | { kind: 'died'; at: string }

export const readNotes = (file: string): CrashNote[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as CrashNote)
    : []

/** Calls that change something; all others are looks, of which some are enough. */
const changing = new Set(['deploy', 'setShares', 'setFlag', 'run', 'runCheck', 'notify'])
const looking = new Set(['read', 'readShares', 'readVersion', 'readFlag'])

export class CrashPoints {
  readonly #file: string
  readonly #plan: CrashPlan
  readonly #passed: Set<string>
  /** Looks are told apart by the last effect before them, so that some die at every stage. */
  readonly #lastEffect: number
  #hasStarted: boolean
  #hasActed = false

  constructor(file: string, plan: CrashPlan) {
    this.#file = file
    this.#plan = plan
    const notes = readNotes(file)
    this.#hasStarted = notes.some(({ kind }) => kind === 'acknowledged')
    this.#passed = new Set(notes.flatMap((note) => (note.kind === 'died' ? [note.at] : [])))
    this.#lastEffect = Math.max(0, ...[...this.#passed].map(numberOf).filter(Number.isInteger))
  }

  around(store: EventStore): EventStore {
    return aroundStore(store, {
      append: async (stream, expectedVersion, events, options) => {
        this.#acts()
        const plan = this.#plan
        const isHere =
          plan.kind === 'append' &&
          expectedVersion + events.length >= plan.version &&
          !(plan.sparesLooks && events.every(({ event }) => event.type === 'StageObserved'))
        if (isHere && plan.when === 'before') this.#die(`append ${expectedVersion}`)
        const result = await store.append(stream, expectedVersion, events, options)
        const last = result.ok ? result.events.at(-1) : undefined
        if (last) this.#note({ kind: 'acknowledged', version: last.version, hash: last.hash })
        this.#hasStarted ||= result.ok
        if (isHere && plan.when === 'after') this.#die(`append ${expectedVersion}`)
        return result
      },
    })
  }

  aroundDrivers(drivers: DriverSet): DriverSet {
    const guard = <D extends Driver>(driver: D | undefined) => driver && this.#guarded(driver)
    return {
      ...drivers,
      router: (target) => guard(drivers.router(target)),
      deployer: (target) => guard(drivers.deployer(target)),
      metricSource: (source) => guard(drivers.metricSource(source)),
      flagBackend: (backend) => guard(drivers.flagBackend(backend)),
      checkRunner: (check) => guard(drivers.checkRunner(check)),
      commandRunner: (command) => guard(drivers.commandRunner(command)),
      notifiers: () =>
        drivers.notifiers().map(({ channel, notifier }) => ({ channel, notifier: this.#guarded(notifier) })),
    }
  }

  #guarded<D extends Driver>(driver: D): D {
    return new Proxy(driver, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function' || typeof name !== 'string') return member
        if (!changing.has(name) && !looking.has(name)) return member.bind(target)
        return async (...given: unknown[]) => {
          const call = nameOf(name, given)
          // What the demo does around the release is not the controller's.
          if (call === null) return Reflect.apply(member, target, given)
          if (changing.has(name)) this.#acts()
          this.#meets(`before ${call}`, name)
          const outcome: unknown = await Reflect.apply(member, target, given)
          this.#meets(`after ${call}`, name)
          return outcome
        }
      },
    })
  }

  #meets(point: string, method: string): void {
    const plan = this.#plan
    if (plan.kind !== 'calls') return
    if (looking.has(method)) {
      if (!this.#hasStarted) return
      for (let count = 1; count <= plan.readsEach; count++) {
        const look = `${point}, ${count} of ${this.#lastEffect}`
        if (!this.#passed.has(look)) this.#die(look)
      }
    } else if (!this.#passed.has(point) && numberOf(point) % plan.stride === 0) this.#die(point)
  }

  #acts(): void {
    if (!this.#hasActed) this.#note({ kind: 'acted', atMs: Date.now() })
    this.#hasActed = true
  }

  #note(note: CrashNote): void {
    appendFileSync(this.#file, `${JSON.stringify(note)}\n`)
  }

  #die(at: string): never {
    this.#note({ kind: 'died', at })
    // What the next start reads compiled is written at an end that this process never has.
    flushCompileCache()
    process.kill(process.pid, 'SIGKILL')
    throw new Error('still alive after SIGKILL')
  }
}

/** Effects are numbered: `before deploy backend r1/12`. */
const numberOf = (point: string): number => Number(point.slice(point.lastIndexOf('/') + 1))

/** The same for a call that is repeated after a crash: by its effect and target, looks by their source alone. Null: no call of a release. */
function nameOf(method: string, given: readonly unknown[]): string | null {
  const context = given.find(
    (one): one is { effectId: string } => typeof one === 'object' && one !== null && 'effectId' in one,
  )
  if (looking.has(method)) return `${method} ${String(given[0])}`
  return context === undefined || context.effectId.startsWith('demo/')
    ? null
    : `${method} ${String(given[0])} ${context.effectId}`
}
