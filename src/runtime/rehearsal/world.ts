/**
 * One rehearsed release: the engine of every release on a virtual clock, with simulated drivers, metrics and people. A world can be forked at
 * any moment, so that what differs only later is not lived through twice.
 */
import { serviceOf } from '../../core/plan/plan.ts'
import { decideAndFold, type Folded, type Input } from '../../core/release/decide.ts'
import { effectById, isAbandoned, pendingEffects } from '../../core/release/effects.ts'
import type { ReleaseEvent } from '../../core/release/events.ts'
import type { Recorded } from '../../core/release/fold.ts'
import { type Needed, neededLooks, nextWake } from '../../core/release/needs.ts'
import { fail } from '../../core/release/outcome.ts'
import { type EffectState, isOver, type Now, type Release } from '../../core/release/release.ts'
import type { Fault, Word } from './fault.ts'
import type { Truth } from './invariants/invariant.ts'
import { hashAfter } from './log-hash.ts'
import type { Setting } from './setting.ts'
import { LoggedEvent } from './shared-log.ts'
import type { Answer } from './simulated-drivers.ts'
import { look, type Seen } from './simulated-metrics.ts'
import { actsOf, saying } from './simulated-people.ts'
import { type Call, SimulatedTargets } from './simulated-targets.ts'

/** Told after each event; `before` is null at the first one. */
export type Watch = (before: Release | null, recorded: Recorded, after: Release, truth: Truth) => void

type Happening = Call | { kind: 'act'; atMs: number; input: Input } | { kind: 'word'; atMs: number; word: Word }

/** `waits`: only a person, an outside system or better data would move it. */
export type Rest = 'over' | 'waits' | 'endless'

/** After so many events of each service that change nothing but what is known, the release waits. */
const maximumIdleEvents = 30
/** More than any rehearsed plan needs; a release that gets here does not come to an end. */
const maximumEvents = 20_000

/** Looks, and runs of a check that may go on for ever. */
const isIdle = (event: ReleaseEvent): boolean =>
  event.type === 'StageObserved' ||
  event.type === 'RollbackObserved' ||
  event.type === 'EffectSettled' ||
  (event.type === 'EffectRequested' && event.purpose.kind === 'gate')

/** Everything that a fork copies. */
interface State {
  release: Release | null
  nowMs: number
  log: LoggedEvent | null
  hash: number
  targets: SimulatedTargets
  queue: Happening[]
  /** What people did or will do, by the key of the act. */
  acts: Set<string>
  /** Faults with a moment that have happened. */
  happened: Set<Fault>
  looks: number
  idleEvents: number
  /** Time at which the release was last asked what follows, and the version at which people last looked. */
  askedMs: number
  seenVersion: number
}

export class SimulatedWorld {
  readonly #setting: Setting
  readonly #faults: readonly Fault[]
  readonly #watch: Watch | undefined
  readonly #state: State

  private constructor(setting: Setting, faults: readonly Fault[], watch: Watch | undefined, state: State) {
    this.#setting = setting
    this.#faults = faults
    this.#watch = watch
    this.#state = state
  }

  static start(setting: Setting, faults: readonly Fault[], watch?: Watch): SimulatedWorld {
    const services = setting.start.plan.services.map(({ name }): [string, number] => [name, 0])
    const later = faults.find((fault) => fault.kind === 'startsLater')
    const startWallMs = setting.startWallMs + (later?.kind === 'startsLater' ? later.byMs : 0)
    const world = new SimulatedWorld({ ...setting, startWallMs }, faults, watch, {
      release: null,
      nowMs: 0,
      log: null,
      hash: 0,
      targets: new SimulatedTargets(Object.fromEntries(services)),
      queue: [],
      acts: new Set(),
      happened: new Set(),
      looks: 0,
      idleEvents: 0,
      askedMs: 0,
      seenVersion: 0,
    })
    world.#give({ type: 'start', start: setting.start, actor: setting.by })
    return world
  }

  /** The same moment, going on under other faults and watched by another. */
  fork(faults: readonly Fault[], watch?: Watch): SimulatedWorld {
    const { targets, queue, acts, happened } = this.#state
    return new SimulatedWorld(this.#setting, faults, watch, {
      ...this.#state,
      targets: targets.copy(),
      queue: [...queue],
      acts: new Set(acts),
      happened: new Set(happened),
    })
  }

  get release(): Release {
    const { release } = this.#state
    if (!release) throw new Error('the rehearsed release has not started')
    return release
  }

  get now(): Now {
    const { nowMs } = this.#state
    // Plan time and the calendar go together, or windows of days would never come within a plan's shortened weeks.
    return { elapsedMs: nowMs, wallMs: this.#setting.startWallMs + nowMs * this.#setting.start.speed }
  }

  get truth(): Truth {
    return this.#state.targets
  }
  /** Of what happened so far: two worlds with the same one went the same way. */
  get hash(): number {
    return this.#state.hash
  }

  log(): Recorded[] {
    return this.#state.log?.log() ?? []
  }

  /** Until nothing happens any more by itself. */
  run(): Rest {
    while (this.step());
    return this.rest()
  }

  /** How a world that came to rest stands. */
  rest(): Rest {
    if (this.release.version > maximumEvents) return 'endless'
    return isOver(this.release) ? 'over' : 'waits'
  }

  /** One thing that happens, or the time until the next; false when nothing more will. */
  step(): boolean {
    const state = this.#state
    if (this.release.version > maximumEvents) return false
    if (this.#strike()) return true
    const due = earliest(state.queue)
    if (due && due.atMs <= state.nowMs) return this.#happen(due)
    const needed = neededLooks(this.release, this.now)
    for (const one of needed) this.#observe(one)
    if (needed.length > 0) return true
    if (state.askedMs !== state.nowMs && this.#give({ type: 'tick' })) return true
    this.#letPeopleLook()
    return this.#letTimePass()
  }

  /** Faults whose moment has come. */
  #strike(): boolean {
    const { happened } = this.#state
    for (const fault of this.#faults) {
      if ((fault.kind !== 'word' && fault.kind !== 'crash') || happened.has(fault)) continue
      if (this.release.version < fault.version) continue
      happened.add(fault)
      if (fault.kind === 'crash') this.#crash(fault.downMs)
      else if (fault.afterMs === 0) this.#give(saying(fault.word, this.release))
      else this.#state.queue.push({ kind: 'word', atMs: this.#state.nowMs + fault.afterMs, word: fault.word })
      return true
    }
    return false
  }

  /** The controller dies and comes back: what it knows is the log, and what was asked for and not heard of is asked for again. */
  #crash(downMs: number): void {
    const state = this.#state
    for (const one of state.queue) if (one.kind === 'call') state.targets.leave(one)
    state.queue = state.queue.filter((one) => one.kind !== 'call')
    state.nowMs += downMs
    if (state.log) state.release = state.log.fold()
    for (const effect of pendingEffects(this.release)) this.#call(effect)
  }

  #happen(due: Happening): boolean {
    const { queue } = this.#state
    queue.splice(queue.indexOf(due), 1)
    if (due.kind === 'act') this.#give(due.input)
    else if (due.kind === 'word') this.#give(saying(due.word, this.release))
    else {
      this.#state.targets.leave(due)
      this.#give({ type: 'effectSettled', effectId: due.state.effectId, outcome: due.answer.outcome })
    }
    return true
  }

  #observe(needed: Needed): void {
    const state = this.#state
    this.#drift(needed.stageId, needed.service)
    state.looks++
    const seen: Seen = {
      release: this.release,
      faults: this.#faults,
      percent: state.targets.shares[needed.service] ?? 0,
      looks: state.looks,
      isCandidateDown: state.targets.isDown(serviceOf(this.release.plan, needed.service).candidate),
    }
    this.#give({ type: 'observed', observation: look(seen, needed) })
  }

  /** A foreign hand puts the users back, once. */
  #drift(stageId: string | null, service: string): void {
    for (const fault of this.#faults) {
      if (fault.kind !== 'data' || fault.how !== 'drift' || fault.stageId !== stageId) continue
      if (this.#state.happened.has(fault)) continue
      this.#state.happened.add(fault)
      this.#state.targets.shares[service] = 0
    }
  }

  #letPeopleLook(): void {
    const state = this.#state
    if (state.seenVersion === this.release.version) return
    state.seenVersion = this.release.version
    for (const { key, afterMs, input } of actsOf(this.release, this.#faults, this.now, state.acts)) {
      state.acts.add(key)
      state.queue.push({ kind: 'act', atMs: state.nowMs + afterMs, input })
    }
  }

  #letTimePass(): boolean {
    const state = this.#state
    const due = earliest(state.queue)
    if (!due && state.idleEvents > maximumIdleEvents * this.release.plan.services.length) return false
    const never = Number.POSITIVE_INFINITY
    const nextMs = Math.min(nextWake(this.release, this.now) ?? never, due?.atMs ?? never)
    if (nextMs === never) return false
    state.nowMs = nextMs
    return true
  }

  /** False when nothing followed. */
  #give(input: Input): boolean {
    const state = this.#state
    const decided = decideAndFold(state.release, input, this.now)
    state.askedMs = state.nowMs
    if ('rejected' in decided) return false
    const { wallMs } = this.now
    for (const folded of decided) this.#append(folded, wallMs)
    for (const { event } of decided) {
      if (event.type === 'TriggerFired') this.#goBack()
      const asked = event.type === 'EffectRequested' ? effectById(this.release, event.effectId) : undefined
      if (asked && !asked.settled) this.#call(asked)
    }
    return decided.length > 0
  }

  #append({ event, actor, after }: Folded, wallMs: number): void {
    const state = this.#state
    const before = state.release
    const recorded = new LoggedEvent(event, actor, wallMs, state.nowMs, state.log)
    state.release = after
    state.log = recorded
    state.hash = hashAfter(state.hash, recorded)
    state.idleEvents = isIdle(event) ? state.idleEvents + 1 : 0
    this.#watch?.(before, recorded, after, state.targets)
  }

  /** Calls that serve what goes back are given up at once. */
  #goBack(): void {
    const { queue, targets, nowMs } = this.#state
    targets.meetRollback(this.release.plan, this.#faults)
    for (const [index, one] of queue.entries())
      if (one.kind === 'call' && isAbandoned(this.release, one.state))
        queue[index] = { ...one, atMs: nowMs, answer: abandoned }
  }

  #call(effect: EffectState): void {
    const { queue, targets, nowMs } = this.#state
    const underWay = queue.filter((one) => one.kind === 'call')
    queue.push(targets.call(this.release.plan, effect, this.#faults, underWay, nowMs))
  }
}

const abandoned: Answer = { afterMs: 0, outcome: fail('rejected', 'given up: the release is going back'), isUp: false }

/** The first of those that are due first. */
function earliest(queue: readonly Happening[]): Happening | undefined {
  let first = queue[0]
  for (const one of queue) if (first && one.atMs < first.atMs) first = one
  return first
}
