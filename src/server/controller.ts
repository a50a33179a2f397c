/** The controller: takes plans, starts and resumes releases, answers its clients. It owns the runners; the store owns the truth. */
import { redactDeep, redactSecrets } from '../core/find-secrets.ts'
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { Operator } from '../core/plan/operator.ts'
import type { Plan } from '../core/plan/plan.ts'
import type { Actor, EventEnvelope } from '../core/release/events.ts'
import { isOver } from '../core/release/release.ts'
import { annotateDocument } from '../document/render/annotate-document.ts'
import { StoreRefusal } from '../ports/store-refusal.ts'
import { documentStatusOf } from '../projections/document-status.ts'
import { reportOf } from '../projections/report.ts'
import { statusOf } from '../projections/status.ts'
import { admitPlan, notReady, routerInUse } from './admit-start.ts'
import type {
  Answer,
  CommandRequest,
  ControllerApi,
  ControllerInfo,
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
import { projectId, ReleaseRunners, type ReleaseRunnersPorts, streamOf } from './release-runners.ts'

export interface ControllerPorts extends ReleaseRunnersPorts {
  operator: Operator
  /** Version of Tidegate itself. */
  version: string
}

/** Each time another controller had started a release in between. */
const maximumStarts = 5

export class Controller implements ControllerApi {
  readonly #ports: ControllerPorts
  readonly #startedAt: string
  readonly #runners: ReleaseRunners
  /** Starts are taken one after another, so that two cannot both find the router free. */
  #starting: Promise<unknown> = Promise.resolve()

  constructor(ports: ControllerPorts) {
    this.#ports = ports
    this.#runners = new ReleaseRunners(ports)
    this.#startedAt = new Date(ports.clock.wallMs()).toISOString()
  }

  /** Takes up every release that is this controller's to run, if it runs releases. */
  resume(): Promise<void> {
    return this.#runners.resume()
  }

  /** Stops deciding; traffic and services stay as they are, and the log says where to go on. */
  close(): Promise<void> {
    return this.#runners.close()
  }

  async info(): Promise<Answer<ControllerInfo>> {
    return { ok: true, value: { pid: process.pid, version: this.#ports.version, startedAt: this.#startedAt } }
  }

  start(request: StartRequest): Promise<Answer<{ releaseId: string; diagnostics: Diagnostic[] }>> {
    const turn = this.#starting.then(() => this.#startAsNext(request))
    this.#starting = turn.catch(() => undefined)
    return turn
  }

  /** The number of a release is its fence: who finds it taken looks again at everything that may have changed. */
  async #startAsNext(request: StartRequest): Promise<Answer<{ releaseId: string; diagnostics: Diagnostic[] }>> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#start(request)
      } catch (error) {
        const isTaken = error instanceof StoreRefusal && error.error === 'conflict' && this.#ports.store.isShared
        if (!isTaken || tries === maximumStarts) throw error
      }
    }
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
    const runner = this.#runners.create(releaseId)
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
    await this.#runners.go(releaseId, runner)
    return { ok: true, value: { releaseId, diagnostics: [...diagnostics, ...findings] } }
  }

  /** `undefined` when the routers are free for `by`. Where it takes another one's place, the start is asked for again until that one is over. */
  async #makeRoom(request: StartRequest, plan: Plan, by: string): Promise<ProblemAnswer | undefined> {
    const { supersedes, actor } = request
    const older = supersedes && (await this.#runners.find(supersedes.releaseId))?.release
    if (supersedes && !older) return notFound(supersedes.releaseId)
    const place = older ? placeOf(older, by) : 'free'
    if (typeof place !== 'string') return place
    const others = (await this.#runners.unfinished()).map(({ release }) => release)
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

  async releases(): Promise<Answer<ReleaseSummary[]>> {
    const summaries: ReleaseSummary[] = []
    for (const { stream } of await this.#ports.store.streams()) {
      const release = await this.#runners.releaseOf(stream)
      if (!release) continue
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
    const runner = await this.#runners.find(releaseId)
    if (!runner) return notFound(releaseId)
    const { release } = runner
    // Time stands still for a release that nobody runs.
    const isRun = this.#ports.store.isShared || this.#runners.running(releaseId) !== undefined
    const elapsedMs = isRun && !isOver(release) ? runner.elapsedMs() : release.elapsedMs
    const now = { elapsedMs, wallMs: this.#ports.clock.wallMs() }
    return { ok: true, value: statusOf(release, now, release.startedAt) }
  }

  async command(releaseId: string, request: CommandRequest): Promise<Answer<ReleaseView>> {
    const actor = this.#actor(request.actor)
    if ('ok' in actor) return actor
    const runner = await this.#runners.find(releaseId)
    if (!runner) return notFound(releaseId)
    // What people write as a reason is kept for good and shown to many.
    const decision = await runner.submit({ type: 'command', command: redactDeep(request.command), actor })
    if (decision.rejected) return refusal(decision)
    await this.#runners.go(releaseId, runner)
    return this.release(releaseId)
  }

  /** What a hook said, whose signature was right. */
  async hear(hook: string, call: HookCall, bytes: Uint8Array): Promise<Answer<HookAnswer>> {
    const { releaseId } = call
    if (releaseId !== undefined && !(await this.#runners.find(releaseId))) return notFound(releaseId)
    const runners = await this.#runners.unfinished()
    const named = runners.filter(({ release }) => releaseId === undefined || release.releaseId === releaseId)
    return hearHook(named, hook, evidenceOf(call, bytes))
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

  #events(releaseId: string): Promise<EventEnvelope[]> {
    return this.#ports.store.read(streamOf(releaseId))
  }

  #actor(id: string): Actor | ProblemAnswer {
    const { people } = this.#ports.operator
    const person = Object.hasOwn(people, id) ? people[id] : undefined
    if (person) return { id, name: person.name, demo: person.demo }
    const known = Object.keys(people).join(', ')
    return problem(403, 'Not known', `"${id}" is not among the operator's people`, `known: ${known}`)
  }
}
