// The HTTP server: the API with its metrics and faults, and beside it health and metrics, which neither counts nor touches.
import fastify, { type FastifyError, type FastifyInstance } from 'fastify'
import { describeError, writeLog } from '../process/write-log.ts'
import { addAuthRoutes } from './auth-routes.ts'
import type { Backend } from './backend.ts'
import { injectFault } from './inject-fault.ts'
import { addProfileRoutes } from './profile-routes.ts'

const connectionLimit = 1000
const bodyLimitBytes = 16_384
const requestTimeoutMs = 10_000

/** A server that does not listen yet. */
export async function buildServer(backend: Backend): Promise<FastifyInstance> {
  const { version, settings } = backend
  const server = fastify({ bodyLimit: bodyLimitBytes, requestTimeout: requestTimeoutMs, return503OnClosing: false })
  server.server.maxConnections = connectionLimit
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-version', version.name)
    if (settings.CORS_ORIGIN === undefined || request.headers.origin !== settings.CORS_ORIGIN) return
    reply.header('access-control-allow-origin', settings.CORS_ORIGIN).header('vary', 'origin')
  })
  server.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500
    if (status < 500) return reply.code(status).send({ error: error.message })
    writeLog('request failed', {
      method: request.method,
      route: request.routeOptions.url ?? 'unmatched',
      reason: error.message,
    })
    return reply.code(500).send({ error: settings.NODE_ENV === 'production' ? 'internal error' : error.message })
  })
  addOperationsRoutes(server, backend)
  await server.register((api) => addApi(api, backend), { prefix: '/api' })
  return server
}

async function addApi(api: FastifyInstance, backend: Backend): Promise<void> {
  const { metrics, settings, version } = backend
  api.addHook('onRequest', async () => metrics.received.inc())
  api.addHook('onResponse', async ({ method, routeOptions }, reply) => {
    const route = routeOptions.url ?? 'unmatched'
    metrics.answered.inc({ method, route, status: String(reply.statusCode) })
    metrics.duration.observe({ route }, reply.elapsedTime / 1000)
  })
  api.setNotFoundHandler(async (_request, reply) => reply.code(404).send({ error: 'no such route' }))
  if (version.breakable) injectFault(api, settings.FAULT)
  if (settings.CORS_ORIGIN !== undefined) addPreflight(api)
  await addAuthRoutes(api, backend)
  addProfileRoutes(api, backend)
}

function addPreflight(api: FastifyInstance): void {
  api.options('/*', async (_request, reply) =>
    reply
      .code(204)
      .header('access-control-allow-methods', 'GET, POST, PUT')
      .header('access-control-allow-headers', 'authorization, content-type')
      .send(),
  )
}

function addOperationsRoutes(server: FastifyInstance, { accounts, metrics, version }: Backend): void {
  server.get('/health', async (_request, reply) => {
    try {
      accounts.check()
      return { status: 'ok', version: version.name, database: 'ok' }
    } catch (error) {
      return reply.code(503).send({ status: 'failing', version: version.name, database: describeError(error) })
    }
  })
  server.get('/metrics', async (_request, reply) =>
    reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  )
}
