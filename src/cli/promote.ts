/** `tidegate promote`: ends the bake of the stage under way, if its criteria hold. */
import type { RegisterCommand } from './context.ts'
import { sendAndPrint } from './send-and-print.ts'
import { reasonOption, type SteeringOptions, withSteeringOptions } from './steering.ts'

export const promoteCommand: RegisterCommand = (program, context) => {
  withSteeringOptions(program.command('promote'))
    .description('end the bake of a stage whose criteria hold')
    .argument('[release]', 'default: the one that is running')
    .option('--service <name>', 'which service, where several climb')
    .requiredOption(...reasonOption)
    .action((named: string | undefined, options: SteeringOptions) => {
      const { reason, service } = options
      return sendAndPrint(program, context, named, options, { type: 'promote', reason, ...(service && { service }) })
    })
}
