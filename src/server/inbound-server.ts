/**
 * The one thing that is served on the network: `POST /v1/hooks/NAME`, signed by the hook's secret (Standard Webhooks). Who cannot sign learns
 * nothing and changes nothing; a hook speaks for the gates that name it, and for nothing else.
 */
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Inbound } from '../core/plan/operator-hooks.ts'
import type { Clock } from '../ports/clock.ts'
import type { DriverSet, VerifiedCall } from '../ports/drivers.ts'
import { type Answer, type HookAnswer, HookCall } from './contract.ts'
import { errorLog } from './error-log.ts'
import { InvalidRequest, parse, problemFor, sendProblem, statusProblem } from './http-problems.ts'
import { RateLimit } from './rate-limit.ts'
import { SeenMessages } from './seen-messages.ts'

const maximumBodyBytes = 65_536
const maximumConnections = 100
const timeouts = { requestTimeout: 10_000, connectionTimeout: 10_000 }
/** For a secret to be read. */
const verifyTimeoutMs = 5_000
/** Of one address, signed or not; and of one hook, all signed. */
const requestsPerMinute = 120
const callsPerMinute = 60
/** Far more than libraries make of an id. */
const maximumIdLength = 200

interface InboundPorts {
  /** Brings a call to the releases that wait for it. */
  hear(hook: string, call: HookCall, bytes: Uint8Array): Promise<Answer<HookAnswer>>
  drivers: Pick<DriverSet, 'hookVerifier'>
  clock: Pick<Clock, 'wallMs'>
}

export interface InboundServer {
  /** Without a path. */
  url: string
  close(): Promise<void>
}

/** Throws when the address is taken or is not this machine's. */
export async function serveInbound(ports: InboundPorts, { listen }: Inbound): Promise<InboundServer> {
  const server = createInboundServer(ports)
  const { hostname, port } = new URL(`http://${listen}`)
  await server.listen({ host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 80) })
  const { address, family, port: bound } = server.server.address() as AddressInfo
  const host = family === 'IPv6' ? `[${address}]` : address
  return { url: `http://${host}:${bound}`, close: () => server.close() }
}

function createInboundServer(ports: InboundPorts): FastifyInstance {
  const { clock } = ports
  const server = Fastify({
    ...timeouts,
    bodyLimit: maximumBodyBytes,
    logger: { level: 'error', stream: errorLog },
    frameworkErrors: (error, request, reply) => void tell(reply, error, request),
  })
  server.server.maxConnections = maximumConnections
  // The signature is over the bytes as they came.
  server.removeAllContentTypeParsers()
  server.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, body, done) => done(null, body))
  server.setNotFoundHandler((_, reply) => sendProblem(reply, statusProblem(404, 'there is only POST /v1/hooks/NAME')))
  server.setErrorHandler((error, request, reply) => tell(reply, error, request))
  const addresses = new RateLimit(requestsPerMinute)
  server.addHook('onRequest', async ({ ip }, reply) => {
    const waitMs = addresses.take(ip, clock.wallMs())
    if (waitMs > 0) return tooMany(reply, waitMs)
  })
  const listener = new HookListener(ports)
  server.post('/v1/hooks/:hook', (request, reply) => listener.answer(request, reply))
  return server
}

const Params = z.strictObject({ hook: z.string() })

class HookListener {
  readonly #ports: InboundPorts
  readonly #startedMs: number
  readonly #calls = new RateLimit(callsPerMinute)
  /** By hook. */
  readonly #seen = new Map<string, SeenMessages>()

  constructor(ports: InboundPorts) {
    this.#ports = ports
    // Times of messages have whole seconds: one of this second may be from before.
    this.#startedMs = Math.ceil(ports.clock.wallMs() / 1_000) * 1_000
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { hook } = parse(Params, request.params)
    const verifier = this.#ports.drivers.hookVerifier(hook)
    if (!verifier) return sendProblem(reply, statusProblem(404, `there is no hook ${hook}`))
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    const headers = Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
    )
    const context = { signal: AbortSignal.timeout(verifyTimeoutMs), timeoutMs: verifyTimeoutMs }
    const receivedMs = this.#ports.clock.wallMs()
    const verified = await verifier.verify(hook, { headers, body, receivedMs }, context)
    if (!verified.ok && verified.error.code === 'unauthorized')
      return sendProblem(reply, statusProblem(401, verified.error.message))
    if (!verified.ok) throw new Error(`hook ${hook} cannot be verified: ${verified.error.message}`)
    return this.#hear(hook, verified.value, body, reply)
  }

  async #hear(
    hook: string,
    { messageId, sentMs }: VerifiedCall,
    body: Buffer,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const nowMs = this.#ports.clock.wallMs()
    // What was taken before this controller started is not known here.
    if (sentMs < this.#startedMs)
      return sendProblem(reply, statusProblem(401, 'it was sent before this controller started; send it again'))
    if (messageId.length > maximumIdLength)
      return sendProblem(reply, statusProblem(400, `webhook-id is longer than ${maximumIdLength} characters`))
    const waitMs = this.#calls.take(hook, nowMs)
    if (waitMs > 0) return tooMany(reply, waitMs)
    const call = parse(HookCall, parseJson(body))
    const seen = this.#seen.get(hook) ?? new SeenMessages()
    this.#seen.set(hook, seen)
    if (!seen.take(messageId, nowMs))
      return sendProblem(reply, statusProblem(409, `message ${messageId} was taken already; it counts once`))
    let isHeard = false
    try {
      const answer = await this.#ports.hear(hook, call, body)
      isHeard = answer.ok
      return answer.ok ? reply.code(202).send(answer.value) : sendProblem(reply, answer.problem)
    } finally {
      if (!isHeard) seen.forget(messageId)
    }
  }
}

function tooMany(reply: FastifyReply, waitMs: number): FastifyReply {
  const seconds = Math.ceil(waitMs / 1_000)
  reply.header('retry-after', seconds)
  return sendProblem(reply, statusProblem(429, `too many requests; try again in ${seconds} s`))
}

/** What is ours is in our log, and is nobody's business outside. */
function tell(reply: FastifyReply, error: unknown, request: FastifyRequest): FastifyReply {
  const problem = problemFor(error, request)
  const ours = 'it could not be taken now; send it again later'
  return sendProblem(reply, problem.status < 500 ? problem : statusProblem(problem.status, ours))
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw new InvalidRequest('the body is not JSON')
  }
}
