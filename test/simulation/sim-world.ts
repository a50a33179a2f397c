/**
 * The world in which one release is simulated: routers with fences, calls under way, a clock that jumps to the next thing that happens. Everything
 * comes from the scenario; nothing here is random.
 */
import { serviceShares } from '../../src/core/plan/service.ts'
import type { ReleaseCommand } from '../../src/core/release/commands.ts'
import { type Decision, decideAndFold, type Input } from '../../src/core/release/decide.ts'
import { pendingEffects } from '../../src/core/release/effects.ts'
import type { Actor, ReleaseEvent } from '../../src/core/release/events.ts'
import { evolve, releaseOf } from '../../src/core/release/evolve.ts'
import type { Recorded } from '../../src/core/release/fold.ts'
import { fail, succeed } from '../../src/core/release/outcome.ts'
import type { EffectState, Now, Release } from '../../src/core/release/release.ts'
import { isSame } from '../../src/runtime/rehearsal/invariants/calls.ts'
import { spotViolations, type Truth, type Violation } from '../../src/runtime/rehearsal/spot-violations.ts'
import { brokenDecision } from './check-decision.ts'
import type { Coverage } from './coverage.ts'
import { callFaults, type FaultKind, isCallFault, type Reply } from './faults.ts'
import { type Fault, type Scenario, wellMs } from './scenario.ts'

export interface ActiveFault {
  kind: FaultKind
  service: string | null
  toMs: number
}

/** A call under way. */
interface Flight {
  state: EffectState
  reply: Reply
  /** The faults that made the answer what it is. */
  faults: readonly FaultKind[]
  dueMs: number
}

const startWallMs = Date.UTC(2026, 0, 5, 9)
const hourMs = 3_600_000

/** How long each kind of call takes when all is well. */
const latencyMs: Record<EffectState['effect']['kind'], number> = {
  deploy: 300,
  setShares: 20,
  setFlag: 20,
  runCheck: 100,
  rehearse: 100,
  runCommand: 200,
  notify: 50,
  readVersions: 10,
}

export const person = (id: string): Actor => ({ id, name: id, demo: false })

export class SimWorld {
  nowMs = 0
  readonly scenario: Scenario
  readonly log: Recorded[] = []
  readonly violations: Violation[] = []
  readonly #coverage: Coverage | undefined
  readonly #shares: Record<string, number> = {}
  readonly #performed = new Map<string, number>()
  /** What the invariants are told of the world. */
  readonly truth: Truth = { shares: this.#shares, performed: this.#performed }
  #release: Release | null = null
  /** Faults that have begun. */
  readonly #faults: ActiveFault[] = []
  #flights: Flight[] = []
  /** Writes that were called off and are on their way all the same. */
  #zombies: Flight[] = []
  /** The wall clock as it was last written. */
  #written = { wallMs: 0, at: '' }
  readonly #fences = new Map<string, number>()

  constructor(scenario: Scenario, coverage?: Coverage) {
    this.scenario = scenario
    this.#coverage = coverage
    const { plan, speed } = scenario
    for (const { name } of plan.services) this.#shares[name] = 0
    const start = {
      type: 'start' as const,
      releaseId: 'r1',
      projectId: 'default',
      plan,
      digest: 'd1',
      speed,
      acknowledged: [],
    }
    this.give({ type: 'start', start, actor: person('ola') })
  }

  get release(): Release {
    if (!this.#release) throw new Error('it has not started')
    return this.#release
  }

  get now(): Now {
    return { elapsedMs: this.nowMs, wallMs: this.wallMs }
  }

  /** The wall clock, which somebody may set. */
  get wallMs(): number {
    const shiftMs = (this.isActive('wallClockAhead') ? hourMs : 0) - (this.isActive('wallClockBack') ? hourMs : 0)
    return startWallMs + this.nowMs + shiftMs
  }

  #at(): string {
    const { wallMs } = this
    if (this.#written.wallMs !== wallMs) this.#written = { wallMs, at: new Date(wallMs).toISOString() }
    return this.#written.at
  }

  /** A fault is at work from now on, for as long as it lasts. */
  begin({ kind, service, lastsMs }: Fault): void {
    const lastMs = this.release.ended === null ? wellMs : Number.POSITIVE_INFINITY
    this.#faults.push({ kind, service, toMs: Math.min(lastMs, this.nowMs + lastsMs) })
  }

  isActive(kind: FaultKind): boolean {
    return this.#faults.some((fault) => fault.kind === kind && this.nowMs < fault.toMs)
  }

  /** Faults at work that are about this service, or about no service at all. */
  activeFaults(service: string | null): readonly ActiveFault[] {
    if (this.#faults.length === 0) return this.#faults
    return this.#faults.filter(
      (fault) => this.nowMs < fault.toMs && (fault.service === null || service === null || fault.service === service),
    )
  }

  hit(kind: FaultKind): void {
    if (this.#release) this.#coverage?.hit(this.#release.status, kind)
  }

  shareOf(service: string): number {
    return this.#shares[service] ?? 0
  }

  /** Somebody else moves the users of a service. */
  loseShares(service: string): void {
    this.#shares[service] = 0
  }

  /** Asks what would come of a command, what every invariant says of it, and leaves everything as it is. */
  ask(command: ReleaseCommand, actor: Actor): void {
    const { release } = this
    const input = { type: 'command' as const, command, actor }
    const folded = decideAndFold(release, input, this.now)
    const isRejected = 'rejected' in folded
    this.#judge(release, input, isRejected ? folded : { rejected: false, events: folded })
    let before = release
    for (const [index, { event, actor: by, after }] of isRejected ? [] : folded.entries()) {
      const recorded = {
        event,
        actor: by,
        at: this.#at(),
        elapsedMs: this.nowMs,
        position: this.log.length + index + 1,
      }
      for (const one of spotViolations(before, recorded, after, this.truth)) this.violations.push(one)
      before = after
    }
  }

  #judge(release: Release, input: Extract<Input, { type: 'command' }>, decision: Decision): void {
    this.#coverage?.command(release.status, input.command.type, decision.rejected, this.activeFaults(null))
    const broken = brokenDecision(release, input, decision, this.log)
    if (broken !== null) this.violate('7 abort wins, and nobody does what is not theirs', broken)
  }

  give(input: Input): Decision {
    const before = this.#release
    const folded = decideAndFold(before, input, this.now)
    const decision = 'rejected' in folded ? folded : { rejected: false as const, events: folded }
    if (before && input.type === 'command') this.#judge(before, input, decision)
    if ('rejected' in folded) return folded
    // What was stored folds to what was decided, but for the fences of calls and the wall clock of the start.
    const isPlaced = folded.some(({ event }) => event.type === 'EffectRequested' || event.type === 'ReleaseStarted')
    for (const { event, actor, after } of folded) this.record(event, actor, isPlaced ? undefined : after)
    if (folded.length > 0) {
      this.#callOff()
      this.#launch()
    }
    return decision
  }

  /** Appends an event and asks every invariant. `after` is its fold, where that is known. */
  record(event: ReleaseEvent, actor: Actor, after?: Release): void {
    const before = this.#release
    const recorded = { event, actor, at: this.#at(), elapsedMs: this.nowMs, position: this.log.length + 1 }
    this.log.push(recorded)
    this.#release = after ?? evolve(before, recorded)
    for (const one of spotViolations(before, recorded, this.#release, this.truth)) this.violations.push(one)
  }

  violate(invariant: string, message: string): void {
    this.violations.push({ invariant, message, atMs: this.nowMs, version: this.#release?.version ?? 0 })
  }

  /** When the next call is answered, or a called-off one arrives. */
  nextAnswerMs(): number {
    let nextMs = Number.POSITIVE_INFINITY
    for (const { dueMs } of this.#flights) nextMs = Math.min(nextMs, dueMs)
    for (const { dueMs } of this.#zombies) nextMs = Math.min(nextMs, dueMs)
    return nextMs
  }

  isIdle(): boolean {
    return this.#flights.length === 0
  }

  /** Answers what is due, in the order in which it was asked for. */
  answer(): void {
    this.#zombies = this.#zombies.filter((zombie) => {
      if (zombie.dueMs > this.nowMs) return true
      this.#perform(zombie)
      return false
    })
    for (let due = this.#nextDue(); due; due = this.#nextDue()) {
      this.#flights.splice(this.#flights.indexOf(due), 1)
      for (const kind of due.faults) this.hit(kind)
      const isDone = !due.reply.performs || this.#perform(due)
      const outcome = isDone ? due.reply.outcome : fail('rejected', 'an older write')
      const input = { type: 'effectSettled' as const, effectId: due.state.effectId, outcome }
      this.give(input)
      if (due.reply.twice && !this.give(input).rejected)
        this.violate('3 what comes back was asked for, once', 'it came back twice')
    }
  }

  #nextDue(): Flight | undefined {
    return this.#flights.find(({ dueMs }) => dueMs <= this.nowMs)
  }

  /** The controller dies: what it knew is what its log says, and nobody knows which calls were made. */
  crash(): void {
    for (const [index, flight] of this.#flights.entries())
      if (index % 2 === 0 && flight.reply.performs) this.#perform(flight)
    this.#flights = []
    const folded = releaseOf(this.log)
    if (!isSame(folded, this.#release))
      this.violate('2 a fold of the log is the state', 'another controller sees another state')
    this.#release = folded
  }

  /** Performs what was asked for and nobody performs yet. */
  resume(): void {
    this.#launch()
  }

  #launch(): void {
    const release = this.#release
    if (!release) return
    for (const state of pendingEffects(release)) {
      if (this.#flights.some((flight) => flight.state.effectId === state.effectId)) continue
      const { reply, faults } = isAbandoned(release, state) ? abandoned : this.#replyTo(state)
      this.#flights.push({ state, reply, faults, dueMs: this.nowMs + reply.afterMs })
    }
  }

  #replyTo(state: EffectState): Pick<Flight, 'reply' | 'faults'> {
    const { purpose } = state
    const service = 'service' in purpose ? purpose.service : null
    let reply: Reply = { afterMs: latencyMs[state.effect.kind], performs: true, outcome: this.#goodOutcome(state) }
    if (purpose.kind === 'stage' && this.isActive('zombieWrites')) reply.afterMs = 2_000
    let faults: FaultKind[] = []
    for (const { kind } of this.activeFaults(service)) {
      const changed = isCallFault(kind) && reply.outcome.ok ? callFaults[kind](state, reply, this.wallMs) : undefined
      if (!changed) continue
      faults = changed.outcome === reply.outcome ? [...faults, kind] : [kind]
      reply = changed
    }
    return { reply, faults }
  }

  #goodOutcome({ effect }: EffectState): Reply['outcome'] {
    switch (effect.kind) {
      case 'deploy':
        return succeed({
          kind: 'deploy',
          versions: { running: [{ version: effect.version, healthy: true, artefactDigest: `sha-${effect.version}` }] },
        })
      case 'setShares':
        return succeed({ kind: 'setShares', shares: effect.shares })
      case 'setFlag':
        return succeed({ kind: 'setFlag', setting: effect.setting })
      case 'runCheck':
      case 'rehearse':
        return succeed({ kind: 'runCheck', evidence: { verdict: 'passed', summary: 'ok', details: [] } })
      case 'runCommand':
        return succeed({ kind: 'runCommand', result: { exitCode: 0, output: '' } })
      case 'notify':
        return succeed({ kind: 'notify' })
      case 'readVersions': {
        const service = this.scenario.plan.services.find(({ deployer }) => deployer === effect.target)
        return succeed({
          kind: 'readVersions',
          versions: { running: [{ version: service?.baseline ?? '', healthy: true }] },
        })
      }
    }
  }

  /** Does it in the world; false when the target has seen a newer write. */
  #perform({ state, reply }: Flight): boolean {
    const { effect, purpose, effectId, fence } = state
    this.#performed.set(effectId, (this.#performed.get(effectId) ?? 0) + 1)
    if (!('service' in purpose) || (effect.kind !== 'setShares' && effect.kind !== 'setFlag')) return true
    if (fence < (this.#fences.get(purpose.service) ?? 0)) return false
    this.#fences.set(purpose.service, fence)
    const service = this.scenario.plan.services.find(({ name }) => name === purpose.service)
    const asked = effect.kind === 'setFlag' ? effect.setting.percent : (effect.shares[service?.candidate ?? ''] ?? 0)
    if (reply.share !== 'unmoved') this.#shares[purpose.service] = reply.share ?? asked
    return true
  }

  /** Once something goes back, what raised its share or served a phase that stopped is called off. */
  #callOff(): void {
    const release = this.#release
    if (!release?.rollback) return
    for (const flight of this.#flights) {
      if (flight.reply === abandoned.reply || !isAbandoned(release, flight.state)) continue
      if (this.isActive('zombieWrites')) {
        this.hit('zombieWrites')
        this.#zombies.push({ ...flight, dueMs: this.nowMs + 1_500 })
      }
      Object.assign(flight, abandoned)
      flight.dueMs = this.nowMs
    }
  }

  /** Shares as a router reads them back. */
  sharesOf(name: string): Record<string, number> {
    const service = this.scenario.plan.services.find((one) => one.name === name)
    return service ? serviceShares(service, this.shareOf(name)) : {}
  }
}

const abandoned: Pick<Flight, 'reply' | 'faults'> = {
  reply: { afterMs: 0, performs: false, outcome: fail('rejected', 'not done: the release is going back') },
  faults: [],
}

function isAbandoned({ rollback, phases, services }: Release, { purpose }: EffectState): boolean {
  if (!rollback) return false
  switch (purpose.kind) {
    case 'step':
    case 'gate':
      return phases[purpose.phaseId]?.status === 'stopped'
    case 'stage':
      return services[purpose.service]?.rollback != null
    case 'trigger':
      return rollback.isWhole
    default:
      return false
  }
}
