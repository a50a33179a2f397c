/** `tidegate resume`: goes on with a paused release. */
import type { RegisterCommand } from './context.ts'
import { type CommandOptions, sendAndPrint } from './send-and-print.ts'
import { actorOption } from './with-controller.ts'

export const resumeCommand: RegisterCommand = (program, context) => {
  program
    .command('resume')
    .description('go on with a paused release')
    .argument('[release]', 'default: the one that is running')
    .option(...actorOption)
    .option('--json', 'print one JSON object')
    .action((named: string | undefined, options: CommandOptions) =>
      sendAndPrint(program, context, named, options, { type: 'resume' }),
    )
}
