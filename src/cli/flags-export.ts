/** `tidegate flags export`: one environment of a register as definitions that flagd and its clients read. */
import { exitCodes, type RegisterCommand, UserError } from './context.ts'

export const flagsExportCommand: RegisterCommand = (flags, context) => {
  flags
    .command('export')
    .description("print the flags of one environment in flagd's format")
    .argument('<file>', 'the register, in YAML or JSON')
    .option('--environment <name>', 'which one; not needed where there is one only')
    .option('--json', 'print it on one line')
    .action(async (file: string, { environment, json }: { environment?: string; json?: boolean }) => {
      const [{ readRegisterFile }, { publishRegister }] = await Promise.all([
        import('./read-register-file.ts'),
        import('../core/flags/register/publish-register.ts'),
      ])
      const register = await readRegisterFile(context, file)
      const { environments } = register
      const [only] = environments
      const chosen = environment ?? (environments.length === 1 ? only : undefined)
      if (chosen === undefined || !environments.includes(chosen))
        throw new UserError(`say which with --environment; ${file} has: ${environments.join(', ')}`)
      context.out(JSON.stringify(publishRegister(register, chosen), undefined, json ? undefined : 2))
      context.exit(exitCodes.ok)
    })
}
