/** The `tidegate` program: its commands and what they share. Registering loads nothing heavy, so that `--help` is quick. */
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { abortCommand } from './abort.ts'
import { approveCommand } from './approve.ts'
import { auditCommand } from './audit.ts'
import { bindCommand } from './bind.ts'
import { type CliContext, exitCodes, type RegisterCommand } from './context.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { flagsCommand } from './flags.ts'
import { importCommand } from './import.ts'
import { lintCommand } from './lint.ts'
import { overrideCommand } from './override.ts'
import { pauseCommand } from './pause.ts'
import { promoteCommand } from './promote.ts'
import { reassignCommand } from './reassign.ts'
import { rehearseCommand } from './rehearse.ts'
import { rejectCommand } from './reject.ts'
import { renderCommand } from './render.ts'
import { reportCommand } from './report.ts'
import { resumeCommand } from './resume.ts'
import { retryCommand } from './retry.ts'
import { schemaCommand } from './schema.ts'
import { serveCommand } from './serve.ts'
import { skipCommand } from './skip.ts'
import { startCommand } from './start.ts'
import { statusCommand } from './status.ts'
import { supersedeCommand } from './supersede.ts'
import { watchCommand } from './watch.ts'

/** In the order of `--help`. */
const commands: readonly RegisterCommand[] = [
  demoCommand,
  importCommand,
  lintCommand,
  bindCommand,
  rehearseCommand,
  startCommand,
  serveCommand,
  flagsCommand,
  statusCommand,
  watchCommand,
  approveCommand,
  rejectCommand,
  pauseCommand,
  resumeCommand,
  promoteCommand,
  overrideCommand,
  skipCommand,
  retryCommand,
  reassignCommand,
  supersedeCommand,
  abortCommand,
  reportCommand,
  renderCommand,
  auditCommand,
  doctorCommand,
  schemaCommand,
]

/** `parseAsync` throws a `UserError` for a command that could not be done; help and usage end by `context.exit`. */
export function buildProgram(context: CliContext): Command {
  const program = new Program(context)
    .name('tidegate')
    .description('Runs the rollout plan your team already wrote.')
    .version(ownVersion())
    .option(
      '--state <dir>',
      'folder of the event log (default from TIDEGATE_STATE)',
      context.env.TIDEGATE_STATE || '.tidegate',
    )
    .exitOverride()
    .showHelpAfterError('Run it with --help to see what it takes.')
    .configureOutput({
      writeOut: (text) => context.out(text.trimEnd()),
      writeErr: (text) => context.err(text.trimEnd()),
    })
    .configureHelp({ helpWidth: context.columns() })
  const codes = `${exitCodes.ok} succeeded, ${exitCodes.failed} failed or rolled back, ${exitCodes.usage} usage, ${exitCodes.undecided} undecided, ${exitCodes.notAuthorised} not authorised`
  program.addHelpText('after', `\nExit codes: ${codes}.`)
  for (const register of commands) register(program, context)
  return program
}

/** Commander's own endings become exit codes of this program. */
class Program extends Command {
  readonly #context: CliContext

  constructor(context: CliContext) {
    super()
    this.#context = context
  }

  override async parseAsync(...parameters: Parameters<Command['parseAsync']>): Promise<this> {
    try {
      await super.parseAsync(...parameters)
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error
      this.#context.exit(error.exitCode === 0 ? exitCodes.ok : exitCodes.usage)
    }
    return this
  }
}

function ownVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  return version
}
