/** Runs one scenario from its start until nothing follows any more, and says what broke. */
import { decide } from '../../src/core/release/decide.ts'
import type { ReleaseEvent } from '../../src/core/release/events.ts'
import { neededLooks, nextWake } from '../../src/core/release/needs.ts'
import { isOver, type Release } from '../../src/core/release/release.ts'
import { spotFinalViolations, type Violation } from '../../src/runtime/rehearsal/spot-violations.ts'
import type { Coverage } from './coverage.ts'
import { type Act, type Fault, isAsked, patienceMs, type Scenario, troubleMs, wellMs } from './scenario.ts'
import { lookAt } from './sim-look.ts'
import { act, answerEverything, askEverything, isAs } from './sim-people.ts'
import { person, SimWorld } from './sim-world.ts'

/** How often people look whether they are asked. */
const peopleMs = 1_300
/** After the last abort, in a world that is well, a release is over by then. */
const boundMs = patienceMs + 120_000
const mostRounds = 5_000

/** Runs it; stops at the first violation. */
export function simulateRelease(scenario: Scenario, coverage?: Coverage): SimWorld {
  const world = new SimWorld(scenario, coverage)
  const run = new Run(world)
  for (let round = 0; round < mostRounds && world.violations.length === 0; round++) {
    run.round()
    if (run.isOver()) break
    const nextMs = run.nextMs()
    if (nextMs > boundMs)
      world.violate('7 every release comes to an end', `nothing follows, and it is ${world.release.status}`)
    world.nowMs = nextMs
  }
  if (world.violations.length === 0)
    world.violations.push(...spotFinalViolations(world.release, world.log, world.truth))
  return world
}

/** The first thing that broke, with where. */
export const firstViolation = (scenario: Scenario): Violation | undefined => simulateRelease(scenario).violations[0]

class Run {
  readonly #world: SimWorld
  /** Faults and acts that have not begun yet. */
  #faults: readonly Fault[]
  #acts: readonly Act[]
  #peopleMs = peopleMs
  /** The controller is dead until then. */
  #awayMs = 0
  #isAborted = false
  readonly #probed = new Set<string>()
  /** When the release wants to be asked again. */
  #wakeMs = 0

  constructor(world: SimWorld) {
    this.#world = world
    this.#faults = world.scenario.faults
    this.#acts = world.scenario.acts
  }

  /** Everything that happens at this moment. */
  round(): void {
    const world = this.#world
    this.#beginFaults()
    if (world.nowMs < this.#awayMs) return
    world.resume()
    const before = world.log.length
    world.answer()
    this.#act()
    this.#look()
    if (world.log.length === before && world.nowMs >= this.#wakeMs) world.give({ type: 'tick' })
    this.#wakeMs = nextWake(world.release, world.now) ?? Number.POSITIVE_INFINITY
    if (world.log.length % 8 === 0) this.#probeWake()
    if (isOver(world.release)) this.#beginFaults()
    if (world.nowMs >= this.#awayMs) this.#probeCommands()
  }

  isOver(): boolean {
    const { release } = this.#world
    const waits =
      this.#wakeMs < Number.POSITIVE_INFINITY || this.#acts.some(({ awaits }) => awaits === null || awaits === 'over')
    return isOver(release) && this.#world.isIdle() && !waits
  }

  nextMs(): number {
    const world = this.#world
    const { release, nowMs } = world
    if (nowMs < this.#awayMs) return this.#awayMs
    const answerMs = world.nextAnswerMs()
    if (answerMs <= nowMs) return nowMs
    const times: (number | undefined)[] = [answerMs]
    for (const { fromMs } of this.#faults) times.push(fromMs)
    // What somebody waited for is there: they act at once, in the middle of whatever is under way.
    for (const one of this.#acts) times.push(this.#isTime(one) ? nowMs + 1 : one.atMs)
    times.push(this.#wakeMs)
    if (!isOver(release)) times.push(this.#peopleMs, this.#isAborted ? undefined : patienceMs)
    for (const { kind, toMs } of world.activeFaults(null)) if (kind === 'lateLooks') times.push(toMs)
    let nextMs = Number.POSITIVE_INFINITY
    for (const time of times) if (time !== undefined && time > nowMs && time < nextMs) nextMs = time
    return nextMs
  }

  #beginFaults(): void {
    const world = this.#world
    for (const fault of this.#faults) {
      if (!this.#isTime({ atMs: fault.fromMs, awaits: fault.awaits })) continue
      this.#faults = this.#faults.filter((other) => other !== fault)
      if (world.nowMs < troubleMs || isOver(world.release)) this.#begin(fault)
    }
  }

  #begin(fault: Fault): void {
    const { kind, service, lastsMs } = fault
    const world = this.#world
    world.begin(fault)
    if (kind === 'crash') {
      world.hit(kind)
      world.crash()
      const backMs = world.nowMs + lastsMs
      this.#awayMs = Math.max(this.#awayMs, isOver(world.release) ? backMs : Math.min(wellMs, backMs))
    }
    if (kind === 'sharesLost') {
      world.hit(kind)
      for (const { name } of world.scenario.plan.services)
        if (service === null || service === name) world.loseShares(name)
    }
    if (kind === 'wallClockBack' || kind === 'wallClockAhead') world.hit(kind)
    if (kind === 'forgedSignature' && !isOver(world.release)) this.#forge()
  }

  /** Signatures that were never given: of the author, of a stranger, on another digest. */
  #forge(): void {
    const world = this.#world
    const { phases, author = 'eve' } = world.scenario.plan
    const signed = phases
      .flatMap(({ entry, exit, steps }) => [...entry, ...exit, ...steps])
      .filter((one) => 'role' in one)
    for (const { id, role } of signed.filter((one) => world.release.gates[one.id])) {
      world.hit('forgedSignature')
      const sign = (who: string, digest: string) =>
        world.record({ type: 'SignOffGiven', gateId: id, role, digest }, person(who))
      sign(author, world.release.digest)
      sign('eve', world.release.digest)
      sign('rina', 'other')
    }
  }

  #isTime({ atMs, awaits }: Pick<Act, 'atMs' | 'awaits'>): boolean {
    const { nowMs, release } = this.#world
    return atMs <= nowMs && (awaits === null || isAs(release, awaits))
  }

  #act(): void {
    const world = this.#world
    for (const one of this.#acts) {
      if (!this.#isTime(one)) continue
      this.#acts = this.#acts.filter((other) => other !== one)
      act(world, one)
    }
    if (world.nowMs >= this.#peopleMs && !isOver(world.release)) {
      this.#peopleMs = world.nowMs + peopleMs
      if (world.isActive('peopleAway')) world.hit('peopleAway')
      else answerEverything(world)
    }
    if (world.nowMs >= patienceMs && !this.#isAborted && !isOver(world.release)) {
      this.#isAborted = true
      if (standsStill(world.release)) world.violate('7 a release never stands still unnoticed', 'it waits for nothing')
      world.give({ type: 'command', command: { type: 'abort', reason: 'enough' }, actor: person('eve') })
    }
  }

  /** Every look that is due, unless nobody takes looks now. */
  #look(): void {
    const world = this.#world
    const needed = neededLooks(world.release, world.now)
    if (needed.length > 0 && world.isActive('lateLooks')) world.hit('lateLooks')
    else for (const one of needed) world.give({ type: 'observed', observation: lookAt(world, one) })
  }

  /** In one of several releases: what would come of every command, whenever the status, the data or the faults at work are others. */
  #probeCommands(): void {
    const world = this.#world
    if (!isAsked(world.scenario)) return
    const data = isAs(world.release, 'noData') ? 'no data' : isAs(world.release, 'stage') ? 'data' : ''
    const moment = `${world.release.status} ${data} ${world.activeFaults(null).map(({ kind }) => kind)}`
    if (this.#probed.has(moment)) return
    this.#probed.add(moment)
    askEverything(world)
  }

  /** Before the time at which it wants to be woken, nothing follows. */
  #probeWake(): void {
    const world = this.#world
    if (neededLooks(world.release, world.now).length > 0) return
    // A wall clock that was set ahead is noticed at the next wake, not before.
    if (world.scenario.faults.some(({ kind }) => kind === 'wallClockAhead' || kind === 'wallClockBack')) return
    // What a foreign hand wrote into the log was decided by nobody, and woke nobody.
    if (world.isActive('forgedSignature')) return
    const wakeMs = Math.min(this.#wakeMs, world.nowMs + 2 * troubleMs)
    const early = { elapsedMs: wakeMs - 1, wallMs: world.wallMs + wakeMs - 1 - world.nowMs }
    const decision = decide(world.release, { type: 'tick' }, early)
    const [first] = decision.rejected ? [] : decision.events
    if (first && !isSoonEnough(world.release, first.event))
      world.violate('12 a release is woken in time', `${first.event.type} was due before ${wakeMs} ms`)
  }
}

/** A stage is held for its data at the look after; and a window that closes moves nothing, so that nobody wakes for it. */
function isSoonEnough({ plan }: Release, event: ReleaseEvent): boolean {
  if (event.type === 'ReleaseHeld') return event.about.startsWith('stage ')
  if (event.type !== 'GateReached') return false
  const gates = plan.phases.flatMap(({ entry, exit }) => [...entry, ...exit])
  return gates.some(({ id, kind }) => id === event.gateId && (kind === 'window' || kind === 'freeze'))
}

/** Nothing is under way, nobody is asked, and no time will bring anything. */
function standsStill({ plan, phases, services, effects, gates, holds, pause, speed, elapsedMs }: Release): boolean {
  if (pause || holds.length > 0 || Object.values(effects).some(({ settled }) => settled === null)) return false
  if (Object.values(services).some(({ exposure, rollback }) => rollback || (exposure && !exposure.passed))) return false
  return !plan.phases.some(({ id, startOffsetMs, entry, steps, exit }) => {
    const state = phases[id]
    if (state?.status === 'waiting') return startOffsetMs / speed > elapsedMs
    if (state?.status !== 'active') return false
    const isOpen = (stepId: string): boolean => state.steps[stepId]?.completedMs == null
    const waits = steps.some(
      ({ id: stepId, kind }) => state.steps[stepId] && isOpen(stepId) && (kind === 'confirm' || kind === 'wait'),
    )
    const isEntered = Object.keys(state.steps).length > 0
    const isDone = !steps.some(({ id: stepId }) => isOpen(stepId))
    const asked = [...(isEntered ? [] : entry), ...(isDone ? exit : [])]
    return waits || asked.some((gate) => gates[gate.id])
  })
}
