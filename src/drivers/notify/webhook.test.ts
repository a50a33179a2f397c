import { createHmac, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { IncomingHttpHeaders, RequestListener, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hasOpenssl, makeCertificate, trust } from '../../../test/contract/certificate.ts'
import { abortingContext, effectContext } from '../../../test/contract/driver-context.ts'
import { freePort, type LoopbackServer, serveLoopback, serveSilence } from '../../../test/contract/loopback-server.ts'
import { serveScript } from '../../../test/contract/mail-server.ts'
import { notifierContract } from '../../../test/contract/notifier.ts'
import { WebhookChannel } from '../../core/plan/operator-channels.ts'
import type { Message } from '../../core/release/evidence.ts'
import { createNoticeIds } from './notice-id.ts'
import { createWebhookNotifier } from './webhook.ts'

const key = Buffer.from('thirty-two bytes of a secret key')
const secret = `whsec_${key.toString('base64')}`
const message: Message = { urgency: 'page', audience: ['On-call'], subject: 'Größe\nheld', body: 'It is held.\nNow.' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tidegate-webhook-'))
  await writeFile(join(folder, 'secret'), `${secret}\n`)
  await writeFile(join(folder, 'short'), 'short\n')
})
afterAll(() => rm(folder, { recursive: true }))

function notifierAt(url: string, settings: object = {}) {
  const channel = WebhookChannel.parse({ driver: 'webhook', url, secret: { file: 'secret' }, ...settings })
  return createWebhookNotifier({ log: channel }, { noticeIds: createNoticeIds(join(folder, 'store-name')), folder })
}

interface Received {
  method: string | undefined
  path: string | undefined
  headers: IncomingHttpHeaders
  body: string
}

/** The specification's own words, in the terms of a receiver: recent, and one signature fits. Throws otherwise. */
function proveSignature({ headers, body }: Received): void {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers
  expect(Math.abs(Date.now() / 1_000 - Number(timestamp))).toBeLessThan(60)
  const [version, given] = String(signature).split(',')
  expect(version).toBe('v1')
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`, 'utf8').digest()
  expect(timingSafeEqual(Buffer.from(String(given), 'base64'), expected)).toBe(true)
}

/** A receiver that checks every signature and drops ids it has seen, as the specification tells it to. */
function createReceiver(answer: (response: ServerResponse) => void = (response) => response.writeHead(204).end()) {
  const received: Received[] = []
  const handler: RequestListener = async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    received.push({ method: request.method, path: request.url, headers: request.headers, body })
    answer(response)
  }
  const subjects = () => {
    received.forEach(proveSignature)
    return [...new Map(received.map(({ headers, body }) => [headers['webhook-id'], JSON.parse(body).subject])).values()]
  }
  return { received, handler, subjects }
}

notifierContract(async () => {
  const { handler, subjects } = createReceiver()
  const server = await serveLoopback(handler)
  const dispose = () => server[Symbol.asyncDispose]()
  return { notifier: notifierAt(server.url), subjects: async () => subjects(), [Symbol.asyncDispose]: dispose }
})

describe('the request', () => {
  const receiver = createReceiver()
  let server: LoopbackServer
  beforeEach(async () => {
    receiver.received.length = 0
    server = await serveLoopback(receiver.handler)
  })
  afterEach(() => server[Symbol.asyncDispose]())

  it('says the notice as signed JSON', async () => {
    const notifier = notifierAt(`${server.url}/hook?to=us`, { headers: { Authorization: 'Bearer abcdefgh' } })
    expect(await notifier.notify('log', message, effectContext())).toEqual({ ok: true, value: undefined })
    const [request = expect.unreachable()] = receiver.received
    proveSignature(request)
    const { method, path, headers, body } = request
    expect([method, path, headers['content-type']]).toEqual(['POST', '/hook?to=us', 'application/json'])
    expect(headers.authorization).toBe('Bearer abcdefgh')
    expect(JSON.parse(body)).toEqual({
      id: headers['webhook-id'],
      urgency: 'page',
      audience: ['On-call'],
      subject: 'Größe held',
      body: 'It is held.\nNow.',
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    })
    expect(headers['webhook-id']).toMatch(/^msg_[0-9a-f]{40}$/)
  })

  it('has one id for one effect, and a signature of its own each time', async () => {
    const context = effectContext()
    for (const each of [context, context, effectContext()]) await notifierAt(server.url).notify('log', message, each)
    receiver.received.forEach(proveSignature)
    const [first, second, third] = receiver.received.map(({ headers }) => headers['webhook-id'])
    expect([second === first, third === first]).toEqual([true, false])
  })

  it('stays small', async () => {
    await notifierAt(server.url).notify('log', { ...message, body: 'x'.repeat(100_000) }, effectContext())
    expect(receiver.received[0]?.body.length).toBeLessThan(20_000)
  })

  it('is not sent by a ping, nor without a usable secret', async () => {
    expect(await notifierAt(server.url).ping('log', effectContext())).toEqual({ ok: true, value: undefined })
    for (const file of ['nowhere', 'short']) {
      const notifier = notifierAt(server.url, { secret: { file } })
      const unauthorized = { ok: false, error: { code: 'unauthorized' } }
      expect(await notifier.notify('log', message, effectContext())).toMatchObject(unauthorized)
      expect(await notifier.ping('log', effectContext())).toMatchObject(unauthorized)
    }
    expect(receiver.received).toEqual([])
  })
})

describe('the answer', () => {
  const outcomeOf = async (answer: (response: ServerResponse) => void) => {
    await using server = await serveLoopback(createReceiver(answer).handler)
    return await notifierAt(`${server.url}/a-token`).notify('log', message, effectContext())
  }

  it.each([
    [408, 'unavailable'],
    [429, 'unavailable'],
    [500, 'unavailable'],
    [503, 'unavailable'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [400, 'rejected'],
    [404, 'rejected'],
    [410, 'rejected'],
  ])('%i is %s', async (status, code) => {
    const outcome = await outcomeOf((response) => response.writeHead(status).end('no,\nnot here'))
    expect(outcome).toMatchObject({ ok: false, error: { code, cause: `${status} no, not here` } })
    expect(JSON.stringify(outcome)).not.toContain('a-token')
  })

  it.each([200, 202, 299])('%i delivers, whatever follows', async (status) => {
    expect(await outcomeOf((response) => response.writeHead(status).end('x'.repeat(1_000_000)))).toMatchObject({
      ok: true,
    })
  })

  it('is not quoted with secrets in it', async () => {
    const headers = { authorization: 'Bearer abcdefgh' }
    const path = '/hooks/abcdefghijkl?token=mnopqrstuvwx'
    const { handler } = createReceiver((response) =>
      response.writeHead(404).end(`Cannot POST ${path} ${secret} Bearer abcdefgh`),
    )
    await using server = await serveLoopback(handler)
    const outcome = await notifierAt(`${server.url}${path}`, { headers }).notify('log', message, effectContext())
    const cause = '404 Cannot POST /hooks/[secret]?token=[secret] whsec_[secret] Bearer [secret]'
    expect(outcome).toMatchObject({ error: { code: 'rejected', cause } })
  })

  it('that redirects is not followed', async () => {
    const other = createReceiver()
    await using server = await serveLoopback(other.handler)
    const outcome = await outcomeOf((response) => response.writeHead(307, { location: server.url }).end())
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: 'rejected', message: expect.stringContaining('final address') },
    })
    expect(other.received).toEqual([])
  })
})

describe('without an answer', () => {
  it('is a timeout, or what the abort says', async () => {
    await using server = await serveSilence()
    const notifier = notifierAt(`${server.url}/a-token`)
    const timeout = await notifier.notify('log', message, effectContext({ timeoutMs: 150 }))
    expect(timeout).toMatchObject({
      ok: false,
      error: { code: 'timeout', message: expect.stringMatching(/:\d+ did not/) },
    })
    const stopped = { code: 'unavailable', message: expect.stringContaining('the test stops it') }
    expect(await notifier.notify('log', message, abortingContext(100))).toMatchObject({ ok: false, error: stopped })
  })

  it('is unavailable where the connection breaks off or nobody listens', async () => {
    const unavailable = { ok: false, error: { code: 'unavailable' } }
    await using server = await serveLoopback((request) => request.socket.destroy())
    expect(await notifierAt(server.url).notify('log', message, effectContext())).toMatchObject(unavailable)
    const closed = `http://127.0.0.1:${await freePort()}`
    expect(await notifierAt(closed).notify('log', message, effectContext())).toMatchObject(unavailable)
    expect(await notifierAt(closed).ping('log', effectContext())).toMatchObject(unavailable)
  })
})

describe.skipIf(!hasOpenssl())('over TLS', () => {
  async function serveTls(handler: RequestListener) {
    const certificate = makeCertificate()
    const server = createServer(certificate, handler)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `https://localhost:${(server.address() as AddressInfo).port}`
    const close = async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
    return { url, cert: certificate.cert, [Symbol.asyncDispose]: close }
  }

  it('delivers to a server that proves who it is, and to no other', async () => {
    const receiver = createReceiver()
    await using server = await serveTls(receiver.handler)
    const unavailable = { ok: false, error: { code: 'unavailable' } }
    expect(await notifierAt(server.url).notify('log', message, effectContext())).toMatchObject(unavailable)
    expect(await notifierAt(server.url).ping('log', effectContext())).toMatchObject(unavailable)
    using _ = trust(server.cert)
    expect(await notifierAt(server.url).ping('log', effectContext())).toEqual({ ok: true, value: undefined })
    expect(receiver.received).toEqual([])
    expect(await notifierAt(server.url).notify('log', message, effectContext())).toEqual({ ok: true, value: undefined })
    expect(receiver.subjects()).toEqual(['Größe held'])
  })

  it('a ping does not wait for a handshake that never ends', async () => {
    await using server = await serveScript(undefined)
    const notifier = notifierAt(`https://127.0.0.1:${server.port}`)
    expect(await notifier.ping('log', effectContext({ timeoutMs: 150 }))).toMatchObject({ error: { code: 'timeout' } })
    await expect.poll(() => server.open()).toBe(0)
  })
})
