/** The runners of a controller's releases: of those it runs itself, and of any other, made from what is stored. */
import { setImmediate } from 'node:timers/promises'
import { isOver, type Release } from '../core/release/release.ts'
import type { Lease, Leases, Rest } from '../ports/leases.ts'
import { openRelease } from '../runtime/open-release.ts'
import { ReleaseRunner, type RunnerPorts } from '../runtime/release-runner.ts'
import type { ControllerPurpose } from './contract.ts'

export const projectId = 'default'
export const streamOf = (releaseId: string): string => `${projectId}/${releaseId}`
const releaseIdOf = (stream: string): string => stream.slice(projectId.length + 1)

/** What a notice under way may still take when a controller is stopped. */
const tellingMs = 5_000

export interface ReleaseRunnersPorts extends RunnerPorts {
  leases: Leases
  /** `record` decides and records what people say, and leaves it to the next running controller to act on it. */
  purpose: ControllerPurpose
  /** Told when a release is no longer run here, because it cannot be recorded or because of a bug. */
  onStopped(releaseId: string, error: Error): void
}

export class ReleaseRunners {
  readonly #ports: ReleaseRunnersPorts
  /** Under way here, by release; an ended release has none until somebody speaks to it again. */
  readonly #running = new Map<string, ReleaseRunner>()
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(ports: ReleaseRunnersPorts) {
    this.#ports = ports
  }

  /** Takes up what is this controller's to run. Where the store is its own, that is every release that still has something to do. */
  async resume(): Promise<void> {
    const { purpose, leases, store } = this.#ports
    if (purpose === 'record') return
    await leases.start({
      run: (stream, lease) => this.#beginTurn(stream, lease),
      isUnfinished: async (stream) => {
        const runner = await this.find(releaseIdOf(stream))
        return runner !== undefined && !runner.isDone
      },
      moved: (stream, version) => this.#moved(stream, version),
    })
    if (store.isShared) return
    for (const { stream } of await store.streams()) {
      const runner = await this.#reopened(stream)
      if (runner && !runner.isDone) await this.go(releaseIdOf(stream), runner)
      // An embedded store answers at once: without this the first of thousands would wait for the last.
      await setImmediate()
    }
  }

  /** Whoever has to be told that a release is over is told first, if that takes no longer than a while; else at the next start. */
  async close(): Promise<void> {
    const over = [...this.#running].filter(([, { release, isDone }]) => isOver(release) && !isDone)
    const telling = Promise.all(over.map(([releaseId]) => this.#turns.get(releaseId)))
    const enough = new AbortController()
    if (over.length > 0) await Promise.race([telling, this.#ports.clock.sleep(tellingMs, enough.signal)])
    enough.abort()
    await this.#ports.leases.close()
  }

  /** For a stream that nobody has written to yet. */
  create(releaseId: string): ReleaseRunner {
    return new ReleaseRunner(this.#ports, streamOf(releaseId))
  }

  running(releaseId: string): ReleaseRunner | undefined {
    return this.#running.get(releaseId)
  }

  /** Undefined when there is no such release. One that is over can still be spoken to: a degraded one may be aborted again. */
  async find(releaseId: string): Promise<ReleaseRunner | undefined> {
    return this.#running.get(releaseId) ?? (await this.#reopened(streamOf(releaseId)))
  }

  /** As it is now, or as it is stored. Others may go on while many are read. */
  async releaseOf(stream: string): Promise<Release | undefined> {
    const running = this.#running.get(releaseIdOf(stream))
    if (running) return running.release
    await setImmediate()
    return (await openRelease(this.#ports.store, stream))?.release
  }

  /** Of all releases that are not over. */
  async unfinished(): Promise<ReleaseRunner[]> {
    const { store } = this.#ports
    if (!store.isShared) return [...this.#running.values()]
    const runners: ReleaseRunner[] = []
    for (const { stream } of await store.streams()) {
      const runner = await this.find(releaseIdOf(stream))
      if (runner && !isOver(runner.release)) runners.push(runner)
    }
    return runners
  }

  /** Lets a release go on: here, unless another controller has it. */
  async go(releaseId: string, runner: ReleaseRunner): Promise<void> {
    if (this.#ports.purpose === 'record' || this.#running.has(releaseId)) return
    this.#running.set(releaseId, runner)
    if (!(await this.#ports.leases.take(streamOf(releaseId)))) this.#running.delete(releaseId)
  }

  #beginTurn(stream: string, lease: Lease): Promise<Rest | null> {
    const releaseId = releaseIdOf(stream)
    const turn = this.#run(stream, lease).finally(() => this.#turns.delete(releaseId))
    this.#turns.set(releaseId, turn)
    return turn
  }

  async #run(stream: string, lease: Lease): Promise<Rest | null> {
    const releaseId = releaseIdOf(stream)
    try {
      const runner = await this.find(releaseId)
      if (!runner) return null
      this.#running.set(releaseId, runner)
      return await runner.run(lease)
    } catch (error) {
      this.#ports.onStopped(releaseId, error instanceof Error ? error : new Error(String(error)))
      return null
    } finally {
      this.#running.delete(releaseId)
    }
  }

  #moved(stream: string, version: number): void {
    const runner = this.#running.get(releaseIdOf(stream))
    // What cannot be read now is read at the next word, or found out by the next append.
    if (runner && runner.release.version < version) runner.catchUp().catch(() => undefined)
  }

  async #reopened(stream: string): Promise<ReleaseRunner | undefined> {
    const opened = await openRelease(this.#ports.store, stream)
    if (!opened) return undefined
    const runner = new ReleaseRunner(this.#ports, stream)
    runner.resume(opened)
    return runner
  }
}
