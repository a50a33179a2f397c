/** `tidegate render`: writes status, evidence and ticks of a release into its document, in place. */
import { dirname, relative, resolve, sep } from 'node:path'
import type { DocumentStatus } from '../core/release/document-status.ts'
import type { RenderedDocument } from '../document/render/render-document.ts'
import {
  type CliContext,
  type Connection,
  type ExitCode,
  exitCodes,
  type RegisterCommand,
  UserError,
} from './context.ts'
import { withController } from './with-controller.ts'

interface Options {
  file?: string
  report?: string
  check?: boolean
  dryRun?: boolean
  stdout?: boolean
  out?: string
  json?: boolean
}

export const renderCommand: RegisterCommand = (program, context) => {
  program
    .command('render')
    .description("write a release's status, evidence and ticks into its document")
    .argument('[release]', 'default: the newest that is not over, else the newest')
    .option('--file <plan>', 'the document (default: the one that the release started from)')
    .option('--report <file>', 'link evidence to the report in this file, as `tidegate report --out` writes it')
    .option('--check', 'change nothing, and end with 1 if the document is not up to date')
    .option('--dry-run', 'change nothing, and print what would change as a diff')
    .option('--stdout', 'print the document instead of changing it')
    .option('--out <file>', 'write it there instead of changing it')
    .option('--json', 'print one JSON object')
    .action((named: string | undefined, options: Options) => {
      const modes = [options.check, options.dryRun, options.stdout, options.out].filter(Boolean)
      if (modes.length > 1) throw new UserError('--check, --dry-run, --stdout and --out exclude each other: give one')
      return withController(program, context, 'record', (connection) => render(context, connection, named, options))
    })
}

async function render(
  context: CliContext,
  { api }: Connection,
  named: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const { chooseRelease } = await import('./choose-release.ts')
  const { unwrap } = await import('./describe-problem.ts')
  const { readBoundedFile } = await import('./read-bounded-file.ts')
  const { renderDocument } = await import('../document/render/render-document.ts')
  const { status } = unwrap(await api.document(await chooseRelease(api, named)))
  const file = options.file ?? status.document
  const path = resolve(context.cwd, file)
  const bytes = await readBoundedFile(context, file, '; name the document with --file')
  const text = decode(bytes, file)
  const target = options.out === undefined ? path : resolve(context.cwd, options.out)
  const rendered = renderDocument(text, status, { file, ...linkOf(context, target, options) })
  if ('refused' in rendered)
    throw new UserError(
      `${file} was not changed: ${rendered.refused}. Name the document with --file.`,
      exitCodes.failed,
    )
  await write(context, rendered, { bytes, path, file }, options)
  await tell(context, rendered, status, file, text, options)
  return options.check && rendered.edits.length > 0 ? exitCodes.failed : exitCodes.ok
}

/** What is no UTF-8 would be damaged by writing it back. */
function decode(bytes: Uint8Array, shown: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new UserError(`${shown} is not UTF-8 text and was not changed: save it as UTF-8`, exitCodes.failed)
  }
}

/** The report's address as seen from the document. */
function linkOf({ cwd }: CliContext, target: string, { report }: Options): { report?: string } {
  if (report === undefined) return {}
  const path = relative(dirname(target), resolve(cwd, report)).split(sep).map(encodeURIComponent).join('/')
  return { report: path.replace(/[()]/g, (bracket) => (bracket === '(' ? '%28' : '%29')) }
}

async function write(
  context: CliContext,
  { text, edits }: RenderedDocument,
  { bytes, path, file }: { bytes: Uint8Array; path: string; file: string },
  options: Options,
): Promise<void> {
  if (options.check || options.dryRun || options.stdout) return
  const { out } = options
  if (out !== undefined) {
    const { writeWholeFile } = await import('./write-whole-file.ts')
    await writeWholeFile(resolve(context.cwd, out), out, text, true)
  } else if (edits.length > 0) {
    const { replaceFile } = await import('./replace-file.ts')
    await replaceFile(path, file, bytes, text)
  }
}

async function tell(
  context: CliContext,
  rendered: RenderedDocument,
  status: DocumentStatus,
  file: string,
  before: string,
  options: Options,
): Promise<void> {
  const { editDiff } = await import('./edit-diff.ts')
  const { renderSummary, summaryLines } = await import('./render-summary.ts')
  const summary = renderSummary(rendered, status, options.out ?? file)
  if (options.json) {
    const shown = options.stdout
      ? { markdown: rendered.text }
      : options.dryRun
        ? { diff: editDiff(before, rendered.edits, file) }
        : {}
    context.out(JSON.stringify({ ...summary, ...shown }))
  } else if (options.stdout) context.out(rendered.text.replace(/\r?\n$/, ''))
  else if (options.dryRun) for (const line of editDiff(before, rendered.edits, file)) context.out(line)
  const isWritten = !(options.check || options.dryRun || options.stdout)
  for (const line of summaryLines(summary, isWritten)) context.err(line)
}
