/** `tidegate serve`: a flag server of one file in flagd's format, for every OpenFeature client. */
import { basename, resolve } from 'node:path'
import { formatFault } from '../core/flags/fault.ts'
import { type CliContext, exitCodes, type RegisterCommand, UserError } from './context.ts'

interface Options {
  flags: string
  port: string
  host: string
  origin?: string[]
  json?: boolean
}

const maximumPort = 65_535

export const serveCommand: RegisterCommand = (program, context) => {
  program
    .command('serve')
    .description("serve a file of flags in flagd's format to OpenFeature clients (OFREP), and follow its changes")
    .requiredOption('--flags <file>', 'the definitions; while the file is not right, the last good ones stay')
    .option('--port <number>', 'where to listen; 0 is any port that is free', '8016')
    .option('--host <address>', 'where to listen: everybody who reaches it can ask', '127.0.0.1')
    .option('--origin <origins...>', 'web pages that may ask, such as https://shop.example')
    .option('--json', 'print one JSON object once it listens')
    .action((options: Options) => serve(context, options))
}

async function serve(context: CliContext, { flags, port, host, origin = [], json }: Options): Promise<void> {
  const number = /^\d+$/.test(port) ? Number(port) : maximumPort + 1
  if (number > maximumPort) throw new UserError(`--port takes a number from 0 to ${maximumPort}, not "${port}"`)
  const shown = basename(flags)
  const tell = (lines: string[]) => {
    for (const line of lines) context.err(`${shown}: ${line}`)
  }
  const server = await context.serveFlags({
    path: resolve(context.cwd, flags),
    port: number,
    host,
    origins: origin,
    tell,
  })
  if ('faults' in server) {
    tell(server.faults.map(formatFault))
    context.exit(exitCodes.failed)
    return
  }
  if (json) context.out(JSON.stringify({ url: server.url, flags: server.flags }))
  else context.out(`${server.flags} flags of ${flags} are served on ${server.url}`)
  await new Promise<void>((resolve) => {
    const stop = context.onInterrupt(() => {
      stop()
      resolve()
    })
  })
  await server.close()
}
