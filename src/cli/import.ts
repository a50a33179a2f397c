/** `tidegate import`: shows a document beside what was understood of it, its faults, and what no fact was read from. */
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { exitCodes, type RegisterCommand, UserError } from './context.ts'

export const importCommand: RegisterCommand = (program, context) => {
  program
    .command('import')
    .description('read a plan and show what was understood of each line')
    .argument('<file>', 'the plan, in Markdown')
    .option('--json', 'print one JSON object')
    .action(async (file: string, options: { json?: boolean }) => {
      const [{ importMarkdown }, { lintDraft }, { importView }] = await Promise.all([
        import('../document/import-markdown.ts'),
        import('../core/plan/lint/lint.ts'),
        import('./import-view.ts'),
      ])
      const text = await readDocument(resolve(context.cwd, file), file)
      const { draft, diagnostics: found } = importMarkdown(text, file)
      const diagnostics = [...found, ...lintDraft(draft)]
      if (options.json) context.out(JSON.stringify({ draft, diagnostics }))
      else for (const line of importView(text, draft, diagnostics, context)) context.out(line)
      context.exit(diagnostics.some(({ severity }) => severity === 'error') ? exitCodes.failed : exitCodes.ok)
    })
}

const mistakes: Record<string, string> = {
  ENOENT: 'there is no such file',
  EISDIR: 'that is a folder; name the Markdown file in it',
  EACCES: 'you may not read it',
}

async function readDocument(path: string, shown: string): Promise<string> {
  try {
    return new TextDecoder('utf-8').decode(await readFile(path))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
    if (code === undefined) throw error
    throw new UserError(`cannot read ${shown}: ${mistakes[code] ?? code}`)
  }
}
