/** `tidegate rehearse`: does the plan always end safe? Every single fault, a sample of pairs, on a virtual clock; nothing outside is touched. */
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { RehearsalReport } from '../server/contract.ts'
import { type CliContext, type ExitCode, exitCodes, type RegisterCommand, UserError } from './context.ts'
import { readBindings, readOperator } from './read-surroundings.ts'

interface Options {
  bindings?: string
  operator?: string
  seed: string
  scenarios: string
  at?: string
  imagined?: boolean
  json?: boolean
}

const most = { seed: 2 ** 32 - 1, scenarios: 100_000 }
/** Between two lines of progress, in milliseconds. */
const progressMs = 2_000

export const rehearseCommand: RegisterCommand = (program, context) => {
  program
    .command('rehearse')
    .description('run the plan on a virtual clock through everything that can go wrong: does it always end safe?')
    .argument('<plan>', 'the plan, in Markdown or YAML; what is not bound is imagined')
    .option('--bindings <file>', 'what the words of the plan mean (default: tidegate.yaml beside the plan)')
    .option('--operator <file>', 'people, targets and sources')
    .option('--scenarios <number>', 'distinct scenarios to reach', '2000')
    .option('--seed <number>', 'chooses the pairs of faults', '1')
    .option('--at <time>', 'when the release starts, for what the calendar forbids (ISO 8601; default: now)')
    .option('--imagined', 'list what was imagined because nothing binds it')
    .option('--json', 'print one JSON object')
    .action(async (plan: string, options: Options) => context.exit(await rehearse(context, plan, options)))
}

async function rehearse(context: CliContext, plan: string, options: Options): Promise<ExitCode> {
  const seed = wholeNumber('--seed', options.seed, 0, most.seed)
  const scenarios = wholeNumber('--scenarios', options.scenarios, 1, most.scenarios)
  const startWallMs = options.at === undefined ? Date.now() : Date.parse(options.at)
  if (Number.isNaN(startWallMs)) throw new UserError(`--at takes a time such as 2026-12-24T10:00Z, not "${options.at}"`)
  const [{ readPlanSet }, { UnfinishedBindings }] = await Promise.all([
    import('./read-plan-set.ts'),
    import('../core/plan/bindings.ts'),
  ])
  const document = await readPlanSet(context, plan)
  const bindings = await readBindings(context, plan, options.bindings, UnfinishedBindings)
  const operator = await readOperator(context, options.operator)
  const unread = [...(bindings?.diagnostics ?? []), ...(operator?.diagnostics ?? [])].filter(isError)
  const unreadable = document.isUnreadable ? document.diagnostics.filter(isError) : []
  const startedMs = performance.now()
  const report =
    unread.length + unreadable.length > 0
      ? { diagnostics: [...unreadable, ...unread] }
      : await context.rehearse({
          draft: document.draft,
          ...(bindings?.value && { bindings: { value: bindings.value, locate: bindings.locate } }),
          ...(operator?.value && { operator: operator.value }),
          seed,
          scenarios,
          startWallMs,
          onProgress: progress(context),
        })
  if ('diagnostics' in report) return refuse(context, report.diagnostics, options.json === true)
  await print(context, report, options)
  const tookS = (performance.now() - startedMs) / 1_000
  context.err(
    `${report.tried} releases rehearsed in ${tookS.toFixed(1)} s, ${Math.round(report.tried / tookS)} a second`,
  )
  if (report.unsafe > 0) return exitCodes.failed
  return report.weaknesses > 0 ? exitCodes.undecided : exitCodes.ok
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error'

async function print(context: CliContext, report: RehearsalReport, options: Options): Promise<void> {
  if (options.json) return context.out(JSON.stringify(report))
  const { rehearseView } = await import('./rehearse-view.ts')
  for (const line of rehearseView(report, context, options.imagined === true)) context.out(line)
}

async function refuse(context: CliContext, diagnostics: readonly Diagnostic[], json: boolean): Promise<ExitCode> {
  const { formatDiagnostic } = await import('../core/plan/diagnostic.ts')
  if (json) context.out(JSON.stringify({ diagnostics }))
  else for (const one of diagnostics) context.err(formatDiagnostic(one))
  return exitCodes.failed
}

function progress(context: CliContext): (tried: number) => void {
  let lastMs = performance.now()
  return (tried) => {
    const nowMs = performance.now()
    if (nowMs - lastMs < progressMs) return
    lastMs = nowMs
    context.err(`rehearsing … ${tried} scenarios`)
  }
}

function wholeNumber(option: string, text: string, least: number, greatest: number): number {
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= least && value <= greatest) return value
  throw new UserError(`${option} takes a whole number from ${least} to ${greatest}, not "${text}"`)
}
