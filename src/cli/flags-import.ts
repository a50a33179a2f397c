/** `tidegate flags import`: definitions in flagd's format as a register. Users keep what they have. */
import { type CliContext, exitCodes, type RegisterCommand, UserError } from './context.ts'

export const flagsImportCommand: RegisterCommand = (flags, context) => {
  flags
    .command('import')
    .description("print a register of the flags in a file in flagd's format; users keep the variants that they have")
    .argument('<file>', "definitions in flagd's format")
    .option('--environment <name>', 'which one they are of', 'production')
    .option('--json', 'print it as JSON on one line')
    .action((file: string, options: { environment: string; json?: boolean }) => importFlags(context, file, options))
}

const maximumBytes = 8 * 1024 * 1024

async function importFlags(
  context: CliContext,
  file: string,
  { environment, json }: { environment: string; json?: boolean },
): Promise<void> {
  const [{ formatFault }, { importDefinitions }, { newRegister }, { readUtf8File }] = await Promise.all([
    import('../core/flags/fault.ts'),
    import('../core/flags/register/import-definitions.ts'),
    import('../document/flag-register/register-text.ts'),
    import('./read-register-file.ts'),
  ])
  const text = await readUtf8File(context, file, maximumBytes)
  const imported = importDefinitions(text, environment)
  if ('faults' in imported)
    throw new UserError(imported.faults.map((fault) => `${file}: ${formatFault(fault)}`).join('\n'), exitCodes.failed)
  const { register, untranslated, dropped } = imported
  for (const key of untranslated)
    context.err(`"${key}" keeps its targeting as it is; cohorts and a share may say it better`)
  for (const what of dropped) context.err(`not taken over: ${what}`)
  context.out(json ? JSON.stringify(register) : newRegister(register).trimEnd())
  context.exit(exitCodes.ok)
}
