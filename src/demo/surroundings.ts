/** The surroundings of a demo release: helper processes, a database as the baseline knows it, the baseline deployed with all traffic. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { type Bindings, servicesOf } from '../core/plan/bindings.ts'
import type { Operator, ProcessSpec } from '../core/plan/operator.ts'
import type { Outcome } from '../core/release/outcome.ts'
import type { DriverSet, EffectContext } from '../ports/drivers.ts'
import type { Supervisor } from '../ports/supervisor.ts'

/** What one demo run is about; kept on disk, so that the same command goes on after a crash. */
export interface DemoSession {
  scenario: string
  /** Set once the release has started. */
  releaseId: string | null
}

export interface DemoPorts {
  operator: Operator
  drivers: DriverSet
  supervisor: Supervisor
  /** Where the demo keeps data of its services. */
  dataFolder: string
  sessionFile: string
}

/** Setting up or tearing down went wrong; the message says what to do. */
export class DemoFailure extends Error {}

const timeoutMs = 60_000

export class Surroundings {
  readonly #ports: DemoPorts

  constructor(ports: DemoPorts) {
    this.#ports = ports
  }

  /** The session that was interrupted, if any. */
  async session(): Promise<DemoSession | null> {
    const text = await readFile(this.#ports.sessionFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null
      throw error
    })
    return text === null ? null : (JSON.parse(text) as DemoSession)
  }

  async remember(session: DemoSession): Promise<void> {
    await writeFile(this.#ports.sessionFile, JSON.stringify(session))
  }

  /** Starts what is not running any more, on the data that is there. */
  async resume(bindings: Bindings): Promise<void> {
    const { demo } = this.#ports.operator
    await this.#deployBaselines(bindings)
    await this.#startAll({ ...demo?.processes, ...demo?.visitors })
  }

  async #deployBaselines(bindings: Bindings): Promise<void> {
    for (const [, { deployer, baseline }] of servicesOf(bindings)) {
      if (deployer === undefined || baseline === undefined) continue
      const outcome = await this.#ports.drivers.deployer(deployer)?.deploy(deployer, baseline, context('demo/baseline'))
      expectDone(`deploy ${baseline}`, outcome)
    }
  }

  async #setTraffic(bindings: Bindings): Promise<void> {
    for (const [, { router, candidate, baseline, firstRelease }] of servicesOf(bindings)) {
      const before = baseline ?? firstRelease?.fallback
      if (router === undefined || before === undefined) continue
      const shares = { [before]: 100, [candidate]: 0 }
      const outcome = await this.#ports.drivers.router(router)?.setShares(router, shares, context('demo/traffic'))
      expectDone('set traffic', outcome)
    }
  }

  async #startAll(processes: Readonly<Record<string, ProcessSpec>>): Promise<void> {
    for (const [name, spec] of Object.entries(processes)) {
      expectDone(`start ${name}`, await this.#ports.supervisor.start(name, spec, AbortSignal.timeout(timeoutMs)))
    }
  }

  /** Makes everything new: no data, the baseline deployed, all traffic on it, users arriving. */
  async reset(bindings: Bindings): Promise<void> {
    const { operator, drivers, dataFolder } = this.#ports
    await this.stop()
    await rm(dataFolder, { recursive: true, force: true })
    await mkdir(dataFolder, { recursive: true })
    for (const command of operator.demo?.setUp ?? []) {
      const outcome = await drivers.commandRunner(command)?.run(command, {}, context(`demo/${command}`))
      expectDone(`run ${command}`, outcome)
      if (outcome?.ok && outcome.value.exitCode !== 0)
        throw new DemoFailure(`${command} failed: ${outcome.value.output}`)
    }
    await this.#deployBaselines(bindings)
    await this.#startAll(operator.demo?.processes ?? {})
    await this.#setTraffic(bindings)
    await this.#startAll(operator.demo?.visitors ?? {})
  }

  /** Stops every process of the demo, services too. */
  async stop(): Promise<void> {
    await this.#ports.supervisor.stopAll()
  }

  /** The demo is over and nothing runs any more: the next one starts afresh. */
  async forget(): Promise<void> {
    await rm(this.#ports.sessionFile, { force: true })
  }
}

const context = (effectId: string): EffectContext => ({
  effectId,
  fence: 0,
  signal: AbortSignal.timeout(timeoutMs),
  timeoutMs,
})

function expectDone(what: string, outcome: Outcome<unknown> | undefined): void {
  if (outcome === undefined) throw new DemoFailure(`cannot ${what}: no driver serves it`)
  if (!outcome.ok)
    throw new DemoFailure(
      `cannot ${what}: ${outcome.error.message}${outcome.error.cause ? `\n${outcome.error.cause}` : ''}`,
    )
}
