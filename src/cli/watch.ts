/** `tidegate watch`: follows a release until it is over; takes it up again where no controller runs it. */
import { exitCodes, type RegisterCommand } from './context.ts'
import { withController } from './with-controller.ts'

export const watchCommand: RegisterCommand = (program, context) => {
  program
    .command('watch')
    .description('follow a release until it is over')
    .argument('[release]', 'default: the newest that is not over')
    .option('--until-held', `end with code ${exitCodes.undecided} when the release is held`)
    .option('--json', 'print one JSON object at the end')
    .action((named: string | undefined, options: { untilHeld?: boolean; json?: boolean }) =>
      withController(program, context, 'run', async (connection) => {
        const { chooseRelease } = await import('./choose-release.ts')
        const { exitCodeOf, followRelease } = await import('./follow-release.ts')
        const view = await followRelease(context, connection, await chooseRelease(connection.api, named), options)
        if (options.json) context.out(JSON.stringify(view))
        return exitCodeOf(view.status)
      }),
    )
}
