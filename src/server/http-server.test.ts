/** The API over HTTP: routes, what is refused and how, and that nothing leaks. */
import { describe, expect, it, vi } from 'vitest'
import { FakeController } from '../../test/fixtures/fake-controller.ts'
import { World } from '../../test/simulation/world.ts'
import { StoreRefusal } from '../ports/store-refusal.ts'
import { Problem, ReleaseDocument, ReleaseView } from './contract.ts'
import { createHttpServer } from './http-server.ts'

const releases = '/v1/projects/default/releases'
const startRequest = {
  document: { path: 'PLAN.md', text: '# Plan' },
  bindings: { path: 'tidegate.yaml', text: '' },
  actor: 'rina',
}

function setUp() {
  const api = new FakeController(new World())
  const server = createHttpServer(api)
  const get = (url: string) => server.inject({ method: 'GET', url })
  const post = (url: string, payload: string | object, type = 'application/json') =>
    server.inject({ method: 'POST', url, payload, headers: { 'content-type': type } })
  return { api, get, post }
}

describe('routes', () => {
  it('answer with what the controller says', async () => {
    const { api, get, post } = setUp()
    expect((await get('/v1/info')).json()).toMatchObject({ pid: 1 })
    expect((await get(releases)).json()).toMatchObject([{ releaseId: 'r1' }])
    expect(ReleaseView.parse((await get(`${releases}/r1`)).json()).releaseId).toBe('r1')
    expect((await get(`${releases}/r1/events`)).json()[0]).toMatchObject({ event: { type: 'ReleaseStarted' } })
    expect((await get(`${releases}/r1/report`)).json().markdown).toContain('Example')
    const { status, document } = ReleaseDocument.parse((await get(`${releases}/r1/document`)).json())
    expect(status.releaseId).toBe('r1')
    expect(document?.tree.blocks).toMatchObject([{ kind: 'heading', depth: 1 }])
    const command = await post(`${releases}/r1/commands`, { actor: 'rina', command: { type: 'pause' } })
    expect(command.json()).toMatchObject({ status: 'Paused' })
    const start = await post(releases, startRequest)
    expect(start.statusCode).toBe(201)
    expect(api.startRequest).toEqual({ ...startRequest, speed: 1, acknowledge: [] })
  })

  it('hand on from which version events are asked', async () => {
    const { api, get } = setUp()
    const asked: unknown[] = []
    api.events = async (...argv: unknown[]) => {
      asked.push(argv)
      return { ok: true, value: [] }
    }
    await get(`${releases}/r%2F1/events?from=7`)
    await get(`${releases}/r1/events`)
    expect(asked).toEqual([
      ['r/1', 7],
      ['r1', 1],
    ])
  })
})

describe('refusals', () => {
  const bodies: [string, string, string | object, string, number, string][] = [
    ['a body that is no JSON', releases, '{"actor":', 'application/json', 400, 'JSON'],
    ['no body', releases, '', 'application/json', 400, 'empty'],
    ['an empty request', releases, {}, 'application/json', 400, 'actor: '],
    ['an unknown member', releases, { ...startRequest, admin: true }, 'application/json', 400, 'admin'],
    [
      'a document of the wrong type',
      releases,
      { ...startRequest, document: 'x' },
      'application/json',
      400,
      'document: ',
    ],
    [
      'an unknown command',
      `${releases}/r1/commands`,
      { actor: 'rina', command: { type: 'demote' } },
      'application/json',
      400,
      'command.type',
    ],
    ['a poisoned prototype', releases, '{"__proto__":{"x":1}}', 'application/json', 400, 'not valid'],
    [
      'plain text, as a foreign page may send it',
      releases,
      JSON.stringify(startRequest),
      'text/plain',
      415,
      'Media Type',
    ],
    ['a form', releases, 'actor=rina', 'application/x-www-form-urlencoded', 415, 'Media Type'],
    ['a body over 11 MiB', releases, `"${'x'.repeat(11 * 1024 * 1024)}"`, 'application/json', 413, 'too large'],
  ]
  it.each(bodies)('%s', async (_, url, payload, type, status, named) => {
    const { post, api } = setUp()
    const response = await post(url, payload, type)
    expect(response.headers['content-type']).toContain('application/problem+json')
    expect(Problem.parse(response.json())).toMatchObject({ status, detail: expect.stringContaining(named) })
    expect(response.statusCode).toBe(status)
    expect(api.startRequest).toBeNull()
  })

  it.each([
    ['/', 404],
    ['/v1/projects/other/releases', 404],
    [`${releases}/r2`, 404],
    [`${releases}/r1/events?from=0`, 400],
    [`${releases}/r1/events?from=x`, 400],
    [`${releases}/r1/events?form=1`, 400],
    [`${releases}/%`, 400],
    [`${releases}/${'r'.repeat(200)}`, 414],
  ])('GET %s', async (url, status) => {
    const response = await setUp().get(url)
    expect(Problem.parse(response.json()).status).toBe(status)
    expect(response.statusCode).toBe(status)
  })

  it('keep the status, the hint and the diagnostics of the controller', async () => {
    const { api, post } = setUp()
    const diagnostics = [{ ruleId: 'NO_OWNER', severity: 'error' as const, message: 'nobody owns it' }]
    api.startProblem = {
      type: 'about:blank',
      title: 'No',
      status: 422,
      detail: '1 error',
      hint: 'name one',
      diagnostics,
    }
    const response = await post(releases, startRequest)
    expect(response.statusCode).toBe(422)
    expect(response.json()).toEqual(api.startProblem)
  })

  it('say that nothing could be recorded', async () => {
    const { api, get } = setUp()
    api.releases = () => Promise.reject(new StoreRefusal('the disk is full'))
    const response = await get(releases)
    expect(response.json()).toEqual({
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'the disk is full',
    })
  })

  it('tell nothing of the inside when the controller fails: that is for its own log', async () => {
    const log = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    const { api, get } = setUp()
    api.releases = () => Promise.reject(new Error('the key is 12345'))
    const response = await get(releases)
    const logged = log.mock.calls.join('')
    log.mockRestore()
    expect(response.statusCode).toBe(500)
    expect(response.body).not.toMatch(/12345|\.ts|at /)
    expect(logged).toMatch(/the key is 12345.*http-server\.test\.ts/)
  })
})
