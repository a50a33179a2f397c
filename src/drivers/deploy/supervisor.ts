/**
 * Runs the operator's long-running processes so that they outlive the controller. A process waits at a gate until its record is on
 * disk: whenever the controller is killed, a process either has a record or never ran.
 */
import { resolve } from 'node:path'
import { digestOf } from '../../core/canonical.ts'
import { formatDuration } from '../../core/plan/duration.ts'
import type { ProcessSpec } from '../../core/plan/operator.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { Supervisor } from '../../ports/supervisor.ts'
import { Turns } from '../turns.ts'
import { isTimeout } from '../with-deadline.ts'
import { endProcess } from './end-process.ts'
import { isTaken, waitUntilReady } from './probe.ts'
import { startTimeOf } from './process-identity.ts'
import { type ProcessRecord, ProcessRecords } from './process-records.ts'
import { type GatedProcess, spawnGated } from './spawn-gated.ts'
import { tailOfLog } from './tail-of-log.ts'

type Started = Outcome<{ pid: number }>

/** `folder` keeps records and logs; processes start in `cwd`, with no environment but `PATH` and what their specification says. */
export const createSupervisor = (places: { folder: string; cwd: string }): ProcessSupervisor =>
  new ProcessSupervisor(places)

export class ProcessSupervisor implements Supervisor {
  readonly #cwd: string
  readonly #records: ProcessRecords
  readonly #turns = new Turns()
  readonly #starts = new Map<string, AbortController>()

  constructor({ folder, cwd }: { folder: string; cwd: string }) {
    this.#cwd = resolve(cwd)
    this.#records = new ProcessRecords(resolve(folder))
  }

  /**
   * Takes up the process of this name if it runs with the same specification, else ends it and starts a new one; settles once it is
   * ready. `timeout`: not ready in time. `rejected`: it ended, cannot be started, or its port is in use.
   */
  start(name: string, spec: ProcessSpec, signal: AbortSignal): Promise<Started> {
    return this.#turns.take(name, async () => {
      const abort = new AbortController()
      this.#starts.set(name, abort)
      const started = await this.#begin(name, spec, AbortSignal.any([signal, abort.signal]))
      this.#starts.delete(name)
      return started
    })
  }

  /** Also stops waiting for a start under way. */
  stop(name: string): Promise<void> {
    this.#starts.get(name)?.abort('it was told to stop')
    return this.#turns.take(name, async () => {
      const record = await this.#running(name)
      if (record) await endProcess(record)
      await this.#records.remove(name)
    })
  }

  async stopAll(): Promise<void> {
    const names = new Set([...(await this.#records.names()), ...this.#starts.keys()])
    await Promise.all([...names].map((name) => this.stop(name)))
  }

  /** The process of this name, if it runs. */
  async status(name: string): Promise<{ pid: number } | null> {
    const record = await this.#running(name)
    return record ? { pid: record.pid } : null
  }

  async #running(name: string): Promise<ProcessRecord | undefined> {
    const record = await this.#records.read(name)
    return record && (await isAlive(record)) ? record : undefined
  }

  async #begin(name: string, spec: ProcessSpec, signal: AbortSignal): Promise<Started> {
    await this.#records.prepare()
    const digest = digestOf([spec.argv, spec.env, spec.ready, this.#cwd])
    const held = await this.#running(name)
    if (held?.digest === digest) return this.#settle(name, spec, held, null, signal)
    if (held) await endProcess(held)
    if (signal.aborted) return stopped(name, signal)
    if (await isTaken(spec.ready)) return portInUse(name, spec.ready)
    const spawned = await spawnGated(spec, this.#cwd, this.#records.fileOf(name, '.log')).catch((error: Error) => error)
    if (spawned instanceof Error) {
      return fail('rejected', `${name} cannot be started in ${this.#cwd}: ${spawned.message}`)
    }
    const startTime = await startTimeOf(spawned.pid)
    if (startTime === undefined) return fail('rejected', `${name} ended at once (${await spawned.ending})`)
    const record = { pid: spawned.pid, startTime, digest }
    try {
      await this.#records.write(name, record)
    } catch (error) {
      await endProcess(record)
      return fail('rejected', `${name} was not started: it cannot be recorded: ${String(error)}`)
    }
    spawned.openGate()
    return this.#settle(name, spec, record, spawned, signal)
  }

  /** Waits until the process is ready; one that this call started and that does not get ready is ended again. */
  async #settle(
    name: string,
    spec: ProcessSpec,
    record: ProcessRecord,
    spawned: GatedProcess | null,
    signal: AbortSignal,
  ): Promise<Started> {
    const { ready, readyTimeout, env } = spec
    const readiness = await waitUntilReady(ready, readyTimeout, async () => !(await isAlive(record)), signal)
    if (readiness === 'ready') return succeed({ pid: record.pid })
    const log = spawned ? await tailOfLog(this.#records.fileOf(name, '.log'), spawned.logStart, env) : undefined
    if (spawned) {
      await endProcess(record)
      await this.#records.remove(name)
    }
    if (readiness === 'stopped') return stopped(name, signal)
    if (readiness === 'late') {
      return fail(
        'timeout',
        `${name} was not ready within ${formatDuration(readyTimeout)}: ${ready} did not answer 200`,
        log,
      )
    }
    const how = spawned ? await spawned.ending : 'it ran from before'
    return fail('rejected', `${name} ended before it was ready (${how})`, log)
  }
}

const isAlive = async ({ pid, startTime }: ProcessRecord): Promise<boolean> => (await startTimeOf(pid)) === startTime

const stopped = (name: string, signal: AbortSignal): Outcome<never> =>
  fail(isTimeout(signal) ? 'timeout' : 'unavailable', `the start of ${name} was stopped: ${String(signal.reason)}`)

function portInUse(name: string, url: string): Outcome<never> {
  const { port } = new URL(url)
  const advice = `stop that process (lsof -i :${port} names it) or choose another port`
  return fail('rejected', `${name} cannot start: port ${port} is already in use by another process; ${advice}`)
}
