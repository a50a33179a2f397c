/** `tidegate import`: shows a document beside what was understood of it, its faults, and what no fact was read from. */
import { exitCodes, type RegisterCommand } from './context.ts'
import { readDocument } from './read-document.ts'

export const importCommand: RegisterCommand = (program, context) => {
  program
    .command('import')
    .description('read a plan and show what was understood of each line')
    .argument('<file>', 'the plan, in Markdown')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: { json?: boolean }) => {
      const [{ importMarkdown }, { lintDraft }, { redactSecrets }, { importView }] = await Promise.all([
        import('../document/import-markdown.ts'),
        import('../core/plan/lint/lint.ts'),
        import('../core/find-secrets.ts'),
        import('./import-view.ts'),
      ])
      const text = await readDocument(context, file)
      const { draft, diagnostics: found } = importMarkdown(text, file)
      const diagnostics = [...found, ...lintDraft(draft)]
      if (options.json) context.out(JSON.stringify({ draft, diagnostics }))
      else for (const line of importView(redactSecrets(text), draft, diagnostics, context)) context.out(line)
      context.exit(diagnostics.some(({ severity }) => severity === 'error') ? exitCodes.failed : exitCodes.ok)
    })
}
