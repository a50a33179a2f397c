/** The controller: takes plans, starts and resumes releases, answers its clients. It owns the runners; the store owns the truth. */
import { redactDeep, redactSecrets } from '../core/find-secrets.ts'
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { Operator } from '../core/plan/operator.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Actor, EventEnvelope } from '../core/release/events.ts'
import { releaseOf } from '../core/release/evolve.ts'
import { isOver, type Release } from '../core/release/release.ts'
import { annotateDocument } from '../document/render/annotate-document.ts'
import type { Clock } from '../ports/clock.ts'
import type { DriverSet } from '../ports/drivers.ts'
import type { EventStore } from '../ports/event-store.ts'
import { documentStatusOf } from '../projections/document-status.ts'
import { reportOf } from '../projections/report.ts'
import { statusOf } from '../projections/status.ts'
import { ReleaseRunner } from '../runtime/release-runner.ts'
import { admitPlan, notReady, routerInUse } from './admit-start.ts'
import type {
  Answer,
  CommandRequest,
  ControllerApi,
  ControllerInfo,
  ControllerPurpose,
  HookAnswer,
  HookCall,
  ReleaseDocument,
  ReleaseSummary,
  ReleaseView,
  StartRequest,
} from './contract.ts'
import { evidenceOf, hearHook } from './hear-hook.ts'
import { goesBackFirst, placeOf } from './place-of.ts'
import { preflight, surroundings } from './preflight.ts'
import { notFound, type ProblemAnswer, problem, refusal } from './problems.ts'

export interface ControllerPorts {
  store: EventStore
  drivers: DriverSet
  clock: Clock
  operator: Operator
  /** `record` decides and records what people say, and leaves it to the next running controller to act on it. */
  purpose: ControllerPurpose
  /** Version of Tidegate itself. */
  version: string
  /** Told when a release is no longer run, because it cannot be recorded or because of a bug. */
  onStopped(releaseId: string, error: Error): void
}

const projectId = 'default'
const streamOf = (releaseId: string) => `${projectId}/${releaseId}`

export class Controller implements ControllerApi {
  readonly #ports: ControllerPorts
  readonly #startedAt: string
  /** Runners under way, by release; an ended release has none until somebody speaks to it again. */
  readonly #runners = new Map<string, ReleaseRunner>()
  readonly #running = new Set<Promise<void>>()
  readonly #stop = new AbortController()
  /** Starts are taken one after another, so that two cannot both find the router free. */
  #starting: Promise<unknown> = Promise.resolve()

  constructor(ports: ControllerPorts) {
    this.#ports = ports
    this.#startedAt = new Date(ports.clock.wallMs()).toISOString()
  }

  /** Takes up every stored release that is not over, if this controller runs releases. */
  async resume(): Promise<void> {
    if (this.#ports.purpose === 'record') return
    for (const { stream } of await this.#ports.store.streams()) {
      const events = await this.#ports.store.read(stream)
      const release = releaseOf(events)
      if (isOver(release)) continue
      const runner = new ReleaseRunner(this.#ports, stream)
      runner.resume(events)
      this.#run(release.releaseId, runner)
    }
  }

  /** Stops deciding; traffic and services stay as they are, and the log says where to go on. */
  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#running)
  }

  async info(): Promise<Answer<ControllerInfo>> {
    return { ok: true, value: { pid: process.pid, version: this.#ports.version, startedAt: this.#startedAt } }
  }

  start(request: StartRequest): Promise<Answer<{ releaseId: string; diagnostics: Diagnostic[] }>> {
    const turn = this.#starting.then(() => this.#start(request))
    this.#starting = turn.catch(() => undefined)
    return turn
  }

  async #start(request: StartRequest): Promise<Answer<{ releaseId: string; diagnostics: Diagnostic[] }>> {
    const { operator, drivers, store } = this.#ports
    const actor = this.#actor(request.actor)
    if ('ok' in actor) return actor
    const admitted = admitPlan(request, operator)
    if ('ok' in admitted) return admitted
    const { plan, digest, diagnostics } = admitted
    const releaseId = `r${(await store.streams()).length + 1}`
    const blocked = await this.#makeRoom(request, plan, releaseId)
    if (blocked) return blocked
    const findings = await preflight(plan, drivers)
    const unready = notReady(request, findings)
    if (unready) return unready
    const runner = new ReleaseRunner(this.#ports, streamOf(releaseId))
    const acknowledged = redactDeep(request.acknowledge)
    const decision = await runner.submit({
      type: 'start',
      actor,
      start: {
        type: 'start',
        releaseId,
        projectId,
        plan,
        // The log is kept for good and shown to many.
        document: redactSecrets(request.document.text),
        digest,
        speed: request.speed,
        acknowledged,
      },
    })
    if (decision.rejected) return refusal(decision)
    this.#run(releaseId, runner)
    return { ok: true, value: { releaseId, diagnostics: [...diagnostics, ...findings] } }
  }

  /** `undefined` when the routers are free for `by`. Where it takes another one's place, the start is asked for again until that one is over. */
  async #makeRoom(request: StartRequest, plan: Plan, by: string): Promise<ProblemAnswer | undefined> {
    const { supersedes, actor } = request
    const older = supersedes && (await this.#find(supersedes.releaseId))
    if (supersedes && !older) return notFound(supersedes.releaseId)
    const place = older ? placeOf(older, by) : 'free'
    if (typeof place !== 'string') return place
    const others = [...this.#runners.values()].map(({ release }) => release)
    const inUse = routerInUse(
      plan,
      others.filter(({ releaseId }) => releaseId !== older?.releaseId),
    )
    if (inUse || !supersedes || place === 'free') return inUse
    const { releaseId, reason } = supersedes
    if (place === 'leaving') return goesBackFirst(releaseId, by)
    // What could not start anyway takes nobody's place.
    const unready = notReady(request, await surroundings(plan, this.#ports.drivers))
    if (unready) return unready
    const told = await this.command(releaseId, { actor, command: { type: 'supersede', by, reason } })
    return told.ok ? goesBackFirst(releaseId, by) : told
  }

  #run(releaseId: string, runner: ReleaseRunner): void {
    this.#runners.set(releaseId, runner)
    const running = runner
      .run(this.#stop.signal)
      .catch((error: Error) => this.#ports.onStopped(releaseId, error))
      .finally(() => {
        this.#runners.delete(releaseId)
        this.#running.delete(running)
      })
    this.#running.add(running)
  }

  async releases(): Promise<Answer<ReleaseSummary[]>> {
    const summaries: ReleaseSummary[] = []
    for (const { stream } of await this.#ports.store.streams()) {
      const release = releaseOf(await this.#ports.store.read(stream))
      const { releaseId, status, plan, startedAt } = release
      summaries.push({
        releaseId,
        planName: plan.name,
        planVersion: plan.version,
        status,
        startedAt,
        over: isOver(release),
      })
    }
    return { ok: true, value: summaries }
  }

  async release(releaseId: string): Promise<Answer<ReleaseView>> {
    const runner = this.#runners.get(releaseId)
    const release = await this.#find(releaseId)
    if (!release) return notFound(releaseId)
    const elapsedMs = runner && !isOver(release) ? runner.elapsedMs() : release.elapsedMs
    const now = { elapsedMs, wallMs: this.#ports.clock.wallMs() }
    return { ok: true, value: statusOf(release, now, release.startedAt) }
  }

  async command(releaseId: string, request: CommandRequest): Promise<Answer<ReleaseView>> {
    const actor = this.#actor(request.actor)
    if ('ok' in actor) return actor
    const running = this.#runners.get(releaseId)
    const runner = running ?? (await this.#reopened(releaseId))
    if (!runner) return notFound(releaseId)
    // What people write as a reason is kept for good and shown to many.
    const decision = await runner.submit({ type: 'command', command: redactDeep(request.command), actor })
    if (decision.rejected) return refusal(decision)
    if (!running && this.#ports.purpose === 'run') this.#run(releaseId, runner)
    return this.release(releaseId)
  }

  /** What a hook said, whose signature was right. */
  async hear(hook: string, call: HookCall, bytes: Uint8Array): Promise<Answer<HookAnswer>> {
    const { releaseId } = call
    const named = releaseId === undefined ? undefined : this.#runners.get(releaseId)
    if (releaseId !== undefined && !(await this.#find(releaseId))) return notFound(releaseId)
    const runners = releaseId === undefined ? [...this.#runners.values()] : named ? [named] : []
    return hearHook(runners, hook, evidenceOf(call, bytes))
  }

  async events(releaseId: string, fromVersion: number): Promise<Answer<EventEnvelope[]>> {
    const events = await this.#events(releaseId)
    return events.length === 0 ? notFound(releaseId) : { ok: true, value: events.slice(Math.max(0, fromVersion - 1)) }
  }

  async report(releaseId: string): Promise<Answer<{ markdown: string }>> {
    const events = await this.#events(releaseId)
    return events.length === 0 ? notFound(releaseId) : { ok: true, value: { markdown: reportOf(events) } }
  }

  async document(releaseId: string): Promise<Answer<ReleaseDocument>> {
    const events = await this.#events(releaseId)
    const [first] = events
    if (first?.event.type !== 'ReleaseStarted') return notFound(releaseId)
    const status = documentStatusOf(events)
    const { document: text } = first.event
    return { ok: true, value: { status, document: text === undefined ? null : annotateDocument(text, status) } }
  }

  async #find(releaseId: string): Promise<Release | undefined> {
    const running = this.#runners.get(releaseId)
    if (running) return running.release
    const events = await this.#events(releaseId)
    return events.length > 0 ? releaseOf(events) : undefined
  }

  #events(releaseId: string): Promise<EventEnvelope[]> {
    return this.#ports.store.read(streamOf(releaseId))
  }

  /** An ended release can still be spoken to: a degraded one may be aborted again. */
  async #reopened(releaseId: string): Promise<ReleaseRunner | undefined> {
    const events = await this.#events(releaseId)
    if (events.length === 0) return undefined
    const runner = new ReleaseRunner(this.#ports, streamOf(releaseId))
    runner.resume(events)
    return runner
  }

  #actor(id: string): Actor | ProblemAnswer {
    const { people } = this.#ports.operator
    const person = Object.hasOwn(people, id) ? people[id] : undefined
    if (person) return { id, name: person.name, demo: person.demo }
    const known = Object.keys(people).join(', ')
    return problem(403, 'Not known', `"${id}" is not among the operator's people`, `known: ${known}`)
  }
}
