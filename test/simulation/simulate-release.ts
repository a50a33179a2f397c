/** Runs one scenario from its start until nothing follows any more, and says what broke. */
import { decide } from '../../src/core/release/decide.ts'
import { neededLooks, nextWake } from '../../src/core/release/needs.ts'
import { isOver } from '../../src/core/release/release.ts'
import { spotFinalViolations, type Violation } from '../../src/runtime/rehearsal/spot-violations.ts'
import type { Coverage } from './coverage.ts'
import { type Fault, patienceMs, type Scenario, troubleMs } from './scenario.ts'
import { lookAt } from './sim-look.ts'
import { act, answerEverything } from './sim-people.ts'
import { person, SimWorld } from './sim-world.ts'

/** How often people look whether they are asked. */
const peopleMs = 1_300
/** After the last abort, in a world that is well, a release is over by then. */
const boundMs = patienceMs + 120_000
const mostRounds = 20_000

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
  /** Faults and acts that have not begun yet, in the order of time. */
  readonly #faults: Fault[]
  #acts = 0
  #peopleMs = peopleMs
  /** The controller is dead until then. */
  #awayMs = 0
  #isAborted = false

  constructor(world: SimWorld) {
    this.#world = world
    this.#faults = world.scenario.faults.toSorted((a, b) => a.fromMs - b.fromMs)
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
    if (world.log.length === before) world.give({ type: 'tick' })
    if (world.log.length % 4 === 0) this.#probeWake()
  }

  isOver(): boolean {
    const { release, scenario, now } = this.#world
    return (
      isOver(release) && this.#world.isIdle() && this.#acts >= scenario.acts.length && nextWake(release, now) === null
    )
  }

  nextMs(): number {
    const world = this.#world
    const { scenario, release, nowMs, now } = world
    if (nowMs < this.#awayMs) return Math.min(this.#awayMs, this.#faults[0]?.fromMs ?? Number.POSITIVE_INFINITY)
    const answerMs = world.nextAnswerMs()
    if (answerMs <= nowMs) return nowMs
    const times = [answerMs, scenario.acts[this.#acts]?.atMs, this.#faults[0]?.fromMs]
    times.push(nextWake(release, now) ?? undefined)
    if (!isOver(release)) times.push(this.#peopleMs, this.#isAborted ? undefined : patienceMs)
    for (const fault of scenario.faults) if (fault.kind === 'lateLooks' && fault.toMs > nowMs) times.push(fault.toMs)
    let nextMs = Number.POSITIVE_INFINITY
    for (const time of times) if (time !== undefined && time > nowMs && time < nextMs) nextMs = time
    return nextMs
  }

  #beginFaults(): void {
    const world = this.#world
    while (this.#faults[0] && this.#faults[0].fromMs <= world.nowMs) {
      const fault = this.#faults.shift()
      if (fault) this.#begin(fault)
    }
  }

  #begin({ kind, service, toMs }: Fault): void {
    const world = this.#world
    if (kind === 'crash') {
      world.hit(kind)
      world.crash()
      this.#awayMs = Math.max(this.#awayMs, toMs)
    }
    if (kind === 'sharesLost') {
      world.hit(kind)
      for (const { name } of world.scenario.plan.services)
        if (service === null || service === name) world.loseShares(name)
    }
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

  #act(): void {
    const world = this.#world
    const { acts } = world.scenario
    for (let next = acts[this.#acts]; next && next.atMs <= world.nowMs; next = acts[this.#acts]) {
      this.#acts++
      act(world, next)
    }
    if (world.nowMs >= this.#peopleMs && !isOver(world.release)) {
      this.#peopleMs = world.nowMs + peopleMs
      if (world.isActive('peopleAway')) world.hit('peopleAway')
      else answerEverything(world)
    }
    if (world.nowMs >= patienceMs && !this.#isAborted && !isOver(world.release)) {
      this.#isAborted = true
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

  /** Before the time at which it wants to be woken, nothing follows. */
  #probeWake(): void {
    const world = this.#world
    if (neededLooks(world.release, world.now).length > 0) return
    const wakeMs = nextWake(world.release, world.now) ?? world.nowMs + 2 * troubleMs
    const early = { elapsedMs: wakeMs - 1, wallMs: world.wallMs + wakeMs - 1 - world.nowMs }
    const decision = decide(world.release, { type: 'tick' }, early)
    const [first] = decision.rejected ? [] : decision.events
    // A stage is held for its data at the look after: that is soon enough.
    const isOfLook = first?.event.type === 'ReleaseHeld' && first.event.about.startsWith('stage ')
    if (first && !isOfLook)
      world.violate('12 a release is woken in time', `${first.event.type} was due before ${wakeMs} ms`)
  }
}
