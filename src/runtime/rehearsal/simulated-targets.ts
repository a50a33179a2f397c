/** The outside world of a rehearsed release: where its users really are, what is down, and the calls that are under way. */
import { type Plan, serviceOf } from '../../core/plan/plan.ts'
import { purposeKey } from '../../core/release/effects.ts'
import type { EffectState } from '../../core/release/release.ts'
import type { Fault } from './fault.ts'
import type { Truth } from './invariants/invariant.ts'
import { type Answer, answerOf, graceMs } from './simulated-drivers.ts'

/** A call under way: `atMs` is when it answers. */
export interface Call {
  kind: 'call'
  atMs: number
  state: EffectState
  answer: Answer
}

export class SimulatedTargets implements Truth {
  readonly shares: Record<string, number>
  readonly performed: Map<string, number>
  /** Versions that do not answer. */
  readonly #down: Set<string>

  constructor(shares: Record<string, number>, performed = new Map<string, number>(), down = new Set<string>()) {
    this.shares = shares
    this.performed = performed
    this.#down = down
  }

  copy(): SimulatedTargets {
    return new SimulatedTargets({ ...this.shares }, new Map(this.performed), new Set(this.#down))
  }

  isDown(version: string): boolean {
    return this.#down.has(version)
  }

  /** Begins a call. An older one to the same target is let end first, for a bounded time. */
  call(plan: Plan, state: EffectState, faults: readonly Fault[], under: readonly Call[], nowMs: number): Call {
    this.performed.set(state.effectId, (this.performed.get(state.effectId) ?? 0) + 1)
    const purpose = purposeKey(state.purpose)
    const fault = faults.find((one) => one.kind === 'call' && one.purpose === purpose)
    const world = { shares: this.shares, down: this.#down }
    const answer = answerOf(plan, state, world, fault?.kind === 'call' ? fault.how : undefined)
    const older = under.filter((one) => targetOf(one.state) === targetOf(state))
    const freeMs = Math.max(nowMs, ...older.map(({ atMs }) => atMs))
    return { kind: 'call', atMs: Math.min(freeMs, nowMs + graceMs) + answer.afterMs, state, answer }
  }

  /** What a call leaves behind when it ends. */
  leave({ state: { effect, purpose }, answer: { percent, isUp } }: Call): void {
    if (percent !== undefined && 'service' in purpose) this.shares[purpose.service] = percent
    if (effect.kind !== 'deploy') return
    if (isUp) this.#down.delete(effect.version)
    else this.#down.add(effect.version)
  }

  /** A baseline that was to be down is found so when users come back. */
  meetRollback(plan: Plan, faults: readonly Fault[]): void {
    for (const fault of faults)
      if (fault.kind === 'baselineDown') this.#down.add(serviceOf(plan, fault.service).baseline)
  }
}

const targetOf = ({ effect }: EffectState): string => ('target' in effect ? effect.target : effect.kind)
