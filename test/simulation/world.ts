/** A simulated world for the decider on a virtual clock: drivers that answer at once or misbehave, traffic that flows, people who sign. */

import { maySign } from '../../src/core/access/roles.ts'
import { type Plan, serviceOf } from '../../src/core/plan/plan.ts'
import { serviceShares } from '../../src/core/plan/service.ts'
import { type Decision, decide, type Input } from '../../src/core/release/decide.ts'
import type { EffectOutcome } from '../../src/core/release/effect.ts'
import { pendingEffects } from '../../src/core/release/effects.ts'
import type { Actor, ReleaseEvent } from '../../src/core/release/events.ts'
import type { ArmCounts, MetricReading, Shares } from '../../src/core/release/evidence.ts'
import { evolve } from '../../src/core/release/evolve.ts'
import type { Recorded } from '../../src/core/release/fold.ts'
import { roleOf } from '../../src/core/release/gates/signatures.ts'
import { type Needed, neededLooks, nextWake } from '../../src/core/release/needs.ts'
import { openGates } from '../../src/core/release/open-gates.ts'
import { fail, type Outcome, succeed } from '../../src/core/release/outcome.ts'
import type { EffectState } from '../../src/core/release/release.ts'
import { isOver, type Now, type Release, type ServiceState, serviceState } from '../../src/core/release/release.ts'
import { plan as examplePlan } from '../fixtures/plan.ts'

export const person = (id: string): Actor => ({ id, name: id, demo: false })

/** What a test may change about the world; each is asked when it matters. */
export interface Behaviour {
  errorRate(arm: 'candidate' | 'baseline', nowMs: number, metricId: string, service: string): number
  slowShare(arm: 'candidate' | 'baseline', nowMs: number): number
  /** What each of two instances shows. */
  gauge(arm: 'candidate' | 'baseline', nowMs: number): number
  metrics(nowMs: number): 'all' | 'none' | 'baselineOnly' | 'candidateOnly' | 'down'
  perform(state: EffectState, nowMs: number): EffectOutcome | 'hang' | undefined
  signs: boolean
  requestsPerSecond: number
  /** The percentage that the candidate receives when it is asked to have this one. */
  arrives(percent: number): number
  wallMs(nowMs: number): number
}

const healthy: Behaviour = {
  errorRate: () => 0.002,
  slowShare: () => 0.01,
  gauge: () => 0,
  metrics: () => 'all',
  perform: () => undefined,
  signs: true,
  requestsPerSecond: 500,
  arrives: (percent) => percent,
  wallMs: (nowMs) => Date.UTC(2026, 0, 5, 9) + nowMs,
}

export class World {
  release: Release | null = null
  nowMs = 0
  /** By service. */
  readonly shares: Record<string, Shares>
  readonly log: Recorded[] = []
  readonly hanging = new Set<string>()
  readonly behaviour: Behaviour
  /** Called after each input, in the middle of whatever goes on: where a test looks in or interrupts. */
  afterInput: () => void = () => undefined
  readonly #lastCountsMs = new Map<string, number>()

  constructor(behaviour: Partial<Behaviour> = {}, plan: Plan = examplePlan, speed = 1) {
    this.behaviour = { ...healthy, ...behaviour }
    this.shares = Object.fromEntries(plan.services.map((service) => [service.name, serviceShares(service, 0)]))
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

  /** This moment once more, in a world that may behave otherwise from here on. */
  fork(behaviour: Partial<Behaviour> = {}): World {
    const { plan, speed } = this.state
    const copy = new World({ ...this.behaviour, ...behaviour }, plan, speed)
    copy.release = this.release
    copy.nowMs = this.nowMs
    Object.assign(copy.shares, this.shares)
    copy.log.splice(0, copy.log.length, ...this.log)
    for (const [service, ms] of this.#lastCountsMs) copy.#lastCountsMs.set(service, ms)
    return copy
  }

  get now(): Now {
    return { elapsedMs: this.nowMs, wallMs: this.behaviour.wallMs(this.nowMs) }
  }

  get state(): Release {
    if (!this.release) throw new Error('not started')
    return this.release
  }

  /** The first service of the plan. */
  get service(): ServiceState {
    return serviceState(this.state, this.state.plan.services[0]?.name ?? '')
  }

  types(): string[] {
    return this.log.map(({ event }) => event.type)
  }

  events<T extends ReleaseEvent['type']>(type: T): Extract<ReleaseEvent, { type: T }>[] {
    return this.log.flatMap(({ event }) => (event.type === type ? [event as Extract<ReleaseEvent, { type: T }>] : []))
  }

  give(input: Input): Decision {
    const decision = decide(this.release, input, this.now)
    if (!decision.rejected) for (const { event, actor } of decision.events) this.#append(event, actor)
    this.afterInput()
    return decision
  }

  /** Writes an event that nobody decided on, as a foreign hand in the store would. */
  record(event: ReleaseEvent, who: string): void {
    this.#append(event, person(who))
  }

  #append(event: ReleaseEvent, actor: Actor): void {
    const at = new Date(this.nowMs).toISOString()
    const recorded = { event, actor, at, elapsedMs: this.nowMs, position: this.log.length + 1 }
    this.log.push(recorded)
    this.release = evolve(this.release, recorded)
  }

  command(command: Extract<Input, { type: 'command' }>['command'], who = 'rina'): Decision {
    return this.give({ type: 'command', command, actor: person(who) })
  }

  /** Runs until the release is over, or `untilMs`, or the predicate holds; gives false when nothing can happen any more. */
  run({ untilMs = 600_000, until = () => false }: { untilMs?: number; until?: (world: World) => boolean } = {}): void {
    for (let round = 0; round < 100_000 && this.nowMs < untilMs && !isOver(this.state) && !until(this); round++)
      this.step()
  }

  step(): void {
    const before = this.log.length
    this.#performEffects()
    if (this.behaviour.signs) this.#sign()
    const needed = neededLooks(this.state, this.now)
    for (const one of needed) this.give({ type: 'observed', observation: this.#look(one) })
    if (needed.length === 0) this.give({ type: 'tick' })
    if (this.log.length > before) return
    const wakeMs = nextWake(this.state, this.now)
    this.nowMs = Math.min(wakeMs ?? this.nowMs + 60_000, this.nowMs + 60_000)
  }

  #performEffects(): void {
    for (const state of pendingEffects(this.state)) {
      if (this.hanging.has(state.effectId)) continue
      const outcome = this.behaviour.perform(state, this.nowMs) ?? this.#perform(state)
      if (outcome === 'hang') this.hanging.add(state.effectId)
      else this.give({ type: 'effectSettled', effectId: state.effectId, outcome })
    }
  }

  #perform({ effect, purpose }: EffectState): EffectOutcome {
    switch (effect.kind) {
      case 'deploy':
        return succeed({ kind: 'deploy', versions: { running: [{ version: effect.version, healthy: true }] } })
      case 'setShares':
        if ('service' in purpose) this.shares[purpose.service] = effect.shares
        return succeed({ kind: 'setShares', shares: effect.shares })
      case 'runCheck':
      case 'rehearse':
        return succeed({ kind: 'runCheck', evidence: { verdict: 'passed', summary: 'ok', details: [] } })
      case 'runCommand':
        return succeed({ kind: 'runCommand', result: { exitCode: 0, output: '' } })
      case 'notify':
        return succeed({ kind: 'notify' })
      case 'setFlag': {
        const { percent } = effect.setting
        if ('service' in purpose)
          this.shares[purpose.service] = serviceShares(serviceOf(this.state.plan, purpose.service), percent)
        return succeed({ kind: 'setFlag', setting: effect.setting })
      }
      case 'readVersions': {
        const service = this.state.plan.services.find(({ deployer }) => deployer === effect.target)
        const running = service ? [{ version: service.baseline, healthy: true }] : []
        return succeed({ kind: 'readVersions', versions: { running } })
      }
    }
  }

  #sign(): void {
    for (const { gate } of openGates(this.state, this.now)) {
      if (!('role' in gate)) continue
      const { id } = gate
      const role = roleOf(this.state, gate)
      const signer = this.state.plan.roles[role]?.find((who) => maySign(this.state.plan, who, role).allowed)
      this.command({ type: 'approve', gateId: id }, signer)
    }
  }

  #look(needed: Needed): Extract<Input, { type: 'observed' }>['observation'] {
    const seconds = (this.nowMs - (this.#lastCountsMs.get(needed.service) ?? 0)) / 1_000
    this.#lastCountsMs.set(needed.service, this.nowMs)
    const state = this.behaviour.metrics(this.nowMs)
    const read = (metricId: string): Outcome<MetricReading> => {
      if (state === 'down') return fail('unavailable', 'metric source is down')
      if (state === 'none') return succeed({ arms: {}, cursor: this.nowMs })
      const candidate = this.#counts(needed.service, metricId, 'candidate', seconds)
      const baseline = this.#counts(needed.service, metricId, 'baseline', seconds)
      const arms = { all: { candidate, baseline }, baselineOnly: { baseline }, candidateOnly: { candidate } }[state]
      return succeed({ arms, cursor: this.nowMs })
    }
    return {
      look: needed.look,
      service: needed.service,
      stageId: needed.stageId,
      readings: Object.fromEntries(needed.metrics.map(({ metricId }) => [metricId, read(metricId)])),
      arrivals: read('arrivals'),
      shares: needed.readShares ? succeed(this.shares[needed.service] ?? {}) : null,
    }
  }

  #counts(name: string, metricId: string, arm: 'candidate' | 'baseline', seconds: number): ArmCounts {
    const { metrics } = this.state.plan
    const { candidate } = serviceOf(this.state.plan, name)
    const own = this.behaviour.arrives(this.shares[name]?.[candidate] ?? 0) / 100
    const share = arm === 'candidate' ? own : 1 - own
    const total = Math.round(this.behaviour.requestsPerSecond * seconds * share)
    const query = metrics[metricId]?.query ?? {}
    if ('gauge' in query) return { total: 2, gauge: 2 * this.behaviour.gauge(arm, this.nowMs) }
    if (!('histogram' in query))
      return { total, events: Math.round(total * this.behaviour.errorRate(arm, this.nowMs, metricId, name)) }
    const slow = Math.round(total * this.behaviour.slowShare(arm, this.nowMs))
    const buckets = [100, 500, 1_000, 2_000].map((le) => ({ le, count: total - slow }))
    return { total, buckets: [...buckets, { le: null, count: total }] }
  }
}
