/** The proxy's admin interface: `GET /health`, `GET /shares`, `PUT /shares`, `GET /metrics`; for programs on this machine only. */
import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { ProxyMetrics } from './proxy-metrics.ts'
import type { StateFile } from './proxy-state.ts'
import type { RoutingTable } from './routing-table.ts'
import { readShareChange } from './share-change.ts'

const maximumBodyBytes = 65_536
/** A browser that was talked into asking names another host: names that resolve here do not get in. */
const localHost = /^(127\.0\.0\.1|localhost)(:\d+)?$/i

interface AdminPorts {
  table: RoutingTable
  metrics: ProxyMetrics
  stateFile: StateFile
  /** Asked as a bearer token by `PUT`. */
  token?: string | undefined
}

export function createAdminInterface(ports: AdminPorts): RequestListener {
  return (request, response) => {
    answer(request, response, ports).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) })
    })
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, ports: AdminPorts): Promise<void> {
  if (!localHost.test(request.headers.host ?? ''))
    return sendJson(response, 421, { error: 'ask for this machine by 127.0.0.1 or localhost' })
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  const route = `${request.method} ${pathname}`
  switch (route) {
    case 'GET /health':
      return sendJson(response, 200, { status: 'ok' })
    case 'GET /shares':
      return sendJson(response, 200, ports.table.readback())
    case 'PUT /shares':
      return putShares(request, response, ports)
    case 'GET /metrics': {
      const { registry } = ports.metrics
      response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics())
      return
    }
    default:
      return sendJson(response, 404, {
        error: `no ${route} here; there are GET /health, GET /shares, PUT /shares, GET /metrics`,
      })
  }
}

async function putShares(request: IncomingMessage, response: ServerResponse, ports: AdminPorts): Promise<void> {
  const { table, metrics, stateFile, token } = ports
  if (token !== undefined && !sameText(request.headers.authorization ?? '', `Bearer ${token}`)) {
    return sendJson(response, 401, { error: 'give the admin token as Authorization: Bearer …' })
  }
  const body = await readBody(request)
  if (body === null) return sendJson(response, 413, { error: `the body is larger than ${maximumBodyBytes} bytes` })
  const read = readShareChange(body)
  if ('problem' in read) return sendJson(response, 400, { error: read.problem })
  const { change } = read
  if (!table.apply(change)) {
    const { fence } = table.state
    return sendJson(response, 409, {
      error: `fence ${change.fence} is older than ${fence}, which is held; nothing was changed`,
      fence,
    })
  }
  for (const version of Object.keys(change.backends)) metrics.know(version)
  try {
    await stateFile.save(table.state)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return sendJson(response, 500, {
      error: `the shares hold now but would not survive a restart of the proxy: ${why}`,
    })
  }
  sendJson(response, 200, table.readback())
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maximumBodyBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function sameText(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`)
}
