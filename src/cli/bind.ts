/** `tidegate bind`: lists what of a plan is bound to real things, proposes the rest from what is on offer, and writes `tidegate.yaml`. */
import { existsSync, realpathSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Finding } from '../core/plan/bind/propose/proposal.ts'
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import { type CliContext, type ExitCode, exitCodes, type RegisterCommand, type Survey, UserError } from './context.ts'

interface Options {
  operator?: string
  out?: string
  dryRun?: boolean
  json?: boolean
  yes?: boolean
}

const packageFolder = resolve(import.meta.dirname, '../..')

export const bindCommand: RegisterCommand = (program, context) => {
  program
    .command('bind')
    .description('list what a plan still needs bound, propose bindings from what there is, and write tidegate.yaml')
    .argument('<plan>', 'the plan, in Markdown or YAML')
    .option('--operator <file>', 'people, targets and sources (default: the one that last ran here)')
    .option('--out <file>', 'the bindings to write or extend (default: tidegate.yaml beside the plan)')
    .option('--dry-run', 'show what would be written, and write nothing')
    .option('--yes', 'extend a file that exists without asking')
    .option('--json', 'print one JSON object')
    .action(async (plan: string, options: Options) => {
      const stateDir = resolve(context.cwd, program.opts<{ state: string }>().state)
      context.exit(await bind(context, stateDir, plan, options))
    })
}

async function bind(context: CliContext, stateDir: string, plan: string, options: Options): Promise<ExitCode> {
  const out = options.out ?? join(dirname(plan), 'tidegate.yaml')
  const file = resolve(context.cwd, out)
  const [{ readBoundedFile }, { readCompanions }, { importDocument }] = await Promise.all([
    import('./read-bounded-file.ts'),
    import('./read-plan-set.ts'),
    import('../document/import-document.ts'),
  ])
  const document = await readBoundedFile(context, plan)
  const before = existsSync(file) ? asText(await readBoundedFile(context, out), out) : null
  const survey = await context.survey(stateDir, options.operator)
  for (const { source, problem, omitted } of survey.sources) {
    if (problem !== undefined) context.err(`Nothing is proposed from metric source ${source}: ${problem}`)
    if (omitted > 0) context.err(`Metric source ${source} has ${omitted} more families than are looked at`)
  }
  for (const { source, problem } of survey.flagSources)
    if (problem !== undefined) context.err(`Nothing is proposed from flag source ${source}: ${problem}`)
  const companions = await readCompanions(context, plan, importDocument(document, plan))
  const name = relative(dirname(file), resolve(context.cwd, plan)) || basename(plan)
  const result = await propose(
    { content: document, path: plan, name, companions },
    { text: before, path: out, file },
    survey,
  )
  const { findings, text, blocking, warnings } = result
  const changes = text !== before
  if (options.json) {
    const sources = survey.sources.map(({ source, offers, problem }) => ({ source, families: offers.length, problem }))
    const flagSources = survey.flagSources.map(({ source, offers, problem }) => ({
      source,
      flags: offers.length,
      problem,
    }))
    const written = changes && options.dryRun !== true
    if (written) await write(file, out, text, before !== null)
    context.out(
      JSON.stringify({
        file: out,
        written,
        findings,
        blocking,
        warnings,
        sources,
        flagSources,
        ...(written ? {} : { text }),
      }),
    )
    return blocking.length > 0 || findings.some(isNeeded) ? exitCodes.undecided : exitCodes.ok
  }
  const [{ bindView }, { plainText }] = await Promise.all([import('./bind-view.ts'), import('./styled-line.ts')])
  for (const line of bindView(findings, context)) context.out(line)
  if (options.dryRun) for (const line of text.trimEnd().split(/\r?\n/)) context.out(plainText(line))
  else if (!changes) context.err(`${out} holds all of it already`)
  else if (await mayWrite(context, before !== null && options.yes !== true, out)) {
    await write(file, out, text, before !== null)
    context.err(
      `${before === null ? 'Written' : 'Extended'}: ${out}. Read it before you start: a proposal is no promise.`,
    )
  } else context.err('Nothing was written')
  return conclude(context, result, out)
}

const asText = (bytes: Uint8Array, shown: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new UserError(`${shown} is not UTF-8; save it so`, exitCodes.failed)
  }
}

interface Result {
  findings: Finding[]
  /** The file as it would be. */
  text: string
  /** Why a plan bound so could not start. */
  blocking: Diagnostic[]
  /** Rules whose warnings the one who starts it has to accept by name. */
  warnings: string[]
}

async function propose(
  plan: { content: Uint8Array; path: string; name: string; companions: Map<string, Uint8Array> },
  bindings: { text: string | null; path: string; file: string },
  survey: Survey,
): Promise<Result> {
  const [
    { importDocument },
    { joinCompanions },
    { readYaml },
    { Bindings, UnfinishedBindings },
    { proposeBindings },
    { bindPlan },
    { writeProposals },
    { schemaPath },
  ] = await Promise.all([
    import('../document/import-document.ts'),
    import('../document/join-companions.ts'),
    import('../document/yaml/read-yaml.ts'),
    import('../core/plan/bindings.ts'),
    import('../core/plan/bind/propose/propose-bindings.ts'),
    import('../core/plan/bind/bind-plan.ts'),
    import('./write-proposals.ts'),
    import('./schema-path.ts'),
  ])
  const { formatDiagnostic } = await import('../core/plan/diagnostic.ts')
  const refuse = (diagnostics: readonly Diagnostic[], advice = ''): never => {
    throw new UserError(`${advice}${diagnostics.map(formatDiagnostic).join('\n')}`, exitCodes.failed)
  }
  const document = joinCompanions(importDocument(plan.content, plan.path), plan.companions)
  if (document.isUnreadable) refuse(document.diagnostics)
  const { draft } = document
  const existing = readYaml(bindings.text ?? '', bindings.path, UnfinishedBindings)
  if (!existing.value) return refuse(existing.diagnostics)
  const findings = proposeBindings({
    draft,
    plan: plan.name,
    bindings: existing.value,
    operator: survey.operator,
    offers: offersOf(survey.sources),
    flagOffers: offersOf(survey.flagSources),
  })
  const schema = schemaPath('tidegate', dirname(bindings.file), packageFolder)
  const text = writeProposals(bindings.text, findings, schema)
  const extended = readYaml(text, bindings.path, UnfinishedBindings)
  if (!extended.value)
    refuse(extended.diagnostics, `${bindings.path} cannot be extended as it is written; give it one key a line:\n`)
  // Tried with what is only suggested for keys that must be there, so that the rest is checked all the same.
  const tried = findings.map((one) =>
    isNeeded(one) && one.state === 'suggested' ? { ...one, state: 'proposed' as const } : one,
  )
  const read = readYaml(writeProposals(bindings.text, tried, schema), bindings.path, Bindings)
  if (!read.value) return { findings, text, blocking: read.diagnostics, warnings: [] }
  const { diagnostics } = bindPlan({ draft, bindings: read.value, locate: read.locate, operator: survey.operator })
  const of = (severity: Diagnostic['severity']) => diagnostics.filter((one) => one.severity === severity)
  const warnings = [...new Set(of('warning').map(({ ruleId }) => ruleId))]
  return { findings, text, blocking: of('error'), warnings }
}

/** By source; one that had a problem offers nothing that could be relied on. */
const offersOf = <T>(sources: readonly { source: string; offers: T[]; problem?: string }[]): Record<string, T[]> =>
  Object.fromEntries(
    sources.filter(({ problem }) => problem === undefined).map(({ source, offers }) => [source, offers]),
  )

/** Without it the plan does not start, and at most something is suggested for it. */
const isNeeded = ({ state, otherwise }: Finding): boolean =>
  otherwise === undefined && (state === 'unbound' || state === 'suggested')

async function conclude(context: CliContext, { findings, blocking, warnings }: Result, out: string): Promise<ExitCode> {
  const { inlineYaml } = await import('./write-proposals.ts')
  const { formatDiagnostic } = await import('../core/plan/diagnostic.ts')
  const { plainText } = await import('./styled-line.ts')
  const tell = (line: string) => context.err(plainText(line))
  const open = findings.filter(({ state }) => state === 'unbound' || state === 'suggested')
  const needed = open.filter(isNeeded)
  if (open.length > needed.length) tell(`${open.length - needed.length} are left to people, as their lines say.`)
  if (warnings.length > 0) tell(`Who starts it has to accept, by name: --ack ${warnings.join(' ')}`)
  if (blocking.length === 0 && needed.length === 0) return exitCodes.ok
  tell('This blocks `tidegate start`:')
  for (const { path, says, fill, state, value, reason } of needed) {
    const key = path.join('.')
    if (state === 'suggested') tell(`  ${says}: perhaps ${key}: ${inlineYaml(value)} (${reason}), else ${fill?.hint}`)
    else tell(`  ${says}: write ${key}: ${inlineYaml(fill?.value)} into ${out} (${fill?.hint})`)
  }
  // What is missing in the file is told above in the plan's terms.
  const missing = ['YAML_SCHEMA', 'NO_ROLLBACK_DEADLINE', 'NO_SERVICE', 'NO_BASELINE', 'NO_MOVER', 'NO_DEPLOYER']
  const told = needed.length > 0 ? missing : []
  for (const diagnostic of blocking) if (!told.includes(diagnostic.ruleId)) tell(`  ${formatDiagnostic(diagnostic)}`)
  return exitCodes.undecided
}

/** Through a link to the file that it leads to; a new file replaces none that came meanwhile. */
async function write(file: string, shown: string, text: string, isThere: boolean): Promise<void> {
  const { writeWholeFile } = await import('./write-whole-file.ts')
  await writeWholeFile(isThere ? realpathSync(file) : file, shown, text, isThere)
}

/** Asks on a terminal before it touches what somebody wrote. */
async function mayWrite({ isTty }: CliContext, asks: boolean, out: string): Promise<boolean> {
  if (!asks || !isTty || !process.stdin.isTTY) return true
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^y(es)?$/i.test((await terminal.question(`Extend ${out}? [y/N] `)).trim())
  } finally {
    terminal.close()
  }
}
