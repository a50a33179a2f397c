/** Forwards each request to the version that serves its user, and counts how that went. Bodies stream; WebSockets are not forwarded. */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createProxyServer } from 'http-proxy-3'
import type { ProxyMetrics } from './proxy-metrics.ts'
import type { RoutingTable } from './routing-table.ts'
import { visitorOf } from './visitor.ts'

const connectTimeoutMs = 5_000

/** One request on its way. `failure` is the status it counts with when its version failed it. */
interface Passage {
  newCookie?: string
  startMs: number
  failure?: 502 | 504
}

interface ForwarderOptions {
  /** A backend that says nothing for so long is given up. */
  answerTimeoutMs: number
  /** Lower-case name of a header that tells users apart, instead of the proxy's own cookie. */
  stickyHeader?: string | undefined
}

/** Answers 503 as long as no shares are set, 502 or 504 where a version fails. */
export function createForwarder(
  table: RoutingTable,
  metrics: ProxyMetrics,
  { answerTimeoutMs, stickyHeader }: ForwarderOptions,
): RequestListener {
  const proxy = createProxyServer({ xfwd: true, proxyTimeout: answerTimeoutMs, connectTimeout: connectTimeoutMs })
  const passages = new WeakMap<IncomingMessage, Passage>()

  proxy.on('proxyRes', (answer, request, response) => {
    const passage = passages.get(request)
    // These speak of the connection to the backend, not of the client's.
    delete answer.headers.connection
    delete answer.headers['keep-alive']
    if (passage?.newCookie) answer.headers['set-cookie'] = [...(answer.headers['set-cookie'] ?? []), passage.newCookie]
    answer.once('close', () => {
      if (answer.complete || response.destroyed) return
      if (passage) passage.failure = 502
      response.destroy()
    })
  })

  return (request, response) => {
    const { key, newCookie } = visitorOf(request.headers, stickyHeader)
    const backend = table.backendFor(key, request.headers)
    if (!backend)
      return refuse(response, 503, 'No shares are set: this proxy does not know yet where to send requests.')
    const { version, url: target, agent } = backend
    const passage: Passage = { startMs: performance.now(), ...(newCookie === undefined ? {} : { newCookie }) }
    passages.set(request, passage)
    response.once('close', () => {
      metrics.observe(version, codeOf(response, passage), (performance.now() - passage.startMs) / 1_000)
    })
    proxy.web(request, response, { target, agent, headers: { connection: 'keep-alive' } }, () => {
      const waitedMs = performance.now() - passage.startMs
      passage.failure = waitedMs >= answerTimeoutMs ? 504 : 502
      if (response.headersSent) return void response.destroy()
      if (newCookie) response.setHeader('set-cookie', newCookie)
      refuse(response, passage.failure, `The service did not answer (${version}).`)
    })
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`)
}

/** The status the request counts with; 499 when the client left before there was one. */
function codeOf(response: ServerResponse, { failure }: Passage): number {
  return failure ?? (response.headersSent ? response.statusCode : 499)
}
