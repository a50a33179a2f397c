/** What `tidegate import` does: read, show, and with `--out` write a plan in YAML that says the same. */
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Diagnostic } from '../core/plan/diagnostic.ts'
import { count } from '../document/fact-lines.ts'
import { documentFindings, importDocument } from '../document/import-document.ts'
import type { PlanSet } from '../document/join-companions.ts'
import { type CliContext, type ExitCode, exitCodes, UserError } from './context.ts'
import { importSummary, importView } from './import-view.ts'
import { readPlanSet } from './read-plan-set.ts'

export interface ImportOptions {
  out?: string
  force?: boolean
  json?: boolean
}

const packageFolder = resolve(import.meta.dirname, '../..')

export async function runImport(context: CliContext, file: string, options: ImportOptions): Promise<ExitCode> {
  const { out, json } = options
  if (json && out === '-') throw new UserError('--json and --out - both want stdout; name a file')
  const document = await readPlanSet(context, file)
  const { draft, own, companions } = document
  const diagnostics = documentFindings(document)
  const isWritten = out !== undefined && (await writePlan(context, file, document, { ...options, out }))
  if (json) context.out(JSON.stringify({ draft, diagnostics }))
  else if (out === undefined) {
    const shown = { ...document, draft: own }
    for (const line of importView(shown, diagnostics, context, companions)) context.out(line)
  } else {
    const say = out === '-' ? context.err : context.out
    for (const line of importSummary({ ...document, draft: own }, diagnostics, context)) say(line)
  }
  if (isWritten && out !== '-') context.err(`Written: ${out}`)
  const failed = (out !== undefined && !isWritten) || diagnostics.some(({ severity }) => severity === 'error')
  return failed ? exitCodes.failed : exitCodes.ok
}

/** `false` when there is something that a plan in YAML would hide: what could not be read of the document is not in it. */
async function writePlan(
  context: CliContext,
  file: string,
  document: PlanSet,
  { out, force }: ImportOptions & { out: string },
): Promise<boolean> {
  const { own: draft, format } = document
  if (refuses(context, out, document.diagnostics)) return false
  const [{ writePlanYaml }, { schemaPath }, { writeWholeFile }] = await Promise.all([
    import('../document/plan-yaml/write-plan-yaml.ts'),
    import('./schema-path.ts'),
    import('./write-whole-file.ts'),
  ])
  const target = resolve(context.cwd, out === '-' ? 'plan.yaml' : out)
  const from = relative(dirname(target), resolve(context.cwd, file)).replaceAll(sep, '/')
  const text = writePlanYaml(draft, {
    from: format === 'markdown' ? from : undefined,
    schema: schemaPath('plan', dirname(target), packageFolder),
  })
  if (refuses(context, out, importDocument(text, join(dirname(out), 'plan.yaml')).diagnostics)) return false
  if (out === '-') context.out(text.trimEnd())
  else await writeWholeFile(target, out, text, force === true)
  return true
}

function refuses(context: CliContext, out: string, diagnostics: readonly Diagnostic[]): boolean {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return false
  context.err(
    `${out === '-' ? 'Nothing' : out} is not written: ${count(errors.length, 'error')} of reading would be lost in it; correct the document first.`,
  )
  return true
}
