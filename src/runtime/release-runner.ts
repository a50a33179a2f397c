/** Runs one release: decide, append, act, look, wake. It holds no truth of its own: everything it knows is a fold of the stored events. */
import { causeOf } from '../core/release/cause-of.ts'
import { type Decision, decide, type Input } from '../core/release/decide.ts'
import type { EffectOutcome } from '../core/release/effect.ts'
import { pendingEffects } from '../core/release/effects.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import { evolve, releaseOf } from '../core/release/evolve.ts'
import { neededLooks, nextWake } from '../core/release/needs.ts'
import { isOver, type Now, type Release } from '../core/release/release.ts'
import type { Clock } from '../ports/clock.ts'
import type { DriverSet } from '../ports/drivers.ts'
import type { AppendResult, EventStore, NewEvent } from '../ports/event-store.ts'
import { EffectPerformer } from './effect-performer.ts'
import { takeLook } from './take-look.ts'

export interface RunnerPorts {
  store: EventStore
  drivers: DriverSet
  clock: Clock
}

/** The store refused: another writer, or no disk. The runner stops moving; its release is safe in the store. */
export class StoreRefusal extends Error {}

/** An idle release is looked at again after this long even if nothing asks for it. */
const maximumSleepMs = 60_000

export class ReleaseRunner {
  readonly #ports: RunnerPorts
  readonly #stream: string
  readonly #performer: EffectPerformer
  #release: Release | null = null
  /** Release time and monotonic time of the same moment. */
  #anchor = { elapsedMs: 0, monotonicMs: 0 }
  #queue: Promise<unknown> = Promise.resolve()
  #wake = new AbortController()
  /** Until it runs, a runner only records: nothing is performed that nobody would follow up. */
  #isRunning = false
  /** What the store refused, whoever asked; the loop ends with it. */
  #refusal: StoreRefusal | null = null

  constructor(ports: RunnerPorts, stream: string) {
    this.#ports = ports
    this.#stream = stream
    this.#anchor.monotonicMs = ports.clock.monotonicMs()
    this.#performer = new EffectPerformer(ports.drivers, (effectId, outcome) => this.#settle(effectId, outcome))
  }

  /**
   * Takes up a stored release. Release time goes on, by the monotonic clock if the machine has not booted since, else by the wall clock, and
   * never backwards.
   */
  resume(events: readonly EventEnvelope[]): Release {
    const release = releaseOf(events)
    const { clock } = this.#ports
    const last = events.at(-1)
    const isSameBoot = last?.clock.bootId === clock.bootId()
    const awayMs = isSameBoot
      ? clock.monotonicMs() - last.clock.monotonicMs
      : clock.wallMs() - Date.parse(last?.at ?? '')
    this.#anchor = { elapsedMs: release.elapsedMs + Math.max(0, awayMs), monotonicMs: clock.monotonicMs() }
    this.#release = release
    return release
  }

  get release(): Release {
    if (!this.#release) throw new Error(`release ${this.#stream} has not started`)
    return this.#release
  }

  /** Release time now, in milliseconds. */
  elapsedMs(): number {
    return this.#anchor.elapsedMs + this.#ports.clock.monotonicMs() - this.#anchor.monotonicMs
  }

  now(): Now {
    return { elapsedMs: this.elapsedMs(), wallMs: this.#ports.clock.wallMs() }
  }

  /** Decides on an input and makes the events durable; inputs are taken one after another. Effects start at once if it runs. */
  submit(input: Input): Promise<Decision> {
    const turn = this.#queue.then(() => this.#decideAndAppend(input))
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  async #decideAndAppend(input: Input): Promise<Decision> {
    const now = this.now()
    const decision = decide(this.#release, input, now)
    if (decision.rejected || decision.events.length === 0) return decision
    const { clock } = this.#ports
    const at = new Date(now.wallMs).toISOString()
    const moment = { bootId: clock.bootId(), monotonicMs: clock.monotonicMs() }
    const cause = causeOf(input)
    const events = decision.events.map(
      ({ event, actor }): NewEvent => ({ event, actor, cause, at, elapsedMs: now.elapsedMs, clock: moment }),
    )
    const result = await this.#ports.store.append(this.#stream, this.#release?.version ?? 0, events)
    if (!result.ok) throw this.#refused(result)
    this.#release = result.events.reduce<Release | null>(evolve, this.#release)
    if (this.#isRunning && this.#release) this.#performer.perform(this.#release)
    this.#wake.abort()
    return decision
  }

  #refused(result: Extract<AppendResult, { ok: false }>): StoreRefusal {
    const message =
      result.error === 'unavailable'
        ? result.message
        : `another controller wrote to ${this.#stream} (version ${result.actual})`
    this.#refusal = new StoreRefusal(message)
    this.#wake.abort()
    return this.#refusal
  }

  async #settle(effectId: string, outcome: EffectOutcome): Promise<void> {
    try {
      await this.submit({ type: 'effectSettled', effectId, outcome })
    } catch (error) {
      // The loop ends with a refusal; anything else is a bug and must not be lost.
      if (!(error instanceof StoreRefusal)) throw error
    }
  }

  /** Runs until the release is over and everyone is told, or until the signal aborts. Throws `StoreRefusal` when it cannot record. */
  async run(signal: AbortSignal): Promise<void> {
    this.#isRunning = true
    try {
      await this.#loop(signal)
    } finally {
      await this.#performer.stop()
    }
  }

  async #loop(signal: AbortSignal): Promise<void> {
    this.#performer.perform(this.release)
    while (!signal.aborted) {
      this.#wake = new AbortController()
      if (this.#refusal !== null) throw this.#refusal
      const now = this.now()
      await this.#lookOrTick(now)
      const { release } = this
      const wakeMs = nextWake(release, now)
      if (isOver(release) && pendingEffects(release).length === 0 && wakeMs === null) return
      if (neededLooks(release, this.now()).length > 0) continue
      const sleepMs = Math.min((wakeMs ?? Number.POSITIVE_INFINITY) - this.elapsedMs(), maximumSleepMs)
      if (sleepMs > 0) await this.#ports.clock.sleep(sleepMs, AbortSignal.any([signal, this.#wake.signal]))
    }
  }

  /** Every look that is due, at the same time: a slow source of one service holds no other one up for longer than this round. */
  async #lookOrTick(now: Now): Promise<void> {
    const needed = neededLooks(this.release, now)
    if (needed.length === 0) await this.submit({ type: 'tick' })
    const { drivers } = this.#ports
    const looks = needed.map(async (one) => {
      await this.submit({ type: 'observed', observation: await takeLook(drivers, this.release, one) })
    })
    await Promise.all(looks)
  }
}
