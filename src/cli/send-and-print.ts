/** A command that is sent once and answered at once. */
import type { Command } from 'commander'
import type { ReleaseCommand } from '../core/release/commands.ts'
import { type CliContext, exitCodes } from './context.ts'
import { actorOf, withController } from './with-controller.ts'

export interface CommandOptions {
  as?: string
  json?: boolean
  /** Version of the release that was decided on. */
  seen?: number
}

export function sendAndPrint(
  program: Command,
  context: CliContext,
  named: string | undefined,
  options: CommandOptions,
  command: ReleaseCommand,
): Promise<void> {
  const actor = actorOf(context, options)
  return withController(program, context, 'record', async (connection) => {
    const { chooseRunning } = await import('./choose-release.ts')
    const { noteWhoRunsIt } = await import('./follow-release.ts')
    const { printOutcome, sendCommand } = await import('./send-command.ts')
    const releaseId = await chooseRunning(connection.api, named)
    const seen = options.seen === undefined ? {} : { seenVersion: options.seen }
    const view = await sendCommand(connection.api, releaseId, actor, { ...command, ...seen })
    printOutcome(context, view, options.json === true)
    if (connection.served === 'local') noteWhoRunsIt(context, connection, view)
    return exitCodes.ok
  })
}
