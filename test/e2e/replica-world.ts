/**
 * Three controllers on one real PostgreSQL around one real proxy, with users that never stop asking. Each controller reaches the database and the
 * proxy's admin interface by ways of its own, which can be cut.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ProcessSpec } from '../../src/core/plan/operator.ts'
import type { EventEnvelope } from '../../src/core/release/events.ts'
import type { Shares } from '../../src/core/release/evidence.ts'
import { createSupervisor } from '../../src/drivers/deploy/supervisor.ts'
import type { ControllerApi } from '../../src/server/contract.ts'
import { connectToController } from '../../src/server/socket-client.ts'
import { openPostgresStore } from '../../src/store/postgres.ts'
import { DroppingProxy } from '../contract/dropping-proxy.ts'
import { freePort } from '../contract/loopback-server.ts'
import { PostgresServer, password } from '../contract/postgres-server.ts'
import { type ProxyProcess, startProxy } from '../contract/proxy-process.ts'
import { tinyService } from '../contract/tiny-service.ts'
import { checkout } from './run-demo.ts'

const plan = (version: string, bad: string) => `
tidegate: 1
title: Replicas
metadata: { Version: ${version} }
owners: [Release Manager]
phases:
  - name: "Phase 1: Canary"
    objective: Raise the share of a version that is ${bad}
    steps: [Raise the share]
    stages:
      - { name: First, share: 10%, timing: 24h }
      - { name: Second, share: 50%, timing: 24h }
      - { name: Third, share: 100%, timing: 24h }
    success: [Error rate < 1%]
    rollBackWhen: [Error rate >= 1%]
rollback: { within: 10 min, steps: [Set the share to zero] }
`

const bindings = (candidate: string) => `
plan: plan.yaml
author: rina
service: { name: backend, candidate: ${candidate}, baseline: v1, router: proxy, deployer: backend, arms: { label: version } }
metrics:
  error-rate:
    says: [Error rate]
    source: router
    events: 'tidegate_proxy_requests_total{code=~"5.."}'
    total: tidegate_proxy_requests_total
    minimumSamples: 20
    triggerSamples: 10
phases: { phase-1: { steps: { Raise the share: { rollout: backend } } } }
asks: Release Manager
rollback: { deadline: 10m, steps: { Set the share to zero: { covered: share 0 is all it takes } } }
judging: { interval: 500ms, triggerWindow: 5s, staleness: 10s, sampleWait: 60s }
`

/** A day of the plan passes in four seconds. */
const speed = 21_600

interface Replica {
  child: ChildProcess
  stateDir: string
  /** Its ways to the database and to the proxy. */
  database: DroppingProxy
  proxy: DroppingProxy
}

/** What the proxy held at a moment, and what users met since the start. */
interface Sample {
  atMs: number
  shares: Shares
}

export class ReplicaWorld {
  readonly folder: string
  readonly server: PostgresServer
  readonly url: string
  readonly proxy: ProxyProcess
  readonly #ports: Record<string, number>
  readonly replicas: Replica[] = []
  readonly samples: Sample[] = []
  readonly users = { requests: 0, errors: 0 }
  readonly #stop = new AbortController()
  readonly #loops: Promise<void>[] = []

  private constructor(
    folder: string,
    parts: { server: PostgresServer; url: string; proxy: ProxyProcess },
    ports: Record<string, number>,
  ) {
    this.folder = folder
    this.server = parts.server
    this.url = parts.url
    this.proxy = parts.proxy
    this.#ports = ports
  }

  static async open(replicas: number): Promise<ReplicaWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'tidegate-replicas-'))
    const server = await PostgresServer.start()
    const parts = { server, url: await server.newDatabase(), proxy: await startProxy() }
    const ports = { v1: await freePort(), good: await freePort(), bad: await freePort() }
    const world = new ReplicaWorld(folder, parts, ports)
    try {
      await world.#startServices()
      for (let index = 0; index < replicas; index++) await world.#startReplica(index)
      world.#loops.push(world.#ask(), world.#watch())
      return world
    } catch (error) {
      await world.close()
      throw error
    }
  }

  async #startServices(): Promise<void> {
    await mkdir(join(this.folder, 'processes'))
    const supervisor = createSupervisor({ folder: join(this.folder, 'processes'), cwd: this.folder })
    for (const [version, spec] of Object.entries(this.#versions())) {
      const started = await supervisor.start(`backend@${version}`, spec, AbortSignal.timeout(30_000))
      if (!started.ok) throw new Error(started.error.message)
    }
    await this.giveAllToBaseline()
  }

  #versions() {
    const { v1 = 0, good = 0, bad = 0 } = this.#ports
    // It answers for its health, and fails everybody else.
    const failing = `require('node:http').createServer((request, response) => response.writeHead(request.url === '/health' ? 200 : 500).end()).listen(Number(process.env.PORT), '127.0.0.1')`
    const ready = { readyTimeoutMs: 30_000 }
    return {
      v1: tinyService(v1, ready),
      good: tinyService(good, ready),
      bad: tinyService(bad, { ...ready, script: failing }),
    }
  }

  #backends(): Record<string, string> {
    return Object.fromEntries(
      Object.entries(this.#ports).map(([version, port]) => [version, `http://127.0.0.1:${port}`]),
    )
  }

  /** As an operator would after a release, with the newest fence. */
  async giveAllToBaseline(): Promise<void> {
    const { fence } = (await (await fetch(`${this.proxy.admin}/shares`)).json()) as { fence: number }
    await this.proxy.put({ shares: { v1: 100 }, fence, effectId: 'reset', backends: this.#backends() })
  }

  async #startReplica(index: number): Promise<void> {
    const stateDir = join(this.folder, `state-${index}`)
    await mkdir(stateDir, { mode: 0o700 })
    // One machine: whoever deploys finds the processes of the others.
    await symlink(join(this.folder, 'processes'), join(stateDir, 'processes'))
    const database = await DroppingProxy.start(this.server.port)
    const proxy = await DroppingProxy.start(Number(new URL(this.proxy.admin).port))
    const operatorFile = join(this.folder, `operator-${index}.json`)
    const bare = new URL(this.url)
    bare.password = ''
    bare.port = `${database.port}`
    const admin = `http://127.0.0.1:${proxy.port}`
    const operator = {
      people: { rina: { name: 'Rina', groups: ['Team'] }, mara: { name: 'Mara', groups: ['Release Manager'] } },
      targets: {
        backend: { driver: 'process', mode: 'beside', versions: asWritten(this.#versions()) },
        proxy: { driver: 'embedded-proxy', admin, backends: this.#backends() },
      },
      metricSources: { router: { driver: 'prometheus-text', urls: [`${admin}/metrics`] } },
      demo: { setUp: [], processes: {} },
      store: { driver: 'postgres', url: bare.href, password: { env: 'REPLICA_DATABASE_PASSWORD' } },
    }
    await writeFile(operatorFile, JSON.stringify(operator))
    const args = [join(checkout, 'src/main.ts'), '--state', stateDir, 'serve', '--operator', operatorFile]
    const env = { ...process.env, REPLICA_DATABASE_PASSWORD: password }
    const child = spawn(process.execPath, args, { cwd: checkout, env, stdio: ['ignore', 'ignore', 'pipe'] })
    child.stderr.on('data', (chunk: Buffer) => {
      for (const line of `${chunk}`.trimEnd().split('\n')) this.log.push(`replica ${index}: ${line}`)
    })
    this.replicas.push({ child, stateDir, database, proxy })
    await this.until('a controller', async () => (await connectToController(stateDir)) !== undefined)
  }

  /** What the controllers said, for whoever has to find out why a test failed. */
  readonly log: string[] = []

  async start(candidate: 'good' | 'bad'): Promise<string> {
    const api = await this.api(0)
    const answer = await api.start({
      document: { path: 'plan.yaml', text: plan(candidate, candidate) },
      companions: [],
      bindings: { path: 'tidegate.yaml', text: bindings(candidate) },
      actor: 'rina',
      speed,
      acknowledge: ['*'],
    })
    if (!answer.ok) throw new Error(JSON.stringify(answer.problem, null, 2))
    return answer.value.releaseId
  }

  async api(index: number): Promise<ControllerApi> {
    const api = await connectToController(this.replicas[index]?.stateDir ?? '')
    if (!api) throw new Error(`controller ${index} is gone: ${this.log.join('\n')}`)
    return api
  }

  /** Straight from the database. */
  async events(releaseId: string): Promise<EventEnvelope[]> {
    const opened = await openPostgresStore({ url: this.url })
    if (!opened.ok) throw new Error(opened.message)
    const events = await opened.store.read(`default/${releaseId}`)
    await opened.store.close()
    return events
  }

  async until(what: string, done: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
    for (const untilMs = performance.now() + timeoutMs; performance.now() < untilMs; await pause(100)) {
      if (await done().catch(() => false)) return
    }
    throw new Error(`${what} did not come within ${timeoutMs} ms\n${this.log.join('\n')}`)
  }

  /** Users, each a new one. */
  async #ask(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const one = async () => {
        this.users.requests++
        const answer = await fetch(this.proxy.url).catch(() => undefined)
        await answer?.arrayBuffer().catch(() => undefined)
        if (!answer?.ok) this.users.errors++
      }
      await Promise.all([one(), one(), one(), one(), one()])
      await pause(40)
    }
  }

  async #watch(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const answer = await fetch(`${this.proxy.admin}/shares`).catch(() => undefined)
      if (answer?.ok) {
        const { shares } = (await answer.json()) as { shares: Shares }
        this.samples.push({ atMs: Date.now(), shares })
      }
      await pause(25)
    }
  }

  async close(): Promise<void> {
    this.#stop.abort()
    await Promise.all(this.#loops)
    for (const { child, database, proxy } of this.replicas) {
      child.kill('SIGCONT')
      child.kill('SIGKILL')
      await database.close()
      await proxy.close()
    }
    await createSupervisor({ folder: join(this.folder, 'processes'), cwd: this.folder }).stopAll()
    await this.proxy[Symbol.asyncDispose]()
    await this.server.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

/** Times as an operator writes them. */
const asWritten = (versions: Record<string, ProcessSpec>): Record<string, object> =>
  Object.fromEntries(
    Object.entries(versions).map(([name, spec]) => [name, { ...spec, readyTimeout: `${spec.readyTimeout / 1_000}s` }]),
  )
