/** The importer: a Markdown document in, what it states with lines and findings out. Deterministic, offline, and it never throws. */
import type { SourceRange } from '../core/plan/diagnostic.ts'
import type { ImportResult, PlanDraft } from '../core/plan/draft.ts'
import { stripPictures } from './markdown/clean-text.ts'
import { documentLimitBytes, limitText } from './markdown/limit-text.ts'
import type { Line } from './markdown/read-lines.ts'
import { type DocumentTree, readTree, type Section } from './markdown/read-tree.ts'
import { repairText } from './markdown/repair-text.ts'
import { addFlags, addTickets } from './readers/read-references.ts'
import { readSection } from './readers/read-sections.ts'
import { type Context, newReader, type Reader, report } from './readers/reader.ts'
import { withoutFragments } from './render/fragment.ts'

/** `file` is the path as the reader of messages knows it; it is not opened. What Tidegate wrote into the document is not read. */
export function importMarkdown(text: string, file: string): ImportResult {
  const reader = newReader(file, nameOf(file))
  const bytes = new TextEncoder().encode(text).length
  if (bytes > documentLimitBytes) {
    report(
      reader,
      'error',
      'DOCUMENT_TOO_LARGE',
      { start: 1, end: 1 },
      `the document has ${bytes} bytes; at most ${documentLimitBytes} are read`,
      'split the document',
    )
    return { draft: reader.draft, diagnostics: reader.diagnostics }
  }
  const repaired = repairText(withoutFragments(text).replace(/\r\n?/g, '\n'))
  if (repaired.repairedLines.length > 0) reportRepair(reader, repaired.repairedLines)
  const limited = limitText(repaired.text, file)
  reader.diagnostics.push(...limited.diagnostics)
  try {
    readDocument(reader, readTree(limited.text))
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    report(
      reader,
      'error',
      'DOCUMENT_UNREADABLE',
      { start: 1, end: 1 },
      `the document is nested too deep to be read (${error.message})`,
      'write it flatter',
    )
  }
  return { draft: reader.draft, diagnostics: reader.diagnostics }
}

function readDocument(reader: Reader, { root, lines }: DocumentTree): void {
  const title = firstTitle(root)
  if (title) reader.draft.title = title
  const context: Context = {
    role: undefined,
    phase: undefined,
    title: reader.draft.title,
    titleLine: 1,
    action: 'rollBack',
  }
  readSection(reader, root, context)
  const flagLines = linesUnderFlags(root)
  for (const line of lines) {
    addTickets(reader, line)
    addFlags(reader, line, flagLines.has(line.number))
  }
  reader.draft.unread = unreadLines(reader.draft, lines)
}

/** "rollout-plan" for "plans/rollout-plan.md". */
function nameOf(file: string): string {
  const name = file.split(/[/\\]/).at(-1) ?? ''
  return name.replace(/(?<=.)\.[^.]*$/, '') || 'Untitled'
}

function firstTitle(root: Section): string | undefined {
  const heading = sectionsOf(root).find((section) => section.origin === 'heading' && section.title !== '')
  return heading ? stripPictures(heading.title) || heading.title : undefined
}

function sectionsOf({ blocks }: Section): Section[] {
  return blocks.flatMap((block) => (block.kind === 'section' ? [block.section] : []))
}

function reportRepair(reader: Reader, lines: number[]): void {
  const [start = 1] = lines
  const places = lines.length === 1 ? 'one line' : `${lines.length} lines`
  report(
    reader,
    'note',
    'ENCODING',
    { start, end: start },
    `characters on ${places} were saved in a wrong encoding and are read as what they stood for`,
    'save the document as UTF-8',
  )
}

/** Lines of sections about feature flags. */
function linesUnderFlags(section: Section): Set<number> {
  const own = section.origin === 'heading' && /\bflags?\b|\btoggles?\b/i.test(section.title) && section.depth > 1
  const lines = own
    ? Array.from({ length: section.end - section.start + 1 }, (_, index) => section.start + index)
    : sectionsOf(section).flatMap((child) => [...linesUnderFlags(child)])
  return new Set(lines)
}

/** Text that no fact was read from. */
function unreadLines(draft: PlanDraft, lines: Line[]): NonNullable<PlanDraft['unread']> {
  const read = new Set<number>()
  for (const { start, end } of sourcesOf(draft)) for (let line = start; line <= end; line++) read.add(line)
  const unread = new Map<number, string>()
  for (const { number, text } of lines) {
    if (read.has(number)) continue
    unread.set(number, unread.has(number) ? `${unread.get(number)} | ${text}` : text)
  }
  return [...unread].map(([number, text]) => ({ source: { start: number, end: number }, text }))
}

/** Where facts were read. A phase or a checklist spans lines that only its parts can have read. */
function sourcesOf(draft: PlanDraft): SourceRange[] {
  const phases = draft.phases.flatMap((phase) => [
    { start: phase.source.start, end: phase.source.start },
    ...[phase.timing?.source, phase.targetSource, phase.objectiveSource].filter((source) => source !== undefined),
    ...[...phase.steps, ...phase.stages, ...phase.entryCriteria, ...phase.criteria, ...phase.triggers].map(
      (fact) => fact.source,
    ),
  ])
  const items = draft.checklists.flatMap((checklist) => checklist.items)
  const facts = [
    ...draft.metadata,
    ...items,
    ...draft.successMetrics,
    ...draft.rollback.steps,
    ...draft.owners,
    ...draft.tickets,
    ...draft.flags,
  ]
  const others = [...draft.risks, ...draft.timeline, ...draft.approvals, ...draft.code, ...(draft.triggers ?? [])]
  return [
    ...phases,
    ...[...facts, ...others].map((fact) => fact.source),
    ...(draft.rollback.budgetSource ? [draft.rollback.budgetSource] : []),
  ]
}
