/** The importer: a Markdown document in, what it states with lines and findings out. Deterministic, offline, and it never throws. */
import type { SourceRange } from '../core/plan/diagnostic.ts'
import type { ImportResult, PlanDraft } from '../core/plan/draft.ts'
import { yearOf } from './grammar/read-dates.ts'
import { readMark, stripPictures } from './markdown/clean-text.ts'
import { type FrontMatter, takeFrontMatter } from './markdown/front-matter.ts'
import { documentLimitBytes, limitText } from './markdown/limit-text.ts'
import { plainLines } from './markdown/plain-lines.ts'
import type { Line } from './markdown/read-lines.ts'
import { type DocumentTree, readTree, type Section } from './markdown/read-tree.ts'
import { repairText } from './markdown/repair-text.ts'
import { addCompanions } from './readers/read-companions.ts'
import { addFlags } from './readers/read-flags.ts'
import { settleEverybody, settleFlagStages, settleProseLadders } from './readers/read-ladders.ts'
import { addMetadata } from './readers/read-people.ts'
import { settleCalendars, settleLooseSteps } from './readers/read-phases.ts'
import { readSectionTitles } from './readers/read-section-titles.ts'
import { readSection } from './readers/read-sections.ts'
import { addTickets } from './readers/read-tickets.ts'
import { settleWaits } from './readers/read-waits.ts'
import { type Context, newReader, type Reader, report } from './readers/reader.ts'
import { takeOutSecrets } from './readers/take-out-secrets.ts'
import { withoutFragments } from './render/fragment.ts'

/** `file` is the path as the reader of messages knows it; it is not opened. What Tidegate wrote into the document is not read. */
export function importMarkdown(text: string, file: string): ImportResult {
  const bytes = new TextEncoder().encode(text).length
  const isReadable = bytes <= documentLimitBytes
  const own = isReadable ? withoutFragments(text) : ''
  const reader = newReader(file, nameOf(file), yearOf(own))
  if (!isReadable) {
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
  const repaired = repairText(plainLines(own))
  if (repaired.repairedLines.length > 0) reportRepair(reader, repaired.repairedLines)
  const limited = limitText(takeOutSecrets(reader.draft, repaired.text), file)
  reader.diagnostics.push(...limited.diagnostics)
  try {
    const { fields, text: body } = takeFrontMatter(limited.text)
    readDocument(reader, readTree(body), fields)
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
  return { draft: reader.draft, diagnostics: reader.diagnostics, boxes: reader.boxes }
}

function readDocument(reader: Reader, { root, lines }: DocumentTree, fields: FrontMatter['fields']): void {
  const title = firstTitle(root) ?? fields.find(({ label }) => /^title$/i.test(label))?.value
  if (title) reader.draft.title = title
  for (const { label, value, line } of fields) addMetadata(reader, label, value, line, 'metadata/front-matter')
  const context: Context = {
    role: undefined,
    phase: undefined,
    title: reader.draft.title,
    titleLine: 1,
    action: 'rollBack',
  }
  readSection(reader, root, context)
  countBoxes(reader.boxes, root)
  settleCalendars(reader)
  settleProseLadders(reader)
  settleLooseSteps(reader)
  settleEverybody(reader)
  settleWaits(reader)
  reader.draft.sections = readSectionTitles(root)
  const flagLines = linesUnderFlags(root)
  for (const line of lines) {
    addTickets(reader, line)
    addCompanions(reader, line)
    addFlags(reader, line, flagLines.has(line.number))
  }
  settleFlagStages(reader)
  reader.draft.unread = unreadLines(reader.draft, lines)
}

function countBoxes(boxes: Reader['boxes'], section: Section): void {
  const mark = section.origin === 'item' ? readMark(section.line.text, section.checked) : undefined
  if (mark?.form === 'box') {
    boxes.total++
    if (mark.claimed) boxes.claimed++
  }
  for (const child of sectionsOf(section)) countBoxes(boxes, child)
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
  return blocks.flatMap((block) =>
    block.kind === 'section' ? [block.section] : block.kind === 'list' ? block.items : [],
  )
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

/** Lines of sections, labels and items about feature flags. */
function linesUnderFlags(section: Section, lines = new Set<number>()): Set<number> {
  if (section.depth > 1 && /\bflags?\b|\btoggles?\b/i.test(section.line.text || section.title)) {
    for (let line = section.start; line <= section.end; line++) lines.add(line)
  } else for (const child of sectionsOf(section)) linesUnderFlags(child, lines)
  return lines
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
  const { phases, checklists, file: _, title: __, ...others } = draft
  return [
    ...sourcesIn(others),
    ...checklists.flatMap((checklist) => sourcesIn(checklist.items)),
    ...phases.flatMap(({ source, ...parts }) => [{ start: source.start, end: source.start }, ...sourcesIn(parts)]),
  ]
}

/** Every range under a key that is called source. */
function sourcesIn(value: unknown, key = ''): SourceRange[] {
  if (typeof value !== 'object' || value === null) return []
  if (/source$/i.test(key)) return [value as SourceRange]
  return Object.entries(value).flatMap(([name, part]) => sourcesIn(part, name))
}
