/** `tidegate doctor`: looks at all that a controller stands on, and says of each thing whether it is well, and what to do where it is not. */
import { dirname, join, resolve } from 'node:path'
import type { Checkup } from '../server/contract.ts'
import { type CheckupRequest, type CliContext, type ExitCode, exitCodes, type RegisterCommand } from './context.ts'

interface Options {
  operator?: string
  bindings?: string
  rebuildSnapshots?: boolean
  json?: boolean
}

export const doctorCommand: RegisterCommand = (program, context) => {
  program
    .command('doctor')
    .description('check store, clock, permissions, bindings, audit and every driver, and say what to do')
    .argument('[plan]', 'a plan whose bindings are checked too')
    .option('--bindings <file>', 'what its words mean (default: tidegate.yaml beside it)')
    .option('--operator <file>', 'people, targets and sources (default: the one that last ran here)')
    .option(
      '--rebuild-snapshots',
      'drop what is kept beside the events, and make it anew from them; no controller may run',
    )
    .option('--json', 'print one JSON object')
    .action(async (plan: string | undefined, options: Options) => {
      const stateDir = resolve(context.cwd, program.opts<{ state: string }>().state)
      const texts = plan === undefined ? {} : { plan: await readPlan(context, plan, options.bindings) }
      const found = await context.checkUp({
        stateDir,
        operatorFile: options.operator,
        rebuildSnapshots: options.rebuildSnapshots === true,
        ...texts,
      })
      const { redactDeep } = await import('../core/find-secrets.ts')
      const shown = redactDeep(found)
      if (options.json) context.out(JSON.stringify({ state: worstOf(shown), checks: shown }))
      else await print(context, shown)
      context.exit(codes[worstOf(shown)])
    })
}

const codes: Record<Checkup['state'], ExitCode> = {
  ok: exitCodes.ok,
  warning: exitCodes.undecided,
  failed: exitCodes.failed,
}

function worstOf(found: readonly Checkup[]): Checkup['state'] {
  const has = (state: Checkup['state']) => found.some((one) => one.state === state)
  return has('failed') ? 'failed' : has('warning') ? 'warning' : 'ok'
}

async function readPlan(
  context: CliContext,
  plan: string,
  bindings = join(dirname(plan), 'tidegate.yaml'),
): Promise<NonNullable<CheckupRequest['plan']>> {
  const [{ readPlanSet }, { readBoundedFile }, { decodeText }] = await Promise.all([
    import('./read-plan-set.ts'),
    import('./read-bounded-file.ts'),
    import('../document/decode-text.ts'),
  ])
  const textOf = async (path: string) => ({ path, text: decodeText(await readBoundedFile(context, path), path).text })
  const { companions } = await readPlanSet(context, plan)
  return {
    document: await textOf(plan),
    companions: companions.map(({ file, document }) => ({ path: file, text: document.text })),
    bindings: await textOf(bindings),
  }
}

/** Sign, colour and word say the same. */
const signs = { ok: ['✓', 'good'], warning: ['!', 'warning'], failed: ['✗', 'bad'] } as const

async function print(context: CliContext, found: readonly Checkup[]): Promise<void> {
  const { paint, plainText, wantsColour } = await import('./styled-line.ts')
  const colour = wantsColour(context)
  for (const { area, what, state, message, hint } of found) {
    const [sign, tone] = signs[state]
    context.out(`${paint(sign, tone, colour)} ${state.padEnd(7)}  ${area}: ${plainText(what)}: ${plainText(message)}`)
    if (hint !== undefined && state !== 'ok') context.out(`           ${plainText(hint)}`)
  }
}
