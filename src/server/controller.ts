/** The controller: takes plans, starts and resumes releases, answers its clients. It owns the runners; the store owns the truth. */
import { redactDeep, redactSecrets } from '../core/find-secrets.ts'
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { Operator } from '../core/plan/operator.ts'
import { moverName } from '../core/plan/service.ts'
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
import { preflight } from './preflight.ts'
import { preparePlan } from './prepare-plan.ts'
import { notFound, type ProblemAnswer, problem, refusal, withErrors } from './problems.ts'

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
    if (request.speed !== 1 && operator.demo === undefined) {
      return problem(
        422,
        'Speed is for demos',
        `speed ${request.speed} was asked for, and the operator's targets are not marked as demo`,
        'start without --speed',
      )
    }
    const prepared = preparePlan(request, operator)
    if (!('plan' in prepared)) return withErrors('The plan cannot start', prepared.diagnostics)
    const unacknowledged = prepared.diagnostics.filter(
      ({ severity, ruleId }) => severity === 'warning' && !accepts(request, ruleId),
    )
    if (unacknowledged.length > 0) {
      const names = [...new Set(unacknowledged.map(({ ruleId }) => ruleId))].join(' ')
      const { problem: base } = problem(
        422,
        'Warnings to acknowledge',
        'nothing was changed',
        `read them, then start with --ack ${names}`,
      )
      return { ok: false, problem: { ...base, diagnostics: unacknowledged } }
    }
    const movers = new Set(prepared.plan.services.map(moverName))
    const busy = [...this.#runners.values()].find(
      ({ release }) => !isOver(release) && release.plan.services.some((service) => movers.has(moverName(service))),
    )
    if (busy) {
      const { releaseId, status, plan } = busy.release
      const mover = plan.services.map(moverName).find((name) => movers.has(name))
      return problem(
        409,
        'The router is in use',
        `release ${releaseId} (${status}) moves ${mover}`,
        `wait for it, or tidegate abort ${releaseId}`,
      )
    }
    const findings = await preflight(prepared.plan, drivers)
    if (findings.length > 0) return withErrors('The surroundings are not ready', findings)
    const { plan, digest, diagnostics } = prepared
    const releaseId = `r${(await store.streams()).length + 1}`
    const runner = new ReleaseRunner(this.#ports, streamOf(releaseId))
    const acknowledged = request.acknowledge
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
    return { ok: true, value: { releaseId, diagnostics } }
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
    const release = runner?.release ?? (await this.#stored(releaseId))
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
    if (releaseId !== undefined && !named && !(await this.#stored(releaseId))) return notFound(releaseId)
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

  async #stored(releaseId: string): Promise<Release | undefined> {
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
    const person = this.#ports.operator.people[id]
    if (person) return { id, name: person.name, demo: person.demo }
    const known = Object.keys(this.#ports.operator.people).join(', ')
    return problem(403, 'Not known', `"${id}" is not among the operator's people`, `known: ${known}`)
  }
}

const accepts = ({ acknowledge }: StartRequest, ruleId: string): boolean =>
  acknowledge.includes(ruleId) || acknowledge.includes('*')
