/** Runs one release: decide, append, act, look, wake. It holds no truth of its own: everything it knows is a fold of the stored events. */
import { causeOf } from '../core/release/cause-of.ts'
import { type Decision, decide, type Input } from '../core/release/decide.ts'
import type { Decided } from '../core/release/decided.ts'
import type { EffectOutcome } from '../core/release/effect.ts'
import { pendingEffects } from '../core/release/effects.ts'
import type { Cause, EventEnvelope } from '../core/release/events.ts'
import { evolve } from '../core/release/evolve.ts'
import { neededLooks, nextWake } from '../core/release/needs.ts'
import { isGoingBack, isOver, type Now, type Release } from '../core/release/release.ts'
import type { Clock } from '../ports/clock.ts'
import type { DriverSet } from '../ports/drivers.ts'
import type { AppendResult, EventStore, NewEvent, WakeUp } from '../ports/event-store.ts'
import type { Lease, Rest } from '../ports/leases.ts'
import { StoreRefusal } from '../ports/store-refusal.ts'
import { EffectPerformer } from './effect-performer.ts'
import { type OpenedRelease, snapshotEvery, snapshotOf } from './open-release.ts'
import { takeLook } from './take-look.ts'

export interface RunnerPorts {
  store: EventStore
  drivers: DriverSet
  clock: Clock
  /** Told once when a release cannot go forward because there is no room to record it; it goes on by itself. */
  onHeldUp?(stream: string, message: string): void
}

/** While there is no room to record anything, it is tried again so often. */
const fullWaitMs = 1_000

/** An idle release is looked at again after this long even if nothing asks for it; one that nobody holds, after the other. */
const maximumSleepMs = 60_000
const maximumRestMs = 900_000

/** Decisions on one input; each time another controller had appended first, so the release got on. */
const maximumTries = 10

export class ReleaseRunner {
  readonly #ports: RunnerPorts
  readonly #stream: string
  readonly #performer: EffectPerformer
  /** Effects that were under way when the release was taken up: whether they were performed is not known here. */
  readonly #takenUp = new Set<string>()
  #release: Release | null = null
  /** Release time and monotonic time of the same moment. */
  #anchor = { elapsedMs: 0, monotonicMs: 0 }
  #queue: Promise<unknown> = Promise.resolve()
  #wake = new AbortController()
  /** Until it has one, a runner only records: nothing is performed that nobody would follow up. */
  #lease: Lease | null = null
  /** What the store refused, whoever asked; the loop ends with it. */
  #refusal: StoreRefusal | null = null
  /** There was no room for the last thing it would have recorded. */
  #isHeldUp = false
  /** Of the last snapshot, or where the release was taken up. */
  #snapshotVersion = 0

  constructor(ports: RunnerPorts, stream: string) {
    this.#ports = ports
    this.#stream = stream
    this.#anchor.monotonicMs = ports.clock.monotonicMs()
    this.#performer = new EffectPerformer(ports.drivers, (effectId, outcome) => this.#settle(effectId, outcome), {
      mayAct: () => this.#lease?.holds() ?? false,
      isTakenUp: (effectId) => this.#takenUp.has(effectId),
    })
  }

  /**
   * Takes up a stored release. Release time goes on, by the monotonic clock if the machine has not booted since, else by the wall clock, and
   * never backwards.
   */
  resume({ release, last }: OpenedRelease): void {
    const { clock } = this.#ports
    const isSameBoot = last.clock.bootId === clock.bootId()
    const awayMs = isSameBoot ? clock.monotonicMs() - last.clock.monotonicMs : clock.wallMs() - Date.parse(last.at)
    this.#anchor = { elapsedMs: release.elapsedMs + Math.max(0, awayMs), monotonicMs: clock.monotonicMs() }
    this.#release = release
    this.#snapshotVersion = release.version
    for (const { effectId } of pendingEffects(release)) this.#takenUp.add(effectId)
  }

  get release(): Release {
    if (!this.#release) throw new Error(`release ${this.#stream} has not started`)
    return this.#release
  }

  /** Over, and everybody told: nothing is left to do. */
  get isDone(): boolean {
    return wakeUpOf(this.release, this.now()).afterMs === null
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
    return this.#inTurn(() => this.#decideAndAppend(input))
  }

  /** Takes in what other controllers appended meanwhile. Throws a `StoreRefusal` when it cannot be read; later is as good then. */
  catchUp(): Promise<void> {
    return this.#inTurn(() => this.#readOn())
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work)
    this.#queue = turn.catch(() => undefined)
    return turn
  }

  async #decideAndAppend(input: Input): Promise<Decision> {
    for (let tries = 1; ; tries++) {
      const now = this.now()
      const decision = decide(this.#release, input, now)
      if (decision.rejected || decision.events.length === 0) return decision
      const result = await this.#append(decision.events, causeOf(input), now)
      if (result.ok) return decision
      const mayTryAgain = result.error === 'conflict' && this.#ports.store.isShared && this.#release !== null
      if (!mayTryAgain || tries === maximumTries) throw this.#refused(result)
      await this.#readOn()
      // Its counts begin where the release no longer is; the next look, which is due, covers them.
      if (input.type === 'observed') return { rejected: false, events: [] }
    }
  }

  async #append(decided: readonly Decided[], cause: Cause, now: Now): Promise<AppendResult> {
    const { clock, store } = this.#ports
    const at = new Date(now.wallMs).toISOString()
    const moment = { bootId: clock.bootId(), monotonicMs: clock.monotonicMs() }
    const events = decided.map(
      ({ event, actor }): NewEvent => ({ event, actor, cause, at, elapsedMs: now.elapsedMs, clock: moment }),
    )
    const after = events.reduce<Release | null>(
      (release, event) => evolve(release, { ...event, position: 0 }),
      this.#release,
    )
    const options = after ? { wakeUp: this.#wakeUp(after, now), mayUseReserve: takesBack(this.#release, after) } : {}
    const result = await store.append(this.#stream, this.#release?.version ?? 0, events, options)
    if (result.ok) this.#fold(result.events)
    return result
  }

  async #readOn(): Promise<void> {
    const events = await this.#ports.store.read(this.#stream, this.release.version + 1)
    // Whoever wrote them may be ahead with the time; it never runs backwards.
    const aheadMs = (events.at(-1)?.elapsedMs ?? 0) - this.elapsedMs()
    if (aheadMs > 0) this.#anchor.elapsedMs += aheadMs
    // What others ask for while the release is run here is left to this controller.
    if (!this.#lease)
      for (const { event } of events) if (event.type === 'EffectRequested') this.#takenUp.add(event.effectId)
    if (events.length > 0) this.#fold(events)
  }

  #fold(events: readonly EventEnvelope[]): void {
    this.#release = events.reduce<Release | null>(evolve, this.#release)
    this.#keepSnapshot(events.at(-1))
    if (this.#lease && this.#release) this.#performer.perform(this.#release)
    this.#wake.abort()
  }

  #keepSnapshot(last: EventEnvelope | undefined): void {
    const release = this.#release
    if (!release || !last || release.version - this.#snapshotVersion < snapshotEvery) return
    this.#snapshotVersion = release.version
    void this.#ports.store.keepSnapshot(this.#stream, snapshotOf({ release, last }))
  }

  /** Whoever has the lease comes back by itself: others leave the release alone for as long as the lease lasts. */
  #wakeUp(release: Release, now: Now): WakeUp {
    const { afterMs } = wakeUpOf(release, now)
    return { afterMs: afterMs === null ? null : Math.max(afterMs, this.#lease?.durationMs ?? 0) }
  }

  #refused(result: Extract<AppendResult, { ok: false }>): StoreRefusal {
    if (result.error === 'full') return new StoreRefusal(result.message, 'full')
    const message =
      'message' in result ? result.message : `another controller wrote to ${this.#stream} (version ${result.actual})`
    this.#refusal = new StoreRefusal(message, result.error)
    this.#wake.abort()
    return this.#refusal
  }

  async #settle(effectId: string, outcome: EffectOutcome): Promise<void> {
    for (;;) {
      try {
        await this.submit({ type: 'effectSettled', effectId, outcome })
        return
      } catch (error) {
        // The loop ends with a refusal; anything else is a bug and must not be lost.
        if (!(error instanceof StoreRefusal)) throw error
        const lease = this.#lease
        if (error.error !== 'full' || !lease) return
        await this.#ports.clock.sleep(fullWaitMs, lease.signal)
      }
    }
  }

  /**
   * Runs until the release is over and everyone is told, until it has nothing to do for longer than the lease allows, or until the lease ends.
   * Throws `StoreRefusal` when it cannot record.
   */
  async run(lease: Lease): Promise<Rest> {
    try {
      if (this.#ports.store.isShared) await this.catchUp()
      this.#lease = lease
      await this.#loop(lease)
    } finally {
      this.#lease = null
      await this.#performer.stop()
    }
    const { release } = this
    return { version: release.version, wakeUp: wakeUpOf(release, this.now()) }
  }

  async #loop({ signal, restAfterMs }: Lease): Promise<void> {
    this.#performer.perform(this.release)
    while (!signal.aborted) {
      this.#wake = new AbortController()
      if (this.#refusal !== null) throw this.#refusal
      const now = this.now()
      if (!(await this.#hasRoomFor(() => this.#lookOrTick(now)))) {
        await this.#ports.clock.sleep(fullWaitMs, AbortSignal.any([signal, this.#wake.signal]))
        continue
      }
      const { release } = this
      const wakeMs = nextWake(release, now)
      const isPending = pendingEffects(release).length > 0
      if (isOver(release) && !isPending && wakeMs === null) return
      if (neededLooks(release, this.now()).length > 0) continue
      const sleepMs = (wakeMs ?? Number.POSITIVE_INFINITY) - this.elapsedMs()
      if (!isPending && sleepMs > restAfterMs) return
      if (sleepMs > 0)
        await this.#ports.clock.sleep(Math.min(sleepMs, maximumSleepMs), AbortSignal.any([signal, this.#wake.signal]))
    }
  }

  /** Without room nothing is lost: the next look counts from where the last recorded one ended. */
  async #hasRoomFor(work: () => Promise<void>): Promise<boolean> {
    try {
      await work()
      this.#isHeldUp = false
      return true
    } catch (error) {
      if (!(error instanceof StoreRefusal) || error.error !== 'full') throw error
      if (!this.#isHeldUp) this.#ports.onHeldUp?.(this.#stream, error.message)
      this.#isHeldUp = true
      return false
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

/** When a release has to be taken up again that nobody is at work on. */
function wakeUpOf(release: Release, now: Now): WakeUp {
  if (pendingEffects(release).length > 0 || neededLooks(release, now).length > 0) return { afterMs: 0 }
  const wakeMs = nextWake(release, now)
  if (wakeMs === null && isOver(release)) return { afterMs: null }
  return { afterMs: Math.min(Math.max(0, (wakeMs ?? Number.POSITIVE_INFINITY) - now.elapsedMs), maximumRestMs) }
}

/** Going back, and telling everybody when it is done. */
const takesBack = (before: Release | null, after: Release): boolean =>
  isGoingBack(after) || (before !== null && isGoingBack(before)) || (isOver(after) && after.rollback !== null)
