/** `tidegate reassign`: another role of the plan signs instead. */
import type { RegisterCommand } from './context.ts'
import { sendAndPrint } from './send-and-print.ts'
import { reasonOption, type SteeringOptions, withSteeringOptions } from './steering.ts'

export const reassignCommand: RegisterCommand = (program, context) => {
  withSteeringOptions(program.command('reassign'))
    .description('let another role of the plan sign a gate')
    .argument('<gate>', 'the gate, as status names it')
    .argument('<role>', 'who signs it now')
    .option('--release <id>', 'default: the one that is running')
    .requiredOption(...reasonOption)
    .action((gateId: string, role: string, options: SteeringOptions) =>
      sendAndPrint(program, context, options.release, options, {
        type: 'reassign',
        gateId,
        role,
        reason: options.reason,
      }),
    )
}
