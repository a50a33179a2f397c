/** `tidegate start`: starts a release of a plan and, where no other controller takes it, stays as its controller. */
import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { StartRequest } from '../server/contract.ts'
import {
  type CliContext,
  type Connection,
  type ExitCode,
  exitCodes,
  type RegisterCommand,
  UserError,
} from './context.ts'
import { actorOf, actorOption, withController } from './with-controller.ts'

interface Options {
  bindings?: string
  operator?: string
  as?: string
  speed: string
  ack: string[]
  json?: boolean
}

export const startCommand: RegisterCommand = (program, context) => {
  program
    .command('start')
    .description('start a release of a plan and follow it')
    .argument('<plan>', 'the Markdown document')
    .option('--bindings <file>', 'what the words of the plan mean (default: tidegate.yaml beside the plan)')
    .option('--operator <file>', 'people, targets and sources; needed where no controller has run yet')
    .option(...actorOption)
    .option('--speed <factor>', 'plan time per real time; refused outside demo targets', '1')
    .option('--ack <rule...>', "warnings that you accept, by rule name; '*' accepts all", [])
    .option('--json', 'print one JSON object')
    .action(async (plan: string, options: Options) => {
      const request = await readRequest(context, plan, options)
      await withController(
        program,
        context,
        'run',
        (connection) => start(context, connection, request, options),
        options.operator,
      )
    })
}

async function readRequest(context: CliContext, plan: string, options: Options): Promise<StartRequest> {
  const actor = actorOf(context, options)
  const speed = Number(options.speed)
  if (!(speed > 0 && Number.isFinite(speed)))
    throw new UserError(`--speed takes a number above 0, not "${options.speed}"`)
  const bindings = options.bindings ?? join(dirname(plan), 'tidegate.yaml')
  return {
    document: await readText(context, plan, 'the plan'),
    bindings: await readText(context, bindings, 'the bindings (name another file with --bindings)'),
    actor,
    speed,
    acknowledge: options.ack,
  }
}

async function readText({ cwd }: CliContext, path: string, what: string): Promise<{ path: string; text: string }> {
  const { maximumDocumentBytes } = await import('../server/contract.ts')
  const file = resolve(cwd, path)
  try {
    const { size } = await stat(file)
    if (size > maximumDocumentBytes)
      throw new UserError(`${path} has ${size} bytes; ${maximumDocumentBytes} are the limit`)
    return { path, text: await readFile(file, 'utf8') }
  } catch (error) {
    if (error instanceof UserError) throw error
    throw new UserError(`cannot read ${what}: ${path} (${(error as NodeJS.ErrnoException).code})`)
  }
}

async function start(
  context: CliContext,
  connection: Connection,
  request: StartRequest,
  options: Options,
): Promise<ExitCode> {
  const { unwrap } = await import('./describe-problem.ts')
  const { formatDiagnostic } = await import('../core/plan/diagnostic.ts')
  const { releaseId, diagnostics } = unwrap(await connection.api.start(request))
  for (const diagnostic of diagnostics) context.err(formatDiagnostic(diagnostic))
  if (connection.served === 'remote') {
    context.out(options.json ? JSON.stringify({ releaseId, diagnostics }) : releaseId)
    context.err(`Release ${releaseId} runs at its controller; follow it with: tidegate watch ${releaseId}`)
    return exitCodes.ok
  }
  context.err(`Release ${releaseId} has started, and this process is its controller. Ctrl-C leaves traffic as it is.`)
  const { exitCodeOf, followRelease } = await import('./follow-release.ts')
  const release = await followRelease(context, connection, releaseId, { json: options.json === true })
  if (options.json) context.out(JSON.stringify({ releaseId, diagnostics, release }))
  return exitCodeOf(release.status)
}
