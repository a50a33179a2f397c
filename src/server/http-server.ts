/** The controller's API over HTTP on a Unix socket: checks what comes in, answers failures as RFC 9457 problems. */

import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import { z } from 'zod'
import {
  type Answer,
  CommandRequest,
  type ControllerApi,
  maximumCompanions,
  maximumDocumentBytes,
  StartRequest,
} from './contract.ts'
import { addressFileOf, type ControllerAddress, projectPath, socketPathOf } from './controller-address.ts'
import { errorLog } from './error-log.ts'
import { parse, problemFor, sendProblem, statusProblem } from './http-problems.ts'
import { prepareSocketPath } from './prepare-socket-path.ts'

/** Bytes of a request: a start with all its documents, whose characters JSON may write as two. */
const maximumBodyBytes = (maximumCompanions + 2) * maximumDocumentBytes * 2
/** For a request to arrive whole; for a connection on which nothing moves. */
const timeouts = { requestTimeout: 10_000, connectionTimeout: 60_000 }

export interface RunningServer {
  socketPath: string
  /** Ends what is being answered, then the socket and its note are gone. */
  close(): Promise<void>
}

/**
 * Listens for the clients of a state folder. The socket has no password: whoever can reach it may speak as anyone, so only its owner can.
 * The caller holds the store's lock. Throws when the socket's place is taken or not ours.
 */
export async function serve(api: ControllerApi, stateDir: string): Promise<RunningServer> {
  const socketPath = socketPathOf(stateDir)
  await prepareSocketPath(socketPath)
  const server = createHttpServer(api)
  await server.listen({ path: socketPath })
  await chmod(socketPath, 0o600)
  await writeAddress(stateDir, socketPath)
  const close = async () => {
    await rm(addressFileOf(stateDir), { force: true })
    await server.close()
  }
  return { socketPath, close }
}

/** In one piece: a client never reads half a note. */
async function writeAddress(stateDir: string, socket: string): Promise<void> {
  const address: ControllerAddress = { socket, pid: process.pid, startedAt: new Date().toISOString() }
  const draft = `${addressFileOf(stateDir)}.${process.pid}`
  await writeFile(draft, `${JSON.stringify(address)}\n`, { mode: 0o600 })
  await rename(draft, addressFileOf(stateDir))
}

/** The routes, on no address yet. */
export function createHttpServer(api: ControllerApi): FastifyInstance {
  const server = Fastify({
    ...timeouts,
    bodyLimit: maximumBodyBytes,
    logger: { level: 'error', stream: errorLog },
    frameworkErrors: (error, request, reply) => void sendProblem(reply, problemFor(error, request)),
  })
  // JSON only: a web page may send plain text anywhere without asking first.
  server.removeContentTypeParser('text/plain')
  server.setNotFoundHandler((request, reply) =>
    sendProblem(reply, statusProblem(404, `there is no ${request.method} ${request.url.split('?')[0]}`)),
  )
  server.setErrorHandler((error, request, reply) => sendProblem(reply, problemFor(error, request)))
  addRoutes(server, api)
  return server
}

function addRoutes(server: FastifyInstance, api: ControllerApi): void {
  const releases = `${projectPath}/releases`
  server.get('/v1/info', async (_, reply) => send(reply, await api.info()))
  server.get(releases, async (_, reply) => send(reply, await api.releases()))
  server.post(releases, async ({ body }, reply) => send(reply, await api.start(parse(StartRequest, body)), 201))
  server.get(`${releases}/:id`, async ({ params }, reply) => send(reply, await api.release(idOf(params))))
  server.post(`${releases}/:id/commands`, async ({ params, body }, reply) =>
    send(reply, await api.command(idOf(params), parse(CommandRequest, body))),
  )
  server.get(`${releases}/:id/events`, async ({ params, query }, reply) =>
    send(reply, await api.events(idOf(params), parse(EventsQuery, query).from)),
  )
  server.get(`${releases}/:id/report`, async ({ params }, reply) => send(reply, await api.report(idOf(params))))
  server.get(`${releases}/:id/document`, async ({ params }, reply) => send(reply, await api.document(idOf(params))))
}

const EventsQuery = z.strictObject({ from: z.coerce.number().int().min(1).default(1) })
const Params = z.strictObject({ id: z.string() })
const idOf = (params: unknown): string => parse(Params, params).id

function send<T>(reply: FastifyReply, answer: Answer<T>, status = 200): FastifyReply {
  return answer.ok ? reply.code(status).send(answer.value) : sendProblem(reply, answer.problem)
}
