/** `tidegate import`: shows a document beside what was understood of it, its faults, and what no fact was read from; writes it as a plan in YAML. */
import type { RegisterCommand } from './context.ts'
import type { ImportOptions } from './run-import.ts'

export const importCommand: RegisterCommand = (program, context) => {
  program
    .command('import')
    .description('read a plan and show what was understood of each line')
    .argument('<file>', 'the plan, in Markdown or YAML')
    .option('--out <file>', 'write what was understood as a plan in YAML (- for stdout)')
    .option('--force', 'let --out replace a file')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: ImportOptions) => {
      const { runImport } = await import('./run-import.ts')
      context.exit(await runImport(context, file, options))
    })
}
