/** The embedded reverse proxy, a process of its own: it outlives the controller, so that killing the controller never touches traffic. */
import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http'
import { createAdminInterface } from './admin-interface.ts'
import { createForwarder } from './forwarder.ts'
import { ProxyMetrics } from './proxy-metrics.ts'
import { type ProxySettings, readSettings, SettingsError } from './proxy-settings.ts'
import { StateFile, StateFileError } from './proxy-state.ts'
import { RoutingTable } from './routing-table.ts'

/** How long requests under way may take to end once the proxy is told to stop. */
const drainMs = 2_000
const userLimits = {
  maximumConnections: 10_000,
  maxHeaderSize: 16_384,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 30_000,
}
const adminLimits = {
  maximumConnections: 64,
  maxHeaderSize: 16_384,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
}

/** The port belongs to somebody else; the message says what to do. */
class PortError extends Error {}

async function run(settings: ProxySettings): Promise<void> {
  const stateFile = new StateFile(settings.STATE_FILE)
  const table = new RoutingTable(await stateFile.load())
  const metrics = new ProxyMetrics()
  for (const version of Object.keys(table.state.backends)) metrics.know(version)
  const admin = createAdminInterface({ table, metrics, stateFile, token: settings.ADMIN_TOKEN })
  const { LISTEN_PORT, ADMIN_PORT, ANSWER_TIMEOUT_MS: answerTimeoutMs, STICKY_HEADER: stickyHeader } = settings
  const forwarder = createForwarder(table, metrics, { answerTimeoutMs, stickyHeader })
  const servers = [
    await listen(forwarder, 'LISTEN_PORT', LISTEN_PORT, userLimits),
    await listen(admin, 'ADMIN_PORT', ADMIN_PORT, adminLimits),
  ]
  process.once('SIGTERM', () => void drain(servers))
  process.once('SIGINT', () => void drain(servers))
}

type Limits = ServerOptions & { maximumConnections: number }

function listen(
  handler: RequestListener,
  setting: string,
  port: number,
  { maximumConnections, ...options }: Limits,
): Promise<Server> {
  const server = createServer({ ...options, noDelay: true }, handler)
  server.maxConnections = maximumConnections
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? 'is in use; stop the process that listens there or choose another'
          : `cannot be used: ${error.message}`
      reject(new PortError(`port ${port} on 127.0.0.1 ${why} (${setting})`))
    })
    server.listen(port, '127.0.0.1', () => resolve(server))
  })
}

/** Takes no new connections, lets requests under way end for a while, and exits. */
async function drain(servers: readonly Server[]): Promise<never> {
  setTimeout(() => process.exit(0), drainMs).unref()
  await Promise.all(
    servers.map((server) => {
      setInterval(() => server.closeIdleConnections(), 20).unref()
      return new Promise((resolve) => server.close(resolve))
    }),
  )
  process.exit(0)
}

try {
  await run(readSettings(process.env))
} catch (error) {
  const expected = error instanceof SettingsError || error instanceof StateFileError || error instanceof PortError
  if (!expected) throw error
  process.stderr.write(`tidegate proxy: ${error.message}\n`)
  process.exit(1)
}
