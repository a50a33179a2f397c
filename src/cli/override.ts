/** `tidegate override`: a person decides what the numbers do not; once for a stage. */
import type { RegisterCommand } from './context.ts'
import { sendAndPrint } from './send-and-print.ts'
import { reasonOption, type SteeringOptions, withSteeringOptions } from './steering.ts'

export const overrideCommand: RegisterCommand = (program, context) => {
  withSteeringOptions(program.command('override'))
    .description('let an undecided stage pass, once; triggers stay armed')
    .argument('[release]', 'default: the one that is running')
    .option('--service <name>', 'which service, where several climb')
    .requiredOption(...reasonOption)
    .action((named: string | undefined, options: SteeringOptions) => {
      const { reason, service } = options
      return sendAndPrint(program, context, named, options, { type: 'override', reason, ...(service && { service }) })
    })
}
