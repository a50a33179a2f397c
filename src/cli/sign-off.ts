/** What `approve` and `reject` share: a person's word names its gate, so that an old answer fits nothing new. */
import type { Command } from 'commander'
import type { ReleaseView } from '../server/contract.ts'
import { type CliContext, type Connection, type ExitCode, exitCodes, UserError } from './context.ts'
import { actorOf, actorOption, withController } from './with-controller.ts'

interface Options {
  release?: string
  as?: string
  comment?: string
  json?: boolean
}

export function registerSignOff(
  program: Command,
  context: CliContext,
  type: 'approve' | 'reject',
  description: string,
): void {
  program
    .command(type)
    .description(description)
    .argument('[gates...]', 'what tidegate status says is open')
    .option('--release <id>', 'default: the one that is running')
    .option(...actorOption)
    .option('--comment <text>', 'goes into the log and the report')
    .option('--json', 'print one JSON object')
    .action((gateIds: string[], options: Options) => {
      const actor = actorOf(context, options)
      return withController(program, context, 'record', (connection) =>
        sign(context, connection, type, gateIds, actor, options),
      )
    })
}

async function sign(
  context: CliContext,
  connection: Connection,
  type: 'approve' | 'reject',
  gateIds: string[],
  actor: string,
  options: Options,
): Promise<ExitCode> {
  const { chooseRunning } = await import('./choose-release.ts')
  const { unwrap } = await import('./describe-problem.ts')
  const { noteWhoRunsIt } = await import('./follow-release.ts')
  const { printOutcome, sendCommand } = await import('./send-command.ts')
  const releaseId = await chooseRunning(connection.api, options.release)
  let view = unwrap(await connection.api.release(releaseId))
  if (gateIds.length === 0) throw new UserError(`say what you ${type}; ${whatIsOpen(view)}`)
  const comment = options.comment === undefined ? {} : { comment: options.comment }
  for (const gateId of gateIds) {
    const seenVersion = view.version
    view = await sendCommand(connection.api, releaseId, actor, { type, gateId, seenVersion, ...comment })
  }
  printOutcome(context, view, options.json === true)
  if (connection.served === 'local') noteWhoRunsIt(context, connection, view)
  return exitCodes.ok
}

function whatIsOpen({ waits }: ReleaseView): string {
  const open = waits.flatMap(({ gateId, role }) => (gateId === undefined ? [] : [`${gateId} (${role})`]))
  return open.length > 0 ? `open now: ${open.join(', ')}` : 'nothing waits for a sign-off now'
}
