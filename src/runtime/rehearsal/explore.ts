/**
 * Every single fault at every event of the good path, every fault of the ways back that follow, every answer of whoever is asked, and a seeded
 * sample of pairs. Scenarios that went the same way count once.
 */
import { findRung } from '../../core/plan/plan.ts'
import type { Recorded } from '../../core/release/fold.ts'
import type { Release } from '../../core/release/release.ts'
import { assess, type GoodRun, type Run } from './assess.ts'
import type { Fault } from './fault.ts'
import { faultsOfCall, findFaults, type Injection } from './find-faults.ts'
import { type Seeded, seeded } from './seeded.ts'
import type { Setting } from './setting.ts'
import { spotFinalViolations, spotViolations, type Violation } from './spot-violations.ts'
import { SimulatedWorld, type Watch } from './world.ts'

export interface ExploreOptions {
  seed: number
  /** Distinct scenarios to reach with pairs of faults, after every single one was tried. */
  scenarios: number
  /** Called now and then with the scenarios lived through so far. */
  onProgress?(tried: number): void
}

export interface Exploration {
  /** The release when nothing goes wrong. */
  good: GoodRun
  /** Distinct scenarios, the good path among them. */
  scenarios: number
  /** Scenarios lived through, distinct or not. */
  tried: number
  singleFaults: number
  /** Triggers that were breached from the first look of a stage on, and did nothing about it. */
  silent: { stageId: string; triggerId: string }[]
  unsafe: Run[]
  /** From the trigger to share 0 read back, of every distinct scenario that went back, in milliseconds, shortest first. */
  rollbackMs: number[]
  /** The slowest with nothing wrong on the way back, in milliseconds; null where nobody went back. */
  worstLiveRollbackMs: number | null
  /** The slowest of them. */
  slowest: Run | null
}

/** The unsafe runs that are kept with their logs; the others are counted. */
const maximumKept = 20
/** Second faults tried on the path that a first one made. */
const secondsOfOne = 8

export function explore(setting: Setting, options: ExploreOptions): Exploration {
  const explorer = new Explorer(setting, options)
  return explorer.explore()
}

interface Snapshot {
  version: number
  world: SimulatedWorld
}

class Explorer {
  readonly #setting: Setting
  readonly #options: ExploreOptions
  /** The good path. */
  #path: readonly Snapshot[] = []
  readonly #hashes = new Set<number>()
  /** Ways back whose calls were made to fail already, by the calls. */
  readonly #waysBack = new Set<string>()
  readonly #rollbackMs: number[] = []
  readonly #unsafe: Run[] = []
  readonly #silent: Exploration['silent'] = []
  #worstLiveMs: number | null = null
  #slowest: Run | null = null
  #tried = 0

  constructor(setting: Setting, options: ExploreOptions) {
    this.#setting = setting
    this.#options = options
  }

  explore(): Exploration {
    const good = this.#goodPath()
    const singles = findFaults(good.release, good.log())
    for (const injection of singles) this.#withWhatFollows([injection])
    const random = seeded(this.#options.seed)
    const { scenarios } = this.#options
    for (let tries = 0; tries < scenarios && this.#hashes.size < scenarios && singles.length > 0; tries++)
      this.#withSeconds(random.pick(singles), random)
    return {
      good,
      scenarios: this.#hashes.size,
      tried: this.#tried,
      singleFaults: singles.length,
      silent: this.#silent,
      worstLiveRollbackMs: this.#worstLiveMs,
      unsafe: this.#unsafe,
      rollbackMs: this.#rollbackMs.sort((a, b) => a - b),
      slowest: this.#slowest,
    }
  }

  #goodPath(): GoodRun {
    const world = SimulatedWorld.start(this.#setting, [])
    this.#path = walk(world)
    const run = this.#count(assess(world, [], world.rest(), []))
    const held = run.log().find(({ event }) => event.type === 'ReleaseHeld')?.event
    return { ...run, firstHold: held?.type === 'ReleaseHeld' ? held : null, now: world.now }
  }

  /** A scenario; then the same one with each call of its way back failing, and with other people. */
  #withWhatFollows(injections: readonly Injection[]): void {
    const run = this.#live(injections)
    const log = run.log()
    this.#listen(injections, log)
    const isHeld = log.some(({ event }) => event.type === 'ReleaseHeld')
    const asked: Fault[] = isHeld
      ? [
          { kind: 'asked', how: 'absent' },
          { kind: 'asked', how: 'aborts' },
        ]
      : []
    for (const fault of [...asked, ...this.#waysToFailGoingBack(log, run.release)])
      this.#live([...injections, { version: Number.POSITIVE_INFINITY, fault }])
  }

  /** Second faults that can meet the path that a first one made, each lived through from where it begins. */
  #withSeconds(first: Injection, random: Seeded): void {
    const problems: string[] = []
    const world = this.#begin(this.#path, [first], problems)
    const path = walk(world)
    const { release, log } = this.#end(world, [first], problems)
    const seconds = findFaults(release, log()).filter(
      ({ version, fault }) => version >= first.version && fault.kind !== 'startsLater',
    )
    for (
      let count = 0;
      count < secondsOfOne && this.#hashes.size < this.#options.scenarios && seconds.length > 0;
      count++
    )
      this.#live([random.pick(seconds), first], path)
  }

  /** A trigger that is breached and does nothing would do nothing on the day either. */
  #listen(injections: readonly Injection[], log: readonly Recorded[]): void {
    const [{ fault } = {}] = injections
    if (fault?.kind !== 'breach' || fault.from !== 'atOnce') return
    const { stageId, triggerId } = fault
    const acted = log.some(
      ({ event }) =>
        (event.type === 'TriggerActed' && event.triggerId === triggerId) ||
        (event.type === 'TriggerFired' && event.cause.kind === 'trigger'),
    )
    const isEmpty = findRung(this.#setting.start.plan, stageId)?.stage.percent === 0
    if (!acted && !isEmpty) this.#silent.push({ stageId, triggerId })
  }

  #waysToFailGoingBack(log: readonly Recorded[], release: Release): Fault[] {
    const calls = log.flatMap(({ event }) =>
      event.type === 'EffectRequested' && event.attempt === 1 && isOfRollback(event.purpose.kind) ? [event] : [],
    )
    const way = calls.map(({ effect, purpose }) => JSON.stringify([effect, purpose])).join()
    if (calls.length === 0 || this.#waysBack.has(way)) return []
    this.#waysBack.add(way)
    const services = release.rollback?.services ?? []
    return [...services.map((service): Fault => ({ kind: 'baselineDown', service })), ...calls.flatMap(faultsOfCall)]
  }

  /** Lives through what differs from a path. The first one to come decides where that begins. */
  #live(injections: readonly Injection[], path = this.#path): Run {
    const problems: string[] = []
    const world = this.#begin(path, injections, problems)
    world.run()
    return this.#end(world, injections, problems)
  }

  #begin(path: readonly Snapshot[], injections: readonly Injection[], problems: string[]): SimulatedWorld {
    const faults = injections.map(({ fault }) => fault)
    const note = ({ invariant, message }: Violation) => void problems.push(`invariant ${invariant}: ${message}`)
    const watch: Watch = (before, recorded, after, truth) =>
      spotViolations(before, recorded, after, truth).forEach(note)
    const version = injections[0]?.version ?? 0
    const isLater = faults.some(({ kind }) => kind === 'startsLater')
    const before = isLater ? undefined : path.findLast((one) => one.version <= version)
    return before?.world.fork(faults, watch) ?? SimulatedWorld.start(this.#setting, faults, watch)
  }

  #end(world: SimulatedWorld, injections: readonly Injection[], problems: string[]): Run {
    // What went this way before was asked all of it then.
    if (!this.#hashes.has(world.hash))
      for (const { invariant, message } of spotFinalViolations(world.release, world.log(), world.truth))
        problems.push(`invariant ${invariant}: ${message}`)
    const faults = injections.map(({ fault }) => fault)
    if (this.#tried % 100 === 0) this.#options.onProgress?.(this.#tried)
    return this.#count(assess(world, faults, world.rest(), problems))
  }

  #count(run: Run): Run {
    this.#tried++
    if (this.#hashes.has(run.hash)) return run
    this.#hashes.add(run.hash)
    if (run.problems.length > 0) this.#unsafe.push(this.#unsafe.length < maximumKept ? run : { ...run, log: () => [] })
    if (run.rollbackMs === null) return run
    this.#rollbackMs.push(run.rollbackMs)
    if (run.isPathLive) this.#worstLiveMs = Math.max(this.#worstLiveMs ?? 0, run.rollbackMs)
    if (run.rollbackMs > (this.#slowest?.rollbackMs ?? -1)) this.#slowest = run
    return run
  }
}

/** Goes on until nothing happens any more; where it was after each event on the way. */
function walk(world: SimulatedWorld): Snapshot[] {
  const path = [{ version: world.release.version, world: world.fork([]) }]
  while (world.step()) {
    const { version } = world.release
    if (version > (path.at(-1)?.version ?? 0)) path.push({ version, world: world.fork([]) })
  }
  return path
}

const isOfRollback = (kind: string): boolean => kind === 'rollback' || kind === 'rollbackStep'
