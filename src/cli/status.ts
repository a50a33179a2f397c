/** `tidegate status`: where a release stands, or a list of all. */
import type { ControllerApi, ReleaseView } from '../server/contract.ts'
import { type CliContext, type Connection, type ExitCode, exitCodes, type RegisterCommand } from './context.ts'
import { withController } from './with-controller.ts'

interface Options {
  all?: boolean
  json?: boolean
}

export const statusCommand: RegisterCommand = (program, context) => {
  program
    .command('status')
    .description('show where a release stands')
    .argument('[release]', 'default: the newest that is not over')
    .option('--all', 'list all releases, the newest first')
    .option('--json', 'print one JSON object')
    .action((named: string | undefined, options: Options) =>
      withController(program, context, 'record', (connection) =>
        options.all ? list(context, connection.api, options) : show(context, connection, named, options),
      ),
    )
}

async function show(
  context: CliContext,
  connection: Connection,
  named: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const { chooseRelease } = await import('./choose-release.ts')
  const { unwrap } = await import('./describe-problem.ts')
  const { noteWhoRunsIt } = await import('./follow-release.ts')
  const { api } = connection
  const view = unwrap(await api.release(await chooseRelease(api, named)))
  if (options.json) context.out(JSON.stringify(view))
  else await print(context, view)
  if (connection.served === 'local') noteWhoRunsIt(context, connection, view)
  if (view.status === 'RolledBack' || view.status === 'Degraded') return exitCodes.failed
  return view.status === 'Held' ? exitCodes.undecided : exitCodes.ok
}

async function print(context: CliContext, view: ReleaseView): Promise<void> {
  const { renderLive } = await import('./live-view.ts')
  const { wantsColour } = await import('./styled-line.ts')
  for (const line of renderLive(view, context.columns(), wantsColour(context))) context.out(line)
}

async function list(context: CliContext, api: ControllerApi, options: Options): Promise<ExitCode> {
  const { newestFirst } = await import('./choose-release.ts')
  const { releaseShapes, shapeSpan } = await import('./status-shapes.ts')
  const { fitText, renderLine, wantsColour } = await import('./styled-line.ts')
  const releases = await newestFirst(api)
  if (options.json) context.out(JSON.stringify({ releases }))
  else if (releases.length === 0) context.err('No release has been started here yet.')
  else {
    for (const { releaseId, status, startedAt, planName } of releases) {
      const line = [
        { text: fitText(releaseId, 8) },
        shapeSpan(releaseShapes[status]),
        { text: `  ${startedAt.slice(0, 19)}Z  ${planName}` },
      ]
      context.out(renderLine(line, context.columns(), wantsColour(context)))
    }
  }
  return exitCodes.ok
}
