/** Client and server over a real socket: every method, who is found, what is said when the other side is not as expected. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FakeController } from '../../test/fixtures/fake-controller.ts'
import { World } from '../../test/simulation/world.ts'
import type { ControllerApi } from './contract.ts'
import { addressFileOf, socketPathOf } from './controller-address.ts'
import { type RunningServer, serve } from './http-server.ts'
import { connectToController } from './socket-client.ts'

let folder = ''
let stateDir = ''
let servers: RunningServer[] = []
let listeners: Server[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tidegate-socket-'))
  stateDir = join(folder, 'state')
  mkdirSync(stateDir)
})

afterEach(async () => {
  for (const server of servers) await server.close()
  for (const listener of listeners) listener.close()
  servers = []
  listeners = []
  rmSync(folder, { recursive: true })
})

async function serving(api: ControllerApi = new FakeController(new World(), 0)) {
  const server = await serve(api, stateDir)
  servers.push(server)
  return { api, server, client: await connected() }
}

async function connected(timeoutMs?: number): Promise<ControllerApi> {
  const client = await connectToController(stateDir, timeoutMs)
  if (!client) throw new Error('no controller was found')
  return client
}

/** Something that is no controller listens where one is noted, and answers each connection with `answer` or not at all. */
async function listening(answer?: string): Promise<void> {
  const socket = join(stateDir, 's')
  const listener = createServer((connection) => {
    connection.on('error', () => undefined)
    connection.once('data', () => (answer === undefined ? undefined : connection.end(answer)))
  })
  listeners.push(listener)
  listener.listen(socket)
  await once(listener, 'listening')
  writeFileSync(addressFileOf(stateDir), JSON.stringify({ socket, pid: 1, startedAt: '' }))
}

const http = (status: number, body: string) =>
  `HTTP/1.1 ${status} X\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`

const pause = { actor: 'rina', command: { type: 'pause' as const, reason: 'lunch – 通过' } }

describe('every method', () => {
  it('gives through the socket what the controller gives', async () => {
    const { api, client } = await serving()
    const start = {
      document: { path: 'PLAN.md', text: '# Plan – 通过' },
      bindings: { path: 'tidegate.yaml', text: '' },
      actor: 'rina',
      speed: 2,
      acknowledge: ['NO_OWNER'],
    }
    expect(await client.info()).toEqual(await api.info())
    expect(await client.start(start)).toEqual(await api.start(start))
    expect(await client.releases()).toEqual(await api.releases())
    expect(await client.release('r1')).toEqual(await api.release('r1'))
    expect(await client.events('r1', 1)).toEqual(await api.events('r1', 1))
    expect(await client.report('r1')).toEqual(await api.report('r1'))
    expect(await client.document('r1')).toEqual(await api.document('r1'))
    expect(await client.command('r1', pause)).toMatchObject({ ok: true, value: { status: 'Paused' } })
    expect(await client.events('r1', 1)).toMatchObject({
      value: expect.arrayContaining([
        expect.objectContaining({ event: { type: 'ReleasePaused', reason: 'lunch – 通过' } }),
      ]),
    })
  })

  it('gives problems as values', async () => {
    const { client } = await serving()
    expect(await client.release('r2 /?')).toMatchObject({
      ok: false,
      problem: { status: 404, detail: 'there is no release r2 /?' },
    })
    expect(await client.command('r1', { actor: 'rina', command: { type: 'resume' } })).toMatchObject({
      ok: false,
      problem: { status: 409 },
    })
  })

  it('carries a log of thousands of events', async () => {
    const { api, client } = await serving()
    const answer = await api.events('r1', 1)
    const event = answer.ok ? answer.value.at(-1) : undefined
    if (!event) throw new Error('no event')
    const many = Array.from({ length: 3_000 }, (_, index) => ({ ...event, version: index + 1 }))
    api.events = async () => ({ ok: true, value: many })
    expect(await client.events('r1', 1)).toEqual({ ok: true, value: many })
  })
})

/** Far from any request's time-out: that nobody is there is found out, not waited for. */
const timeoutBoundMs = 2_000

describe('finding a controller', () => {
  it('finds none in a folder without one, in a moment', async () => {
    const before = performance.now()
    expect(await connectToController(stateDir)).toBeUndefined()
    expect(await connectToController(join(stateDir, 'missing'))).toBeUndefined()
    writeFileSync(addressFileOf(stateDir), '{"socket":')
    expect(await connectToController(stateDir)).toBeUndefined()
    expect(performance.now() - before).toBeLessThan(timeoutBoundMs)
  })

  it('finds none once it has closed, and nothing of it is left', async () => {
    const { server } = await serving()
    await server.close()
    expect(existsSync(addressFileOf(stateDir))).toBe(false)
    expect(existsSync(server.socketPath)).toBe(false)
    expect(await connectToController(stateDir)).toBeUndefined()
  })

  it('finds none after kill -9, and a new one takes its place', async () => {
    await killedController()
    expect(existsSync(socketPathOf(stateDir))).toBe(true)
    expect(existsSync(addressFileOf(stateDir))).toBe(true)
    const before = performance.now()
    expect(await connectToController(stateDir)).toBeUndefined()
    expect(performance.now() - before).toBeLessThan(timeoutBoundMs)
    const { client } = await serving()
    expect(await client.info()).toMatchObject({ ok: true })
  })

  it('finds one whose state folder has a path too long for a socket', async () => {
    stateDir = join(stateDir, 'a-long-name-'.repeat(12))
    mkdirSync(stateDir)
    const { client, server } = await serving()
    expect(server.socketPath.startsWith(tmpdir())).toBe(true)
    expect(server.socketPath).not.toContain('a-long-name')
    expect(await client.info()).toMatchObject({ ok: true })
    await server.close()
    rmSync(dirname(server.socketPath), { recursive: true })
  })
})

/** A controller in another process that is killed while it serves. */
async function killedController(): Promise<void> {
  const module = (name: string) => join(import.meta.dirname, name)
  const script = `import { serve } from '${module('http-server.ts')}'; await serve({}, '${stateDir}'); console.log('up')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  expect(await connectToController(stateDir)).toBeDefined()
  child.kill('SIGKILL')
  await once(child, 'exit')
}

describe('the place of the socket', () => {
  it('is open to its owner only', async () => {
    const { server } = await serving()
    expect(statSync(server.socketPath).mode & 0o777).toBe(0o600)
    expect(statSync(dirname(server.socketPath)).mode & 0o777).toBe(0o700)
    expect(statSync(addressFileOf(stateDir)).mode & 0o777).toBe(0o600)
    expect(JSON.parse(readFileSync(addressFileOf(stateDir), 'utf8'))).toMatchObject({
      socket: server.socketPath,
      pid: process.pid,
    })
  })

  it('is not taken from a controller that lives', async () => {
    const { client } = await serving()
    await expect(serving()).rejects.toThrow(/another process listens on .*controller\.sock/)
    expect(await client.info()).toMatchObject({ ok: true })
  })

  it('is not made over a file of somebody', async () => {
    const path = socketPathOf(stateDir)
    mkdirSync(dirname(path))
    writeFileSync(path, 'mine')
    await expect(serving()).rejects.toThrow('no socket')
    expect(readFileSync(path, 'utf8')).toBe('mine')
  })

  it('is not made where a link leads elsewhere', async () => {
    symlinkSync(tmpdir(), join(stateDir, 'run'))
    await expect(serving()).rejects.toThrow('not a folder of this user')
  })
})

describe('a controller that is not as expected', () => {
  it('was lost: the error names it, and says that a command may have been done', async () => {
    await listening('')
    const client = await connected()
    await expect(client.info()).rejects.toThrow(/controller at .*s was lost .*GET \/v1\/info$/)
    await expect(client.command('r1', pause)).rejects.toThrow('whether it was done is not known')
  })

  it('ended in the middle of its answer', async () => {
    await listening('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"pid"')
    await expect((await connected()).info()).rejects.toThrow('was lost')
  })

  it('hangs', async () => {
    await listening()
    await expect((await connected(100)).info()).rejects.toThrow('did not answer within 0.1 s')
  })

  it.each([
    ['a member too many', http(200, '{"pid":1,"version":"9","startedAt":"","mood":"good"}'), 'mood'],
    ['a member too few', http(200, '{"pid":1}'), 'version'],
    ['no JSON', http(200, 'hello'), 'no JSON'],
    ['a problem of another shape', http(500, '{"error":"x"}'), 'type'],
  ])('speaks another version: %s', async (_, answer, named) => {
    await listening(answer)
    const asking = (await connected()).info()
    await expect(asking).rejects.toThrow('of another version')
    await expect(asking).rejects.toThrow(named)
  })

  it('speaks another version, and yet has done what was asked', async () => {
    await listening(http(200, '{}'))
    await expect((await connected()).command('r1', pause)).rejects.toThrow('has done it, but answered 200')
  })
})
