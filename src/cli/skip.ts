/** `tidegate skip`: goes on without a step, or without a gate that is no person's word. */
import type { RegisterCommand } from './context.ts'
import { sendAndPrint } from './send-and-print.ts'
import { reasonOption, type SteeringOptions, withSteeringOptions } from './steering.ts'

export const skipCommand: RegisterCommand = (program, context) => {
  withSteeringOptions(program.command('skip'))
    .description("go on without a step, or without a gate that is no person's word")
    .argument('<id>', 'the step or gate, as status names it')
    .option('--release <id>', 'default: the one that is running')
    .requiredOption(...reasonOption)
    .action((id: string, options: SteeringOptions) =>
      sendAndPrint(program, context, options.release, options, { type: 'skip', id, reason: options.reason }),
    )
}
