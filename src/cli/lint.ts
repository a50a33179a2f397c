/** `tidegate lint`: what is wrong with a plan, where, why it matters, and what to write instead. */
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import type { ImportedDocument } from '../document/import-document.ts'
import { type CliContext, exitCodes, type RegisterCommand, UserError } from './context.ts'
import { readBindings, readOperator } from './read-surroundings.ts'

interface Options {
  bindings?: string
  operator?: string
  format: string
  json?: boolean
  rule: string[]
  explain?: string
}

const formats = ['text', 'json', 'sarif']

export const lintCommand: RegisterCommand = (program, context) => {
  program
    .command('lint')
    .description('find the faults of a plan: where, why they matter, what to write instead')
    .argument('[plan]', 'the plan, in Markdown or YAML')
    .option(
      '--bindings <file>',
      'what the words of the plan mean (default: tidegate.yaml beside the plan, if it is there)',
    )
    .option('--operator <file>', 'people, targets and sources; the bindings are checked against them')
    .option('--format <format>', `${formats.join(', ')}`, 'text')
    .option('--json', 'print one JSON object, as --format json does')
    .option('--rule <id...>', 'show only these rules', [])
    .option('--explain <rule>', "print a rule's manual page")
    .action(async (plan: string | undefined, options: Options) => {
      if (options.explain !== undefined) return explain(context, options.explain)
      if (plan === undefined) throw new UserError('name the plan: tidegate lint ROLLOUT.md')
      const format = options.json ? 'json' : options.format
      if (!formats.includes(format)) throw new UserError(`--format takes ${formats.join(', ')}, not "${format}"`)
      const { readPlanSet } = await import('./read-plan-set.ts')
      const document = await readPlanSet(context, plan)
      const found = await findAll(context, plan, document, options)
      const shown = await onlyRules(found, options.rule)
      await print(context, format, plan, document.text, shown)
      context.exit(shown.some(({ severity }) => severity === 'error') ? exitCodes.failed : exitCodes.ok)
    })
}

/** The document, its bindings, and both against the operator's file, as far as they are there. */
async function findAll(
  context: CliContext,
  plan: string,
  document: ImportedDocument,
  options: Options,
): Promise<Diagnostic[]> {
  const { documentFindings } = await import('../document/import-document.ts')
  const { Bindings } = await import('../core/plan/bindings.ts')
  const bindings = await readBindings(context, plan, options.bindings, Bindings)
  const operator = await readOperator(context, options.operator)
  const surroundings = {
    ...(bindings?.value && { bindings: bindings.value }),
    ...(operator?.value && { operator: operator.value }),
  }
  const found = [
    ...documentFindings(document, surroundings),
    ...(bindings?.diagnostics ?? []),
    ...(operator?.diagnostics ?? []),
  ]
  if (!bindings?.value || !operator?.value || document.isUnreadable) return found
  const { bindPlan } = await import('../core/plan/bind/bind-plan.ts')
  const bound = bindPlan({
    draft: document.draft,
    bindings: bindings.value,
    operator: operator.value,
    locate: bindings.locate,
  })
  return [...found, ...bound.diagnostics]
}

/** Those of the named rules; a name that is neither a rule's nor found is a typing mistake. */
async function onlyRules(found: Diagnostic[], rules: readonly string[]): Promise<Diagnostic[]> {
  if (rules.length === 0) return found
  const known = await knownRules()
  for (const rule of rules)
    if (!known.has(rule) && !found.some(({ ruleId }) => ruleId === rule)) throw noRule(rule, [...known.keys()])
  return found.filter(({ ruleId }) => rules.includes(ruleId))
}

async function knownRules() {
  const { boundLintRules, lintRules } = await import('../core/plan/lint/lint.ts')
  return new Map([...lintRules, ...boundLintRules].map((rule) => [rule.id, rule]))
}

const noRule = (rule: string, known: readonly string[]): UserError =>
  new UserError(`there is no rule "${rule}"; there are: ${[...known].sort().join(', ')}`)

async function explain(context: CliContext, id: string): Promise<void> {
  const rules = await knownRules()
  const rule = rules.get(id.toUpperCase())
  if (!rule) throw noRule(id, [...rules.keys()])
  const { manualOf } = await import('../core/plan/lint/manual.ts')
  context.out(manualOf(rule))
  context.exit(exitCodes.ok)
}

async function print(
  context: CliContext,
  format: string,
  plan: string,
  text: string,
  found: Diagnostic[],
): Promise<void> {
  const [{ redactDeep, redactSecrets }, rules] = await Promise.all([import('../core/find-secrets.ts'), knownRules()])
  const shown = redactDeep(found)
  const lines = redactSecrets(text).split(/\r\n?|\n/)
  if (format === 'sarif') {
    const { toSarif } = await import('./lint-sarif.ts')
    context.out(JSON.stringify(toSarif(shown, rules)))
    return
  }
  const { lintFindings, lintView } = await import('./lint-view.ts')
  const findings = lintFindings(shown, plan, lines, rules)
  if (format === 'json') context.out(JSON.stringify(findings))
  else for (const line of lintView(findings, context)) context.out(line)
}
