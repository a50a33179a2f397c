/** Performs requested effects: each once at a time, within its limits; going back stops whatever still goes forward. */
import { type EffectOutcome, effectLimits } from '../core/release/effect.ts'
import { isAbandoned, pendingEffects } from '../core/release/effects.ts'
import { fail, type Outcome } from '../core/release/outcome.ts'
import type { EffectState, Release } from '../core/release/release.ts'
import type { DriverSet } from '../ports/drivers.ts'
import { callDriver } from './call-driver.ts'

/** A driver that ignores its signal is given up after this long beyond its own limit. */
const graceMs = 1_000

export interface Permits {
  /** Asked right before each call: what it refuses stays requested, for whoever may. */
  mayAct(): boolean
  /** Whether somebody else may have performed the effect already. */
  isTakenUp(effectId: string): boolean
}

type Settle = (effectId: string, outcome: EffectOutcome) => Promise<void>

interface InFlight {
  state: EffectState
  abort: AbortController
  done: Promise<void>
}

export class EffectPerformer {
  readonly #drivers: DriverSet
  readonly #settle: Settle
  readonly #permits: Permits
  readonly #inFlight = new Map<string, InFlight>()
  #stopped = false

  constructor(drivers: DriverSet, settle: Settle, permits: Permits) {
    this.#drivers = drivers
    this.#settle = settle
    this.#permits = permits
  }

  /** Starts what the release has asked for and nobody performs yet; returns at once. */
  perform(release: Release): void {
    if (this.#stopped) return
    for (const state of pendingEffects(release)) {
      const running = this.#inFlight.get(state.effectId)
      if (isAbandoned(release, state)) running?.abort.abort(abandoned.error.message)
      if (!running) this.#start(release, state)
    }
  }

  /** Stops waiting for calls under way; they stay requested in the log and are performed again by the next controller. */
  async stop(): Promise<void> {
    this.#stopped = true
    for (const { abort } of this.#inFlight.values()) abort.abort('the controller stops')
    await Promise.all([...this.#inFlight.values()].map(({ done }) => done))
  }

  #start(release: Release, state: EffectState): void {
    const abort = new AbortController()
    const older = [...this.#inFlight.values()]
      .filter((other) => targetOf(other.state) === targetOf(state))
      .map(({ done }) => done)
    const outcome = isAbandoned(release, state)
      ? Promise.resolve<EffectOutcome>(abandoned)
      : this.#call(release, state, abort.signal, older)
    // Under way until it is recorded: what cannot be yet is not done again meanwhile.
    const done = outcome.then(async (settled) => {
      if (!this.#stopped && settled !== null) await this.#settle(state.effectId, settled)
      this.#inFlight.delete(state.effectId)
    })
    this.#inFlight.set(state.effectId, { state, abort, done })
  }

  /** An older write to the same target is let end first (it was aborted if it goes forward), for a bounded time: the fence refuses it after that. */
  async #call(
    release: Release,
    state: EffectState,
    signal: AbortSignal,
    older: Promise<void>[],
  ): Promise<EffectOutcome | null> {
    if (older.length > 0) await Promise.race([Promise.allSettled(older), wait(graceMs)])
    if (!this.#permits.mayAct()) return null
    const { timeoutMs } = effectLimits[state.effect.kind]
    const limited = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
    const { effectId, fence } = state
    const isTakenUp = this.#permits.isTakenUp(effectId)
    const context = { effectId, fence, signal: limited, timeoutMs, isTakenUp }
    const gaveUp = wait(timeoutMs + graceMs).then(
      (): Outcome<never> => fail('timeout', `no answer within ${timeoutMs} ms`),
    )
    try {
      return await Promise.race([callDriver(this.#drivers, release.plan, state.effect, context), gaveUp])
    } catch (error) {
      return fail(
        'rejected',
        `the driver failed in a way it should not: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
}

const abandoned = fail('rejected', 'not done: the release is going back')

const targetOf = ({ effect }: EffectState): string => ('target' in effect ? effect.target : effect.kind)

/** Real time, unreferenced: it never keeps a process alive. */
const wait = (delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, delayMs).unref()
  })
