/** `tidegate serve`: a controller that stays, with nothing to start itself: for a service manager, and for each of several that share a database. */

import { exitCodes, type RegisterCommand, UserError } from './context.ts'
import { pauseFor } from './pause-for.ts'
import { withController } from './with-controller.ts'

/** One wait of many; a timer takes no longer one. */
const hourMs = 3_600_000

export const serveCommand: RegisterCommand = (program, context) => {
  program
    .command('serve')
    .description('run the releases there are and those to come, until it is stopped')
    .option('--operator <file>', 'people, targets and sources; needed where no controller has run yet')
    .action(({ operator }: { operator?: string }) =>
      withController(
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
      ),
    )
}
