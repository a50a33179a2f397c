/** `tidegate flags`: looks at registers of flags, compares them, and takes flags in from and out to flagd's format. */
import type { RegisterCommand } from './context.ts'
import { flagsCheckCommand } from './flags-check.ts'
import { flagsDiffCommand } from './flags-diff.ts'
import { flagsExportCommand } from './flags-export.ts'
import { flagsImportCommand } from './flags-import.ts'

export const flagsCommand: RegisterCommand = (program, context) => {
  const flags = program.command('flags').description("look at a register of flags, or exchange it with flagd's format")
  for (const register of [flagsCheckCommand, flagsExportCommand, flagsImportCommand, flagsDiffCommand])
    register(flags, context)
}
