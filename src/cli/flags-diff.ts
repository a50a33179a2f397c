/** `tidegate flags diff`: what differs between two registers. */
import { exitCodes, type RegisterCommand } from './context.ts'

export const flagsDiffCommand: RegisterCommand = (flags, context) => {
  flags
    .command('diff')
    .description('say what differs between two registers, one line for each difference')
    .argument('<before>', 'a register')
    .argument('<after>', 'another one')
    .option('--json', 'print one JSON object')
    .action(async (before: string, after: string, { json }: { json?: boolean }) => {
      const [{ readRegisterFile }, { diffRegisters }, { formatChange }] = await Promise.all([
        import('./read-register-file.ts'),
        import('../core/flags/register/diff-registers.ts'),
        import('../core/flags/register/format-change.ts'),
      ])
      const [old, now] = [await readRegisterFile(context, before), await readRegisterFile(context, after)]
      const changes = diffRegisters(old, now)
      if (json) context.out(JSON.stringify({ before, after, changes }))
      else for (const change of changes) context.out(formatChange(change))
      context.exit(exitCodes.ok)
    })
}
