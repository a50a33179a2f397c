/** `tidegate serve --flags`: a flag server of one file, a register or in flagd's format, for every OpenFeature client. */
import { basename, resolve } from 'node:path'
import { formatFault } from '../core/flags/fault.ts'
import { type CliContext, exitCodes, UserError } from './context.ts'

export interface ServeFlagsOptions {
  flags: string
  port: string
  syncPort: string
  host: string
  origin?: string[]
  allowedHost?: string[]
  environment?: string
  adminTokenFile?: string
  json?: boolean
}

const maximumPort = 65_535

/** Until it is stopped; exits as failed where the file is not right to begin with. */
export async function serveFlags(context: CliContext, options: ServeFlagsOptions): Promise<void> {
  const { flags, port, syncPort, host, origin = [], allowedHost = [], environment, adminTokenFile, json } = options
  const shown = basename(flags)
  const tell = (lines: string[]) => {
    for (const line of lines) context.err(`${shown}: ${line}`)
  }
  const server = await context.serveFlags({
    path: resolve(context.cwd, flags),
    port: portOf('--port', port),
    syncPort: portOf('--sync-port', syncPort),
    host,
    origins: origin,
    allowedHosts: allowedHost,
    environment,
    adminTokenFile: adminTokenFile === undefined ? undefined : resolve(context.cwd, adminTokenFile),
    tell,
  })
  if ('faults' in server) {
    tell(server.faults.map(formatFault))
    context.exit(exitCodes.failed)
    return
  }
  if (json) context.out(JSON.stringify({ url: server.url, syncAddress: server.syncAddress, flags: server.flags }))
  else
    context.out(
      `${server.flags} flags of ${flags} are served on ${server.url} (OFREP) and ${server.syncAddress} (flagd's sync)`,
    )
  await new Promise<void>((resolve) => {
    const stop = context.onInterrupt(() => {
      stop()
      resolve()
    })
  })
  await server.close()
}

function portOf(option: string, text: string): number {
  const port = /^\d+$/.test(text) ? Number(text) : maximumPort + 1
  if (port > maximumPort) throw new UserError(`${option} takes a number from 0 to ${maximumPort}, not "${text}"`)
  return port
}
