/** `tidegate supersede`: another release takes this one's place; it goes back and ends. */
import type { RegisterCommand } from './context.ts'
import { sendAndPrint } from './send-and-print.ts'
import { reasonOption, type SteeringOptions, withSteeringOptions } from './steering.ts'

interface Options extends SteeringOptions {
  by: string
}

export const supersedeCommand: RegisterCommand = (program, context) => {
  withSteeringOptions(program.command('supersede'))
    .description('take a release back because another one takes its place (start --supersedes does both)')
    .argument('[release]', 'default: the one that is running')
    .requiredOption('--by <release>', 'the one that takes its place, as people call it')
    .requiredOption(...reasonOption)
    .action((release: string | undefined, options: Options) =>
      sendAndPrint(program, context, release, options, {
        type: 'supersede',
        by: options.by,
        reason: options.reason,
      }),
    )
}
