/** `tidegate abort`: takes all traffic back to the baseline. Asks nothing, works in every state that has something to take back. */
import { type CliContext, type Connection, type ExitCode, exitCodes, type RegisterCommand } from './context.ts'
import { actorOf, actorOption, withController } from './with-controller.ts'

interface Options {
  as?: string
  reason: string
  service?: string
  json?: boolean
}

export const abortCommand: RegisterCommand = (program, context) => {
  program
    .command('abort')
    .description('roll a release back now')
    .argument('[release]', 'default: the one that is running')
    .option(...actorOption)
    .option('--reason <text>', 'why; it goes into the log and the report', 'no reason given')
    .option('--service <name>', 'take only this service of a train back, and what depends on it')
    .option('--json', 'print one JSON object')
    .action((named: string | undefined, options: Options) => {
      const actor = actorOf(context, options)
      return withController(program, context, 'run', (connection) => abort(context, connection, named, actor, options))
    })
}

/** Where this process is the controller it stays until the rollback has ended: nobody else would finish it. */
async function abort(
  context: CliContext,
  connection: Connection,
  named: string | undefined,
  actor: string,
  options: Options,
): Promise<ExitCode> {
  const { chooseRunning } = await import('./choose-release.ts')
  const { printOutcome, sendCommand } = await import('./send-command.ts')
  const { reason, service, json = false } = options
  const releaseId = await chooseRunning(connection.api, named)
  const accepted = await sendCommand(connection.api, releaseId, actor, {
    type: 'abort',
    reason,
    ...(service === undefined ? {} : { service }),
  })
  if (connection.served === 'remote') {
    printOutcome(context, accepted, json)
    return exitCodes.ok
  }
  const { exitCodeOf, followRelease } = await import('./follow-release.ts')
  const ended = await followRelease(context, connection, releaseId, { json })
  if (json) printOutcome(context, ended, json)
  return ended.status === 'RolledBack' ? exitCodes.ok : exitCodeOf(ended.status)
}
