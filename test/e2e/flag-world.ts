/** A shop behind a flag: a register served by its own process, a controller that moves the flag, a service with the stock client, and its users. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { ControllerApi, ReleaseView } from '../../src/server/contract.ts'
import { connectToController } from '../../src/server/socket-client.ts'
import { freePort } from '../contract/loopback-server.ts'
import { checkout } from './run-demo.ts'

const register = `tidegateFlags: 1
environments: [production]
cohorts:
  internal:
    - email: { endsWith: '@shop.example' }
flags:
  # Moved by the plan.
  checkout.new:
    owner: Checkout
    ticket: SHOP-412
    expires: 2027-03-01
    environments:
      production: { share: 0 }
  rollback.checkout:
    owner: Checkout
    undoes: checkout.new
    deadline: 10s
  automation.reminders:
    owner: Checkout
    requires: { checkout.new: on }
`

const plan = `# The new checkout

## Phase 1: Behind the flag

**Owner:** Release Manager
**Steps:**
1. Try the rollback toggle
2. Turn the flag on

| Stage | Share | Duration |
| --- | --- | --- |
| Internal QA | 0% | 24 hours |
| First users | 10% | 24 hours |
| Everyone | 100% | 24 hours |

**Success criteria:**
- Error rate < 2%

**Rollback triggers:**
- Error rate > 10%

**Rollback:** within 10 seconds, turn the flag off.

## Phase 2: Automation

**Steps:**
1. Turn on the reminders

**Success criteria:**
- Support is content
`

const bindings = `plan: ROLLOUT.md
author: rina
service:
  name: checkout
  flag: { backend: flags, flag: checkout.new }
  candidate: "on"
  baseline: "off"
  arms: { label: variant }
metrics:
  error-rate:
    says: [Error rate]
    source: shop
    events: 'shop_requests_total{code="500"}'
    total: shop_requests_total
phases:
  phase-1:
    cohorts: { Internal QA: internal }
    steps:
      Try the rollback toggle: { drill: { backend: flags, flag: rollback.checkout } }
      Turn the flag on: { rollout: checkout }
  phase-2:
    steps:
      Turn on the reminders: { setFlag: { backend: flags, flag: automation.reminders }, percent: 100 }
criteria:
  Support is content: { signOff: Release Manager }
asks: Release Manager
rollback: { deadline: 10s }
judging: { interval: 500ms, triggerWindow: 5s, staleness: 10s, sampleWait: 60s }
`

/** A day of the plan passes in six seconds. */
const speed = 14_400
const limitMs = 60_000

export class FlagWorld implements AsyncDisposable {
  readonly folder: string
  readonly #ports: { flags: number; sync: number; shop: number }
  readonly #children: ChildProcess[] = []
  readonly log: string[] = []
  readonly #stop = new AbortController()
  #users: Promise<void> = Promise.resolve()

  private constructor(folder: string, ports: { flags: number; sync: number; shop: number }) {
    this.folder = folder
    this.#ports = ports
  }

  static async open(): Promise<FlagWorld> {
    const ports = { flags: await freePort(), sync: await freePort(), shop: await freePort() }
    const world = new FlagWorld(await mkdtemp(join(tmpdir(), 'tidegate-flags-')), ports)
    try {
      await world.#begin()
      return world
    } catch (error) {
      await world[Symbol.asyncDispose]()
      throw error
    }
  }

  async #begin(): Promise<void> {
    const { flags, sync, shop } = this.#ports
    await mkdir(join(this.folder, 'state'), { mode: 0o700 })
    await writeFile(join(this.folder, 'flags.yaml'), register)
    await writeFile(join(this.folder, 'token'), 'a-token-that-is-long-enough-for-a-test\n', { mode: 0o600 })
    await writeFile(join(this.folder, 'operator.yaml'), this.#operator())
    await this.serveFlags()
    this.#run('shop', [join(checkout, 'test/e2e/flag-shop.mjs')], { PORT: `${shop}`, SYNC_PORT: `${sync}` })
    await this.until('the shop', async () => (await fetch(`${this.shopUrl}/?user=first`)).ok)
    this.#main('controller', 'serve', '--operator', 'operator.yaml')
    await this.until('a controller', async () => (await connectToController(join(this.folder, 'state'))) !== undefined)
    this.#users = this.#ask()
    void flags
  }

  #operator(): string {
    return `people:
  rina: { name: Rina, groups: [Team] }
  mara: { name: Mara, groups: [Release Manager] }
targets: {}
metricSources:
  shop: { driver: prometheus-text, urls: ["${this.shopUrl}/metrics"] }
flagBackends:
  flags:
    driver: tidegate-flags
    url: ${this.flagsUrl}
    token: { file: token }
    environment: production
    cohorts: [internal]
demo: { setUp: [], processes: {} }
`
  }

  get shopUrl(): string {
    return `http://127.0.0.1:${this.#ports.shop}`
  }

  get flagsUrl(): string {
    return `http://127.0.0.1:${this.#ports.flags}`
  }

  /** The flag server, again after it was killed. */
  async serveFlags(): Promise<ChildProcess> {
    const { flags, sync } = this.#ports
    const listening = ['--port', `${flags}`, '--sync-port', `${sync}`]
    const child = this.#main(
      'flags',
      'serve',
      '--flags',
      'flags.yaml',
      '--environment',
      'production',
      '--admin-token-file',
      'token',
      ...listening,
    )
    await this.until('the flag server', async () => (await this.#admin('/register')).ok)
    return child
  }

  #main(name: string, ...line: string[]): ChildProcess {
    return this.#run(name, [join(checkout, 'src/main.ts'), '--state', join(this.folder, 'state'), ...line])
  }

  #run(name: string, args: string[], env: Record<string, string> = {}): ChildProcess {
    const child = spawn(process.execPath, args, {
      cwd: this.folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) =>
        this.log.push(
          ...`${chunk}`
            .trimEnd()
            .split('\n')
            .map((line) => `${name}: ${line}`),
        ),
      )
    this.#children.push(child)
    return child
  }

  #admin(path: string): Promise<Response> {
    return fetch(`${this.flagsUrl}/admin/v1${path}`, {
      headers: { authorization: 'Bearer a-token-that-is-long-enough-for-a-test' },
    })
  }

  /** The newest first. */
  async history(): Promise<{ cause?: { release?: string; effect?: string }; lines?: string[] }[]> {
    const { entries } = (await (await this.#admin('/history?limit=100')).json()) as { entries: [] }
    return entries
  }

  registerText(): Promise<string> {
    return readFile(join(this.folder, 'flags.yaml'), 'utf8')
  }

  async api(): Promise<ControllerApi> {
    const api = await connectToController(join(this.folder, 'state'))
    if (!api) throw new Error(`the controller is gone: ${this.log.join('\n')}`)
    return api
  }

  async start(): Promise<string> {
    const answer = await (await this.api()).start({
      document: { path: 'ROLLOUT.md', text: plan },
      companions: [],
      bindings: { path: 'tidegate.yaml', text: bindings },
      actor: 'rina',
      speed,
      acknowledge: ['*'],
    })
    if (!answer.ok) throw new Error(JSON.stringify(answer.problem, null, 2))
    return answer.value.releaseId
  }

  async view(releaseId: string): Promise<ReleaseView> {
    const answer = await (await this.api()).release(releaseId)
    if (!answer.ok) throw new Error(JSON.stringify(answer.problem))
    return answer.value
  }

  /** What a user meets. */
  async variantFor(user: string, email = ''): Promise<string> {
    return (await fetch(`${this.shopUrl}/?user=${user}&email=${encodeURIComponent(email)}`)).text()
  }

  async breakNewCheckout(): Promise<void> {
    await fetch(`${this.shopUrl}/break`)
  }

  async until(what: string, done: () => Promise<boolean>): Promise<void> {
    for (const untilMs = performance.now() + limitMs; performance.now() < untilMs; await pause(100)) {
      if (await done().catch(() => false)) return
    }
    throw new Error(`${what} did not come within ${limitMs} ms\n${this.log.join('\n')}`)
  }

  /** Twenty users at a time, each a new one; every fifth is staff. */
  async #ask(): Promise<void> {
    for (let count = 0; !this.#stop.signal.aborted; await pause(20)) {
      const users = Array.from({ length: 20 }, () => count++)
      await Promise.all(
        users.map((user) =>
          this.variantFor(`user-${user}`, user % 5 === 0 ? `user-${user}@shop.example` : '').catch(() => ''),
        ),
      )
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort()
    await this.#users
    for (const child of this.#children) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      child.kill('SIGKILL')
      await once(child, 'close')
    }
    await rm(this.folder, { recursive: true, force: true })
  }
}
