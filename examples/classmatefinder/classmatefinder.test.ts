/** The example as it really runs: backend, mailbox and users as processes of their own, on ports the system chooses. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { migrate, newestMigration } from './backend/migrations.ts'
import { killLaunched, type Running, runToEnd, startProcess } from './process/launch-process.ts'

type Person = ReturnType<typeof newPerson>

const windowMs = 1000
let folder = ''
let mailbox: Running
let databasePath = ''
let people = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'classmatefinder-'))
  mailbox = await startProcess(['mailbox/main.ts'], { SMTP_PORT: '0', HTTP_PORT: '0' })
})
beforeEach(() => {
  people += 1
  databasePath = join(folder, `${people}.db`)
  migrate(databasePath, newestMigration, Date.now())
})
afterAll(() => {
  killLaunched()
  rmSync(folder, { recursive: true })
})

test('a student registers, reads the mail, opens its link, logs in and reads the profile', async () => {
  const backend = await startBackend('v0.1.0')
  const ada = newPerson()
  expect(await post(backend, 'register', ada)).toMatchObject({ status: 201, body: { email: ada.email } })
  expect(await post(backend, 'register', ada)).toMatchObject({ status: 409 })
  expect(await post(backend, 'login', ada)).toMatchObject({ status: 403 })
  expect(await openLink(ada.email)).toMatchObject({ status: 200, body: { verified: true } })
  expect(await post(backend, 'login', { ...ada, password: 'Wrong-pass-1' })).toMatchObject({ status: 401 })
  const token = await logIn(backend, ada)
  expect(await call(`${backend.url}/api/profile`, { token })).toMatchObject({
    status: 200,
    version: 'v0.1.0',
    body: { email: ada.email, firstName: 'Ada', about: null },
  })
  expect(await call(`${backend.url}/api/profile`)).toMatchObject({ status: 401 })
  const change = { method: 'PUT', token, json: { about: 'Likes tides.' } }
  expect(await call(`${backend.url}/api/profile`, change)).toMatchObject({
    status: 200,
    body: { about: 'Likes tides.' },
  })
  expect(await backend.stop()).toBe(0)
})

test('a registration that is wrong is told field by field', async () => {
  const backend = await startBackend('v0.0.9')
  const answer = await post(backend, 'register', { email: 'ada@example.com', username: 'a', password: 'short' })
  const fields = {
    email: 'must be at a university: .edu, .ubc.ca',
    username: expect.stringContaining('3 to 64'),
    password: expect.stringContaining('8 characters'),
    firstName: 'is missing',
  }
  expect(answer).toEqual({ status: 400, version: 'v0.0.9', body: { error: 'invalid fields', fields } })
  await backend.stop()
})

test('an account of the old version on the old database lives on after the migration, in both versions', async () => {
  databasePath = join(folder, 'old.db')
  await runToEnd(['backend/migrate.ts', '--database', databasePath, '--to', '1'])
  expect(await runBackend('v0.1.0')).toMatchObject({ code: 1, stderr: expect.stringContaining('v0.1.0 needs 2; run:') })
  const old = await startBackend('v0.0.9')
  const ada = newPerson()
  await post(old, 'register', ada)
  await openLink(ada.email)
  expect(await runToEnd(['backend/migrate.ts', '--database', databasePath])).toEqual({ code: 0, stderr: '' })
  const token = await logIn(old, ada)
  expect(await call(`${old.url}/api/profile`, { method: 'PUT', token, json: {} })).toMatchObject({ status: 404 })
  const next = await startBackend('v0.1.0', { SCRYPT_COST: '2048' })
  expect(await call(`${next.url}/api/profile`, { token })).toMatchObject({ status: 200, body: { email: ada.email } })
  await logIn(next, ada)
  await Promise.all([old.stop(), next.stop()])
})

test('metrics count the API and not the looks at health and metrics', async () => {
  const backend = await startBackend('v0.1.0')
  await post(backend, 'register', newPerson())
  await call(`${backend.url}/api/nowhere`)
  expect(await call(`${backend.url}/health`)).toMatchObject({ status: 200, body: { status: 'ok', version: 'v0.1.0' } })
  const counted = (method: string, route: string, status: number) =>
    `http_requests_total{method="${method}",route="${route}",status="${status}",version="v0.1.0"}`
  expect(await readMetrics(backend)).toMatchObject({
    'http_requests_received_total{version="v0.1.0"}': 2,
    [counted('POST', '/api/auth/register', 201)]: 1,
    [counted('GET', 'unmatched', 404)]: 1,
    'http_request_duration_seconds_count{version="v0.1.0",route="/api/auth/register"}': 1,
    'registrations_total{version="v0.1.0"}': 1,
    'mails_failed_total{version="v0.1.0"}': 0,
    'database_errors_total{version="v0.1.0"}': 0,
    'email_verification_outcomes_total{outcome="verified",version="v0.1.0"}': 0,
  })
  await backend.stop()
})

test('each registration is classified once, also when the process was killed before its window had passed', async () => {
  const first = await startBackend('v0.1.0')
  const [ada, eve] = [newPerson(), newPerson()]
  await post(first, 'register', ada)
  await openLink(ada.email)
  await expect.poll(() => outcomes(first), { timeout: 5000 }).toEqual({ verified: 1, missed: 0 })
  await post(first, 'register', eve)
  await first.stop('SIGKILL')
  const second = await startBackend('v0.1.0')
  await expect.poll(() => outcomes(second), { timeout: 5000 }).toEqual({ verified: 0, missed: 1 })
  await second.stop()
  const third = await startBackend('v0.1.0')
  await sleep(400)
  expect(await outcomes(third)).toEqual({ verified: 0, missed: 0 })
  await third.stop()
})

test('FAULT=errors fails 3 of 25 requests of the candidate, none of the baseline, and leaves health alone', async () => {
  const [baseline, candidate] = await Promise.all(
    ['v0.0.9', 'v0.1.0'].map((version) => startBackend(version, { FAULT: 'errors' })),
  )
  if (baseline === undefined || candidate === undefined) return expect.fail('not started')
  const statuses = async (backend: Running): Promise<number[]> => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => call(`${backend.url}/api/profile`)))
    return answers.map(({ status }) => status)
  }
  expect((await statuses(candidate)).filter((status) => status === 500)).toHaveLength(12)
  expect((await statuses(baseline)).filter((status) => status === 500)).toHaveLength(0)
  expect(await call(`${candidate.url}/health`)).toMatchObject({ status: 200 })
  await Promise.all([baseline.stop(), candidate.stop()])
})

test('FAULT=slow delays 3 of 20 requests, and a stop does not wait for them', async () => {
  const backend = await startBackend('v0.1.0', { FAULT: 'slow' })
  let answered = 0
  for (let request = 0; request < 20; request += 1)
    call(`${backend.url}/api/profile`).then(
      () => {
        answered += 1
      },
      () => {},
    )
  await expect.poll(() => answered, { timeout: 2000 }).toBe(17)
  const since = performance.now()
  expect(await backend.stop()).toBe(0)
  expect(performance.now() - since).toBeLessThan(2000)
})

test('FAULT=crash ends the process after 40 requests', async () => {
  const backend = await startBackend('v0.1.0', { FAULT: 'crash' })
  for (let request = 1; request <= 40; request += 1) await call(`${backend.url}/api/profile`)
  expect(await backend.exited).toBe(70)
})

test('FAULT=verification drops the mail and says nothing', async () => {
  const backend = await startBackend('v0.1.0', { FAULT: 'verification' })
  const ada = newPerson()
  expect(await post(backend, 'register', ada)).toMatchObject({ status: 201 })
  expect(await call(`${mailbox.url}/messages?to=${ada.email}&wait=500`)).toMatchObject({ status: 200, body: [] })
  expect(await readMetrics(backend)).toMatchObject({
    'mails_sent_total{version="v0.1.0"}': 1,
    'mails_failed_total{version="v0.1.0"}': 0,
  })
  await backend.stop()
})

test('what keeps it from starting is one clear line', async () => {
  const backend = await startBackend('v0.0.9')
  expect(await runBackend('v0.0.9', { PORT: String(backend.ports.port) })).toEqual({
    code: 1,
    stderr: `PORT: another process listens on 127.0.0.1:${backend.ports.port}; stop it or choose another port\n`,
  })
  expect(await runBackend('v9')).toMatchObject({ code: 1, stderr: expect.stringContaining('there is no version v9') })
  expect(await runBackend('v0.0.9', { JWT_SECRET: 'x' })).toMatchObject({
    stderr: 'Environment: JWT_SECRET must have at least 32 characters\n',
  })
  await backend.stop()
})

test('synthetic users complete their journeys, and are told apart by version', async () => {
  const backend = await startBackend('v0.1.0', { UNIVERSITY_DOMAINS: '.ualberta.ca' })
  const users = await startProcess(['users/main.ts'], {
    BASE_URL: backend.url,
    MAILBOX_URL: mailbox.url,
    CONTROL_PORT: '0',
    USERS_PER_SECOND: '0',
  })
  expect(await call(`${users.url}/rate`, { method: 'POST', json: { usersPerSecond: 900 } })).toMatchObject({
    status: 400,
  })
  await call(`${users.url}/rate`, { method: 'POST', json: { usersPerSecond: 10 } })
  const stats = async () => statsBody.parse((await call(`${users.url}/stats`)).body)
  await expect
    .poll(async () => (await stats()).journeys.finished, { timeout: 10_000, interval: 200 })
    .toBeGreaterThan(5)
  const { errors, requests, byVersion } = await stats()
  expect(errors).toBe(0)
  expect(byVersion).toEqual({ 'v0.1.0': { requests, errors: 0 } })
  expect(await users.stop()).toBe(0)
  expect(await backend.stop()).toBe(0)
})

const traffic = { requests: z.number(), errors: z.number() }
const statsBody = z.object({
  ...traffic,
  byVersion: z.record(z.string(), z.object(traffic)),
  journeys: z.object({ finished: z.number() }),
})

function newPerson() {
  people += 1
  return { email: `ada${people}@cs.ubc.ca`, username: `ada${people}`, password: 'Secret-pass-1', firstName: 'Ada' }
}

function environment(more: Record<string, string>): Record<string, string> {
  return {
    PORT: '0',
    DATABASE_PATH: databasePath,
    JWT_SECRET: 'only-for-tests-only-for-tests-only',
    SMTP_URL: `smtp://127.0.0.1:${mailbox.ports.smtpPort}`,
    UNIVERSITY_DOMAINS: '.edu,.ubc.ca',
    SCRYPT_COST: '1024',
    VERIFICATION_WINDOW_MS: String(windowMs),
    ...more,
  }
}

function startBackend(version: string, more: Record<string, string> = {}): Promise<Running> {
  return startProcess(['backend/main.ts', '--version', version], environment(more))
}

function runBackend(version: string, more: Record<string, string> = {}) {
  return runToEnd(['backend/main.ts', '--version', version], environment(more))
}

interface Answer {
  readonly status: number
  readonly version: string | null
  readonly body: unknown
}

async function call(
  url: string,
  { method = 'GET', json, token }: { method?: string; json?: object; token?: string } = {},
): Promise<Answer> {
  const headers = {
    ...(json && { 'content-type': 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
  }
  const response = await fetch(url, { method, headers, ...(json && { body: JSON.stringify(json) }) })
  return { status: response.status, version: response.headers.get('x-version'), body: await response.json() }
}

function post(backend: Running, action: 'register' | 'login', json: object): Promise<Answer> {
  return call(`${backend.url}/api/auth/${action}`, { method: 'POST', json })
}

async function openLink(email: string): Promise<Answer> {
  const { body } = await call(`${mailbox.url}/messages?to=${email}&wait=4000`)
  const [mail] = z.array(z.object({ to: z.literal(email), text: z.string() })).parse(body)
  return call(/http:\S+/.exec(mail?.text ?? '')?.[0] ?? expect.fail(`no mail with a link for ${email}`))
}

async function logIn(backend: Running, person: Person): Promise<string> {
  const { body } = await post(backend, 'login', person)
  return z.object({ token: z.string() }).parse(body).token
}

/** Value by series, as the exposition writes it. */
async function readMetrics(backend: Running): Promise<Record<string, number>> {
  const text = await (await fetch(`${backend.url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  )
}

async function outcomes(backend: Running) {
  const metrics = await readMetrics(backend)
  const count = (outcome: string) => metrics[`email_verification_outcomes_total{outcome="${outcome}",version="v0.1.0"}`]
  return { verified: count('verified'), missed: count('missed') }
}
