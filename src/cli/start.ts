/** `tidegate start`: starts a release of a plan and, where no other controller takes it, stays as its controller. */
import { dirname, join } from 'node:path'
import type { StartRequest } from '../server/contract.ts'
import {
  type CliContext,
  type Connection,
  type ExitCode,
  exitCodes,
  type RegisterCommand,
  UserError,
} from './context.ts'
import { reasonOption } from './steering.ts'
import { actorOf, actorOption, withController } from './with-controller.ts'

interface Options {
  bindings?: string
  operator?: string
  as?: string
  speed: string
  ack: string[]
  supersedes?: string
  reason?: string
  json?: boolean
}

export const startCommand: RegisterCommand = (program, context) => {
  program
    .command('start')
    .description('start a release of a plan and follow it')
    .argument('<plan>', 'the plan, in Markdown or YAML')
    .option('--bindings <file>', 'what the words of the plan mean (default: tidegate.yaml beside the plan)')
    .option('--operator <file>', 'people, targets and sources; needed where no controller has run yet')
    .option(...actorOption)
    .option('--speed <factor>', 'plan time per real time; refused outside demo targets', '1')
    .option('--ack <rule...>', "warnings that you accept, by rule name; '*' accepts all of the documents", [])
    .option('--supersedes <release>', 'a running release whose place this one takes: it goes back and ends first')
    .option(...reasonOption)
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
  const { supersedes, reason } = options
  if ((supersedes === undefined) !== (reason === undefined))
    throw new UserError('--supersedes RELEASE and --reason WHY go together; give both or none')
  const bindings = options.bindings ?? join(dirname(plan), 'tidegate.yaml')
  return {
    document: await readText(context, plan),
    companions: await readCompanionTexts(context, plan),
    bindings: await readText(context, bindings, '; name the bindings with --bindings FILE'),
    actor,
    speed,
    acknowledge: options.ack,
    ...(supersedes !== undefined && reason !== undefined && { supersedes: { releaseId: supersedes, reason } }),
  }
}

/** Texts that are none are left out here, and reported as missing where the plan is prepared. */
async function readCompanionTexts(context: CliContext, plan: string): Promise<NonNullable<StartRequest['companions']>> {
  const { readPlanSet } = await import('./read-plan-set.ts')
  const { companions } = await readPlanSet(context, plan)
  return companions.map(({ file, document }) => ({ path: file, text: document.text }))
}

/** A file whose bytes are no text starts nothing: what stands there would be a guess. */
async function readText(context: CliContext, path: string, hint?: string): Promise<{ path: string; text: string }> {
  const [{ readBoundedFile }, { decodeText }, { formatDiagnostic }] = await Promise.all([
    import('./read-bounded-file.ts'),
    import('../document/decode-text.ts'),
    import('../core/plan/diagnostic.ts'),
  ])
  const { text, diagnostics } = decodeText(await readBoundedFile(context, path, hint), path)
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new UserError(errors.map(formatDiagnostic).join('\n'), exitCodes.failed)
  for (const diagnostic of diagnostics) context.err(formatDiagnostic(diagnostic))
  return { path, text }
}

async function start(
  context: CliContext,
  connection: Connection,
  request: StartRequest,
  options: Options,
): Promise<ExitCode> {
  const { unwrap } = await import('./describe-problem.ts')
  const { startInTurn } = await import('./start-in-turn.ts')
  const { formatDiagnostic } = await import('../core/plan/diagnostic.ts')
  const answer = await startInTurn(context, connection, request)
  if (answer === null) return exitCodes.undecided
  const { releaseId, diagnostics } = unwrap(answer)
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
