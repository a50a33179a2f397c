/** `tidegate schema`: prints the JSON schema of a file, for editors where the package does not lie beside the plan. */
import { Argument } from 'commander'
import { exitCodes, type RegisterCommand } from './context.ts'

/** As `published-schemas.ts` names them, which is loaded only when one is asked for. */
const names = ['plan', 'tidegate', 'operator', 'flags'] as const

export const schemaCommand: RegisterCommand = (program, context) => {
  program
    .command('schema')
    .description(
      'print the JSON schema of a plan in YAML, of tidegate.yaml, of operator.yaml or of a register of flags',
    )
    .addArgument(new Argument('<name>').choices(names))
    .action(async (name: (typeof names)[number]) => {
      const { schemaText } = await import('../document/published-schemas.ts')
      context.out(schemaText(name).trimEnd())
      context.exit(exitCodes.ok)
    })
}
