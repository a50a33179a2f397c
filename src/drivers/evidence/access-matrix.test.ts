import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify from 'fastify'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkRunnerContract } from '../../../test/contract/check-runner.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { freePort, serveLoopback, serveSilence } from '../../../test/contract/loopback-server.ts'
import { AccessMatrixCheck } from '../../core/plan/operator-probes.ts'
import { createAccessMatrixRunner } from './access-matrix.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'matrix-'))
  writeFileSync(join(folder, 'admin.token'), 'Bearer admin-secret\n')
  writeFileSync(join(folder, 'viewer.token'), 'Bearer viewer-secret\n')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** A real service with tokens: strangers are sent to the login, viewers may read, admins may do all. */
async function serveRoles() {
  const server = fastify()
  const roles: Record<string, string> = { 'Bearer admin-secret': 'admin', 'Bearer viewer-secret': 'viewer' }
  const state = { deleted: 0 }
  server.addHook('onRequest', async (request, reply) => {
    const role = roles[request.headers.authorization ?? '']
    if (role === undefined) return reply.redirect('/login')
    if (role !== 'admin' && (request.url.startsWith('/admin') || request.method !== 'GET'))
      return reply.code(403).send()
  })
  server.get('/admin', () => 'secret things')
  // Forgotten: the hook looks at the beginning of the path only.
  server.get('/api/admin', () => 'secret things')
  server.get('/items', () => [])
  server.delete('/items', () => {
    state.deleted++
    return {}
  })
  server.get('/login', () => 'who are you?')
  const url = await server.listen({ host: '127.0.0.1', port: 0 })
  return { url, state, [Symbol.asyncDispose]: () => server.close() }
}

const roles = {
  admin: { headers: { authorization: { file: 'admin.token' } } },
  viewer: { headers: { authorization: { file: 'viewer.token' } } },
  stranger: {},
}
const checkOf = (check: object) =>
  AccessMatrixCheck.parse({
    driver: 'access-matrix',
    roles: { stranger: {} },
    routes: [{ path: '/items', expect: { stranger: 302 } }],
    ...check,
  })
const run = (check: object) =>
  createAccessMatrixRunner({ main: checkOf(check) }, { folder }).runCheck('main', effectContext())

checkRunnerContract(async () => {
  const [server, silence] = await Promise.all([serveRoles(), serveSilence()])
  return {
    runner: createAccessMatrixRunner(
      {
        good: checkOf({ baseUrl: server.url }),
        bad: checkOf({ baseUrl: server.url, routes: [{ path: '/items', expect: { stranger: 200 } }] }),
        hanging: checkOf({ baseUrl: silence.url }),
      },
      { folder },
    ),
    [Symbol.asyncDispose]: async () => {
      await Promise.all([server[Symbol.asyncDispose](), silence[Symbol.asyncDispose]()])
    },
  }
})

it('asks every route as every role, and follows no redirect', async () => {
  await using server = await serveRoles()
  const routes = [
    { path: '/admin', expect: { admin: 200, viewer: 403, stranger: [302, 401] } },
    { path: '/items?page=2', expect: { admin: 200, viewer: 200, stranger: [302, 401] } },
    { method: 'DELETE', path: '/items', unsafe: true, expect: { admin: 200, viewer: 403, stranger: 302 } },
  ]
  expect(await run({ baseUrl: `${server.url}/`, roles, routes })).toEqual({
    ok: true,
    value: {
      verdict: 'passed',
      summary: '9 of 9 cells as expected',
      details: ['admin', 'viewer', 'stranger'].map((role) => `${role}: 3 of 3 routes as expected`),
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    },
  })
  expect(server.state.deleted).toBe(1)
})

it('says of every wrong cell what came and what should have, and nothing of secrets', async () => {
  await using server = await serveRoles()
  const routes = [
    { path: '/api/admin', expect: { admin: 200, viewer: [403, 404], stranger: 401 } },
    { path: '/items', expect: { admin: 200, viewer: 200, stranger: 302 } },
  ]
  const outcome = await run({ baseUrl: server.url, roles, routes })
  expect(outcome).toMatchObject({
    ok: true,
    value: {
      verdict: 'failed',
      summary: '2 of 6 cells not as expected',
      details: ['GET /api/admin as viewer: 200, expected 403 or 404', 'GET /api/admin as stranger: 302, expected 401'],
    },
  })
  expect(JSON.stringify(outcome)).not.toContain('secret')
})

it('asks four at a time, no more', async () => {
  let waiting: (() => void)[] = []
  const together: number[] = []
  await using server = await serveLoopback((_, response) => {
    waiting.push(() => response.end())
    if (waiting.length !== 4) return
    // A fifth would have come by then.
    setTimeout(() => {
      together.push(waiting.length)
      const answers = waiting
      waiting = []
      for (const answer of answers) answer()
    }, 20)
  })
  const routes = Array.from({ length: 40 }, (_, index) => ({ path: `/${index}`, expect: { stranger: 200 } }))
  expect(await run({ baseUrl: server.url, routes })).toMatchObject({ value: { verdict: 'passed' } })
  expect(together).toEqual(Array(10).fill(4))
})

it('names the place of a secret that is not there, also at the ping', async () => {
  const check = checkOf({
    baseUrl: 'http://127.0.0.1:1',
    roles: { stranger: { headers: { cookie: { file: 'gone' } } } },
  })
  const runner = createAccessMatrixRunner({ main: check }, { folder })
  const missing = {
    ok: false,
    error: {
      code: 'unauthorized',
      message: expect.stringContaining('role stranger: the secret file gone cannot be read'),
    },
  }
  expect(await runner.runCheck('main', effectContext())).toMatchObject(missing)
  expect(await runner.ping('main', effectContext())).toMatchObject(missing)
})

it('does not wait for ever for a secret', async () => {
  execFileSync('mkfifo', [join(folder, 'pipe')])
  const check = checkOf({
    baseUrl: 'http://127.0.0.1:1',
    roles: { stranger: { headers: { cookie: { file: 'pipe' } } } },
  })
  const runner = createAccessMatrixRunner({ main: check }, { folder })
  expect(await runner.runCheck('main', effectContext({ timeoutMs: 50 }))).toMatchObject({ error: { code: 'timeout' } })
  // Lets the reader go.
  writeFileSync(join(folder, 'pipe'), '')
})

it('shows no secret that cannot be sent, and is unavailable where nothing answers', async () => {
  writeFileSync(join(folder, 'broken.token'), 'Bearer two\nlines')
  await using server = await serveLoopback((_, response) => response.end())
  const broken = { stranger: { headers: { authorization: { file: 'broken.token' } } } }
  const outcome = await run({ baseUrl: server.url, roles: broken })
  expect(outcome).toMatchObject({ ok: false, error: { code: 'rejected' } })
  expect(JSON.stringify(outcome)).not.toContain('two')
  expect(await run({ baseUrl: `http://127.0.0.1:${await freePort()}` })).toMatchObject({
    ok: false,
    error: { code: 'unavailable', message: expect.stringMatching(/^main, GET \/items as stranger: nothing listens/) },
  })
})
