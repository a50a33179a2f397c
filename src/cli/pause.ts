/** `tidegate pause`: stops going forward. Triggers stay armed, and no bake time is earned. */
import type { RegisterCommand } from './context.ts'
import { type CommandOptions, sendAndPrint } from './send-and-print.ts'
import { actorOption } from './with-controller.ts'

export const pauseCommand: RegisterCommand = (program, context) => {
  program
    .command('pause')
    .description('stop going forward; triggers stay armed')
    .argument('[release]', 'default: the one that is running')
    .option(...actorOption)
    .option('--reason <text>', 'why; it goes into the log and the report', 'no reason given')
    .option('--json', 'print one JSON object')
    .action((named: string | undefined, options: CommandOptions & { reason: string }) =>
      sendAndPrint(program, context, named, options, { type: 'pause', reason: options.reason }),
    )
}
