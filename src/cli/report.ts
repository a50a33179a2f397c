/** `tidegate report`: the end-of-release report as Markdown. */
import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { exitCodes, type RegisterCommand, UserError } from './context.ts'
import { withController } from './with-controller.ts'

export const reportCommand: RegisterCommand = (program, context) => {
  program
    .command('report')
    .description('write the report of a release: planned and happened, every verdict with its source')
    .argument('[release]', 'default: the newest that is not over, else the newest')
    .option('--out <file>', 'write it there (default: stdout)')
    .option('--json', 'print one JSON object')
    .action((named: string | undefined, options: { out?: string; json?: boolean }) =>
      withController(program, context, 'record', async ({ api }) => {
        const { chooseRelease } = await import('./choose-release.ts')
        const { unwrap } = await import('./describe-problem.ts')
        const releaseId = await chooseRelease(api, named)
        const { redactSecrets } = await import('../core/find-secrets.ts')
        const markdown = redactSecrets(unwrap(await api.report(releaseId)).markdown)
        const { out: file } = options
        if (file !== undefined) {
          await writeFile(resolve(context.cwd, file), markdown).catch((error: NodeJS.ErrnoException) => {
            throw new UserError(`cannot write ${file} (${error.code})`)
          })
          context.err(`Report of release ${releaseId}: ${file}`)
        }
        if (options.json) context.out(JSON.stringify({ releaseId, ...(file === undefined ? { markdown } : { file }) }))
        else if (file === undefined) context.out(markdown.trimEnd())
        return exitCodes.ok
      }),
    )
}
