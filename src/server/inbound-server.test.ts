/** Calls of outside systems over real HTTP, to a controller whose release waits for them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { noDrivers } from '../../test/fixtures/no-drivers.ts'
import { plan as examplePlan } from '../../test/fixtures/plan.ts'
import { Operator } from '../core/plan/operator.ts'
import type { Plan } from '../core/plan/plan.ts'
import { createStandardWebhookVerifier } from '../drivers/hooks/standard-webhook.ts'
import { sign } from '../drivers/standard-webhook.ts'
import type { DriverSet } from '../ports/drivers.ts'
import { ReleaseRunner } from '../runtime/release-runner.ts'
import { createSoleLeases } from '../runtime/sole-leases.ts'
import { VirtualClock } from '../runtime/virtual-clock.ts'
import { createMemoryStore } from '../store/memory.ts'
import { Problem } from './contract.ts'
import { Controller } from './controller.ts'
import { type InboundServer, serveInbound } from './inbound-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'tidegate-inbound-'))
afterAll(() => rmSync(folder, { recursive: true }))
const secret = 'a signing secret of thirty-odd bytes'
const operator = Operator.parse({
  people: { rina: { name: 'Rina', groups: ['Release Manager'] } },
  targets: {},
  hooks: { qa: { secret: { file: 'qa' } }, ci: { secret: { file: 'ci' } }, broken: { secret: { file: 'missing' } } },
  inbound: { listen: '127.0.0.1:0' },
})
writeFileSync(join(folder, 'qa'), secret)
writeFileSync(join(folder, 'ci'), 'another signing secret, as long')

const source = { start: 1, end: 1 }
const gateOf = (hook: string) => ({
  id: `gate/${hook}`,
  text: `${hook} agrees`,
  source,
  kind: 'webhook' as const,
  hook,
})
/** Its first phase waits for the hook, then for a person. */
const planFor = (hook: string): Plan => {
  const [first, ...rest] = examplePlan.phases
  if (!first) throw new Error('the example has phases')
  return { ...examplePlan, phases: [{ ...first, entry: [gateOf(hook), ...first.entry] }, ...rest] }
}

const verifier = createStandardWebhookVerifier(operator.hooks, { folder })
const drivers: DriverSet = {
  ...noDrivers,
  hookVerifier: (hook) => (Object.hasOwn(operator.hooks, hook) ? verifier : undefined),
}

/** `r1` and `r2` wait for `qa`, `r3` for `ci`; a second has passed since the controller started. */
let controller: Controller
let server: InboundServer
let clock: VirtualClock
let ids = 0

beforeEach(async () => {
  clock = new VirtualClock()
  const store = createMemoryStore()
  for (const [releaseId, hook] of Object.entries({ r1: 'qa', r2: 'qa', r3: 'ci' })) {
    const start = { projectId: 'default', digest: 'd', speed: 1, acknowledged: [], plan: planFor(hook), releaseId }
    const actor = { id: 'rina', name: 'Rina', demo: false }
    const runner = new ReleaseRunner({ store, drivers, clock }, `default/${releaseId}`)
    await runner.submit({ type: 'start', start: { type: 'start', ...start }, actor })
  }
  controller = new Controller({
    store,
    leases: createSoleLeases(),
    drivers,
    clock,
    operator,
    purpose: 'run',
    version: '0',
    onStopped: () => undefined,
  })
  await controller.resume()
  const hear: Controller['hear'] = (...call) => controller.hear(...call)
  server = await serveInbound({ hear, drivers, clock }, { listen: '127.0.0.1:0' })
  await clock.advance(1_000)
})
afterEach(async () => {
  await server.close()
  await controller.close()
})

interface Call {
  hook?: string
  id?: string
  key?: string
  /** Seconds from now. */
  at?: number
  headers?: Record<string, string>
}
const passed = { verdict: 'passed', summary: '120 cases, none failed' }

async function call(
  body: object | string,
  { hook = 'qa', id = `msg_${++ids}`, key = secret, at = 0, headers }: Call = {},
) {
  const payload = typeof body === 'string' ? body : JSON.stringify(body)
  const signed = sign(key, { id, timestamp: Math.floor(clock.wallMs() / 1_000) + at, payload })
  if (!signed.ok) throw new Error(signed.error.message)
  const response = await fetch(`${server.url}/v1/hooks/${hook}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed.value, ...headers },
    body: payload,
  })
  const answer: unknown = await response.json()
  return { status: response.status, answer, retryAfter: response.headers.get('retry-after') }
}
const refused = (status: number, detail: string) => ({
  status,
  answer: { status, detail: expect.stringContaining(detail) },
})
async function heardBy(releaseId: string) {
  const events = await controller.events(releaseId, 1)
  if (!events.ok) throw new Error(events.problem.detail)
  return events.value.flatMap(({ event }) => (event.type === 'WebhookReceived' ? [event.evidence] : []))
}

describe('a signed call', () => {
  it('speaks for every release that waits for its hook, and for no other', async () => {
    const body = { ...passed, details: ['login: 12 of 12'], subject: { commit: 'abc' } }
    expect(await call(body)).toMatchObject({
      status: 202,
      answer: {
        heard: [
          { releaseId: 'r1', gateIds: ['gate/qa'] },
          { releaseId: 'r2', gateIds: ['gate/qa'] },
        ],
      },
    })
    expect(await heardBy('r1')).toEqual([{ ...body, digest: expect.stringMatching(/^[0-9a-f]{64}$/) }])
    expect([(await heardBy('r2')).length, (await heardBy('r3')).length]).toEqual([1, 0])
    const view = await controller.release('r1')
    expect(view.ok && view.value.waits.map(({ gateId }) => gateId)).toEqual(['staging/prepared'])
  })

  it('speaks for the one release that it names', async () => {
    expect(await call({ ...passed, releaseId: 'r2' })).toMatchObject({
      status: 202,
      answer: { heard: [{ releaseId: 'r2' }] },
    })
    expect(await heardBy('r1')).toEqual([])
  })

  it('that says no leaves the gate shut, and a later yes opens it', async () => {
    await call({ verdict: 'failed', summary: '2 of 120 cases failed', releaseId: 'r1' })
    const before = await controller.release('r1')
    expect(before.ok && before.value.waits[0]?.what).toContain('last failed: 2 of 120 cases failed')
    await call({ ...passed, releaseId: 'r1' })
    const after = await controller.release('r1')
    expect(after.ok && after.value.waits.map(({ gateId }) => gateId)).toEqual(['staging/prepared'])
  })

  it('keeps no secret that it brings', async () => {
    await call({ ...passed, releaseId: 'r1', summary: 'token ghp_0123456789abcdefghijABCDEFGHIJ456789 works' })
    expect(JSON.stringify(await heardBy('r1'))).not.toContain('ghp_0123456789')
  })
})

describe('nothing is heard', () => {
  afterEach(async () => {
    for (const releaseId of ['r1', 'r2']) expect(await heardBy(releaseId)).toEqual([])
  })

  it.each<[string, Call]>([
    ['signed with another secret', { key: 'somebody else’s secret, long enough' }],
    ['signed by another hook', { hook: 'ci' }],
    ['signed before the tolerance', { at: -301 }],
    ['signed for a time to come', { at: 301 }],
    ['with another id', { headers: { 'webhook-id': 'msg_x' } }],
    ['not signed', { headers: { 'webhook-signature': '' } }],
  ])('%s', async (_, options) => {
    expect(await call(passed, options)).toMatchObject(refused(401, ''))
  })

  it('over another body than the one signed', async () => {
    const payload = JSON.stringify(passed)
    const signed = sign(secret, { id: 'm', timestamp: Math.floor(clock.wallMs() / 1_000), payload })
    const headers = { 'content-type': 'application/json', ...(signed.ok ? signed.value : {}) }
    const response = await fetch(`${server.url}/v1/hooks/qa`, { method: 'POST', headers, body: `${payload} ` })
    expect(response.status).toBe(401)
  })

  it('sent before this controller started, which may have been taken then', async () => {
    expect(await call(passed, { at: -2 })).toMatchObject(refused(401, 'before this controller started'))
  })

  it('by a hook that nobody knows, or about a release that nobody knows', async () => {
    expect(await call(passed, { hook: 'nobody' })).toMatchObject(refused(404, 'there is no hook nobody'))
    expect(await call(passed, { hook: 'constructor' })).toMatchObject(refused(404, 'there is no hook constructor'))
    expect(await call({ ...passed, releaseId: 'r9' })).toMatchObject(refused(404, 'there is no release r9'))
  })

  it('about a release that waits for somebody else', async () => {
    expect(await call({ ...passed, releaseId: 'r3' })).toMatchObject(refused(409, 'no release waits for qa now'))
  })

  it.each<[string, string | object, number, string]>([
    ['no JSON', '{"verdict"', 400, 'the body is not JSON'],
    ['another verdict', { ...passed, verdict: 'fine' }, 400, 'verdict'],
    ['nothing said', { verdict: 'passed' }, 400, 'summary'],
    ['more than is known', { ...passed, force: true }, 400, 'force'],
    ['too much', { ...passed, details: Array(51).fill('x') }, 400, 'details'],
    ['too many bytes', `${JSON.stringify(passed)}${' '.repeat(65_536)}`, 413, 'too large'],
  ])('of %s', async (_, body, status, detail) => {
    expect(await call(body)).toMatchObject(refused(status, detail))
  })

  it('that is no JSON by its type', async () => {
    expect(await call(passed, { headers: { 'content-type': 'text/plain' } })).toMatchObject(refused(415, 'Unsupported'))
  })

  it('when nobody can tell who calls, and the caller is not told why', async () => {
    const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { status, answer } = await call(passed, { hook: 'broken' })
    expect([status, JSON.stringify(answer)]).toEqual([500, expect.not.stringContaining('missing')])
    expect(log.mock.calls.join('')).toContain('the secret file missing cannot be read')
    log.mockRestore()
  })
})

describe('a message', () => {
  it('counts once, at the same time too', async () => {
    const again = { id: 'msg_once' }
    const both = await Promise.all([call(passed, again), call(passed, again)])
    expect(both.map(({ status }) => status).sort()).toEqual([202, 409])
    expect(await call(passed, again)).toMatchObject(refused(409, 'message msg_once was taken already'))
    expect(await heardBy('r1')).toHaveLength(1)
  })

  it('may come again when nobody waited for it', async () => {
    const again = { id: 'msg_early' }
    expect(await call({ ...passed, releaseId: 'r3' }, again)).toMatchObject({ status: 409 })
    expect(await call({ ...passed, releaseId: 'r1' }, again)).toMatchObject({ status: 202 })
  })

  it('with an endless id is refused', async () => {
    expect(await call(passed, { id: 'x'.repeat(201) })).toMatchObject(refused(400, 'webhook-id is longer than 200'))
  })
})

describe('limits', () => {
  it('lets a hook call sixty times a minute', async () => {
    const calls = []
    for (let i = 0; i < 61; i++) calls.push(await call({ ...passed, releaseId: 'r3' }))
    expect(calls.map(({ status }) => status)).toEqual([...Array(60).fill(409), 429])
    expect(calls.at(-1)).toMatchObject({ retryAfter: '60', answer: { detail: expect.stringContaining('60 s') } })
    await clock.advance(60_000)
    expect(await call({ ...passed, releaseId: 'r3' })).toMatchObject({ status: 409 })
  })

  it('lets an address ask a hundred and twenty times a minute, signed or not', async () => {
    const statuses = []
    for (let i = 0; i < 121; i++) statuses.push((await fetch(`${server.url}/`)).status)
    expect(statuses).toEqual([...Array(120).fill(404), 429])
    expect(await call(passed)).toMatchObject({ status: 429 })
  })
})

it.each([
  ['GET', '/v1/hooks/qa'],
  ['GET', '/v1/info'],
  ['POST', '/v1/projects/default/releases'],
  ['POST', '/v1/projects/default/releases/r1/commands'],
])('serves no %s %s', async (method, path) => {
  const response = await fetch(`${server.url}${path}`, { method })
  expect(response.status).toBe(404)
  expect(Problem.parse(await response.json()).detail).toBe('there is only POST /v1/hooks/NAME')
})

it('answers what is no HTTP and goes on', async () => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  const answer = await new Promise<string>((resolve) => {
    socket.on('data', (data) => resolve(data.toString()))
    socket.write('nonsense\r\n\r\n')
  })
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  socket.destroy()
  expect(await call(passed)).toMatchObject({ status: 202 })
})

it('says that its address is taken', async () => {
  const { host } = new URL(server.url)
  const second = serveInbound({ hear: controller.hear.bind(controller), drivers, clock }, { listen: host })
  await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
