/** `tidegate retry`: tries once more what failed and is held. */
import type { RegisterCommand } from './context.ts'
import { sendAndPrint } from './send-and-print.ts'
import { type SteeringOptions, withSteeringOptions } from './steering.ts'

export const retryCommand: RegisterCommand = (program, context) => {
  withSteeringOptions(program.command('retry'))
    .description('try a step or a check once more that failed')
    .argument('<id>', 'the step or gate, as status names it')
    .option('--release <id>', 'default: the one that is running')
    .action((id: string, options: SteeringOptions) =>
      sendAndPrint(program, context, options.release, options, { type: 'retry', id }),
    )
}
