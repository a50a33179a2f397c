/**
 * Flags over HTTP, as OpenFeature's remote evaluation protocol has it: one flag, all flags with an entity tag, and the stream of changes.
 * Nobody has to sign in: it listens on this machine alone unless it is told otherwise.
 */
import { hash } from 'node:crypto'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import type { EvaluationContext } from '../core/flags/evaluate-flag.ts'
import { adminPath } from '../core/flags/register/admin-contract.ts'
import type { Admission } from './admission.ts'
import { isAllowedHost } from './allowed-host.ts'
import { type FlagAdmin, serveFlagAdmin } from './flag-admin.ts'
import { FlagEvents } from './flag-events.ts'
import { FlagExposure } from './flag-exposure.ts'
import type { FlagStore, ServedFlags } from './flag-store.ts'
import { answerAll, answerOne, contextOf, eventsPath } from './ofrep-answers.ts'

const maximumBodyBytes = 65_536
const timeouts = { requestTimeout: 10_000, keepAliveTimeout: 60_000 }
/** Connections that wait to be taken: those of a second and more, as far as the system has room for them. */
const backlog = 4_096
/** Of listeners and all who ask. Beyond that they are closed as they come. */
const maximumConnections = 20_000
const allowed = {
  methods: 'POST, GET, OPTIONS',
  headers: 'content-type, if-none-match, authorization, x-api-key, last-event-id',
}

export interface OfrepOptions {
  host: string
  /** 0: any that is free. */
  port: number
  /** Web pages of these origins may ask; `*` is all. */
  origins: readonly string[]
  /** Names by which it may be asked, besides its addresses and `localhost`. */
  allowedHosts?: readonly string[] | undefined
  /** Seconds since 1970. */
  nowSec(): number
  /** Of clients that come to listen; 1,000 a second where none is given. */
  admission?: Admission
}

export interface OfrepServer {
  /** Without a path. */
  url: string
  close(): Promise<void>
}

/** Throws when the address is taken or is not this machine's. */
export async function serveOfrep(store: FlagStore, options: OfrepOptions, admin?: FlagAdmin): Promise<OfrepServer> {
  const events = new FlagEvents(store, options.admission)
  const server = createOfrepServer(store, events, options)
  if (admin) server.register(serveFlagAdmin(admin), { prefix: adminPath })
  try {
    await server.listen({ host: options.host, port: options.port, backlog })
  } catch (error) {
    events.close()
    throw error
  }
  const { address, family, port } = server.server.address() as AddressInfo
  const close = async () => {
    events.close()
    await server.close()
  }
  return { url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`, close }
}

function createOfrepServer(store: FlagStore, events: FlagEvents, options: OfrepOptions): FastifyInstance {
  const server = Fastify({
    ...timeouts,
    bodyLimit: maximumBodyBytes,
    // Keys of flags may be long.
    routerOptions: { maxParamLength: 1_000 },
    forceCloseConnections: 'idle',
    logger: { level: 'error', stream: process.stderr },
  })
  server.server.maxConnections = maximumConnections
  // The tag of an answer is made of the request as it came. Pages may send plain text anywhere without asking first.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_, body, done) => done(null, body))
  server.setErrorHandler((error, request, reply) => tell(error, request, reply))
  server.setNotFoundHandler((_, reply) => reply.code(404).send({ errorDetails: 'there is no such path' }))
  const hosts = [options.host, ...(options.allowedHosts ?? [])]
  server.addHook('onRequest', (request, reply, done) => {
    if (!isAllowedHost(request.headers.host, hosts)) {
      const errorDetails = 'this server goes by another name; start it with --allowed-host NAME for this one'
      reply.code(421).send({ errorDetails })
      return
    }
    if (request.headers.origin !== undefined) reply.headers(originHeaders(request, options))
    done()
  })
  server.options('/*', (_, reply) => reply.code(204).send())
  const exposure = new FlagExposure()
  const ports = { store, exposure, nowSec: options.nowSec }
  server.post('/ofrep/v1/evaluate/flags/:key', (request, reply) => one(ports, request, reply))
  server.post('/ofrep/v1/evaluate/flags', (request, reply) => all(ports, request, reply))
  server.get('/metrics', async (_, reply) => {
    const { type, text } = await exposure.page()
    return reply.type(type).send(text)
  })
  server.get(eventsPath, (request, reply) => {
    const lastEventId = request.headers['last-event-id']
    const backMs = events.admit(performance.now())
    if (backMs > 0) return turnAway(request, reply, backMs)
    const headers = originHeaders(request, options)
    events.add(reply.raw, headers, Array.isArray(lastEventId) ? lastEventId[0] : lastEventId)
    return reply.hijack()
  })
  return server
}

interface Ports {
  store: FlagStore
  exposure: FlagExposure
  nowSec(): number
}

function one({ store, exposure, nowSec }: Ports, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { key = '' } = request.params as { key?: string }
  const context = readContext(request.body)
  if (context === undefined) return reply.code(400).send({ key, ...invalidContext })
  const { status, text } = answerOne(servedBy(store), { key, context, nowSec: nowSec() }, (flag, resolution) =>
    exposure.count(flag, resolution, 'single'),
  )
  return reply.code(status).type(json).send(text)
}

function all({ store, exposure, nowSec }: Ports, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const served = servedBy(store)
  // Who holds this very answer gets no other, and it is not made at all.
  const tag = served.isTimed ? undefined : tagOf(served, String(request.body))
  if (tag !== undefined && isHeld(request, tag)) return reply.code(304).header('etag', tag).send()
  const context = readContext(request.body)
  if (context === undefined) return reply.code(400).send(invalidContext)
  const text = answerAll(served, context, nowSec(), (flag, resolution) => exposure.count(flag, resolution, 'bulk'))
  const etag = tag ?? tagOf(served, text)
  if (isHeld(request, etag)) return reply.code(304).header('etag', etag).send()
  return reply.header('etag', etag).type(json).send(text)
}

const json = 'application/json; charset=utf-8'

const invalidContext = {
  errorCode: 'INVALID_CONTEXT',
  errorDetails: 'send {"context": {...}} as JSON; its targetingKey, if there is one, is a text',
}

const tagOf = ({ version }: ServedFlags, text: string): string =>
  `"${version}.${hash('sha256', text, 'base64url').slice(0, 22)}"`

function isHeld({ headers }: FastifyRequest, etag: string): boolean {
  const held = headers['if-none-match'] ?? ''
  return held === etag || held.split(/\s*,\s*/).some((one) => one.replace(/^W\//, '') === etag)
}

function readContext(body: unknown): EvaluationContext | undefined {
  try {
    return contextOf(JSON.parse(String(body)))
  } catch {
    return undefined
  }
}

/** Nothing is served before there is a good set. */
function servedBy({ served }: FlagStore): ServedFlags {
  if (served === undefined) throw new Error('flags are served before there are any')
  return served
}

/** An event source gives up for good at any status but 200, and never reads `retry-after`: it is told in its own words. */
function turnAway({ headers }: FastifyRequest, reply: FastifyReply, backMs: number): FastifyReply {
  if (headers.accept?.includes('text/event-stream'))
    return reply.type('text/event-stream').header('cache-control', 'no-store').send(`retry: ${backMs}\n\n`)
  const errorDetails = 'too many clients come at once; come back after the time that retry-after says'
  return reply
    .code(503)
    .header('retry-after', `${Math.ceil(backMs / 1_000)}`)
    .send({ errorDetails })
}

/** What a browser needs to be told before a page may read the answer. */
function originHeaders({ headers }: FastifyRequest, { origins }: OfrepOptions): Record<string, string> {
  const { origin } = headers
  if (origin === undefined || !(origins.includes(origin) || origins.includes('*'))) return {}
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': allowed.methods,
    'access-control-allow-headers': allowed.headers,
    'access-control-expose-headers': 'etag, retry-after',
    vary: 'origin',
  }
}

/** The sender's mistakes are explained; ours go to the log alone. */
function tell(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  if (error instanceof Error && status >= 400 && status < 500)
    return reply.code(status).send({ errorDetails: error.message })
  request.log.error(error)
  return reply.code(500).send({ errorDetails: 'the server failed in a way it should not; its log says more' })
}
