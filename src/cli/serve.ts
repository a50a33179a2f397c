/**
 * `tidegate serve`: a controller that stays, with nothing to start itself: for a service manager, and for each of several that share a database.
 * With `--flags` it serves a file of flags instead, and runs no release.
 */
import type { Command } from 'commander'
import { type CliContext, exitCodes, type RegisterCommand, UserError } from './context.ts'
import { pauseFor } from './pause-for.ts'
import { type ServeFlagsOptions, serveFlags } from './serve-flags.ts'
import { withController } from './with-controller.ts'

/** One wait of many; a timer takes no longer one. */
const hourMs = 3_600_000

type Options = Partial<ServeFlagsOptions> & { operator?: string }

export const serveCommand: RegisterCommand = (program, context) => {
  program
    .command('serve')
    .description('run the releases there are and those to come, until it is stopped; or serve flags alone')
    .option('--operator <file>', 'people, targets and sources; needed where no controller has run yet')
    .option(
      '--flags <file>',
      "only serve this file of flags, a register or in flagd's format, to OpenFeature clients (OFREP), and follow it",
    )
    .option('--port <number>', 'with --flags: where to listen, 8016 by default; 0 is any port that is free')
    .option(
      '--sync-port <number>',
      'with --flags: where clients that evaluate by themselves get the definitions (gRPC), 8015 by default',
    )
    .option('--host <address>', 'with --flags: where to listen, 127.0.0.1 by default: everybody who reaches it can ask')
    .option('--origin <origins...>', 'with --flags: web pages that may ask, such as https://shop.example')
    .option(
      '--allowed-host <names...>',
      'with --flags: names by which it may be asked, besides its addresses and localhost',
    )
    .option('--environment <name>', 'with --flags, of a register that has several: which one is served')
    .option(
      '--admin-token-file <file>',
      'with --flags, of a register: let programs change it that bear the token in this file',
    )
    .option('--json', 'with --flags: print one JSON object once it listens')
    .action((options: Options) => serve(program, context, options))
}

async function serve(program: Command, context: CliContext, { operator, flags, ...listening }: Options): Promise<void> {
  if (flags !== undefined) {
    if (operator !== undefined) throw new UserError('--flags serves flags alone, without an operator file')
    return serveFlags(context, { port: '8016', syncPort: '8015', host: '127.0.0.1', ...listening, flags })
  }
  const [alone] = Object.keys(listening)
  if (alone !== undefined) throw new UserError(`${optionOf(alone)} goes with --flags FILE`)
  return withController(
    program,
    context,
    'run',
    async ({ served }) => {
      if (served === 'remote') throw new UserError('a controller is at work on this state folder already')
      const leave = new AbortController()
      const stopListening = context.onInterrupt(() => leave.abort())
      context.err('This process is a controller. Ctrl-C ends it; traffic stays as it is.')
      while (!leave.signal.aborted) await pauseFor(hourMs, leave.signal)
      stopListening()
      return exitCodes.ok
    },
    operator,
  )
}

/** `syncPort` as it is typed. */
const optionOf = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
