/** The import as lines of text: side by side on a wide terminal, else one fact under the other; then faults and counts. */
import { type Diagnostic, formatDiagnostic } from '../core/plan/diagnostic.ts'
import type { PlanDraft } from '../core/plan/draft.ts'
import { count, type FactLine, factLines } from '../document/fact-lines.ts'
import type { ImportedDocument } from '../document/import-document.ts'
import type { Companion } from '../document/join-companions.ts'
import type { CliContext } from './context.ts'
import { fitText, type Line, plainText, renderLine, type Tone, wantsColour, wrapText } from './styled-line.ts'

const sideBySideColumns = 100
/** What is read is at most 256 KB; nobody scrolls through more than this. */
const shownLines = 5_000

type ViewContext = Pick<CliContext, 'isTty' | 'columns' | 'env'>

/** The document with what was understood of each line; then what `importSummary` says. */
export function importView(
  document: ImportedDocument,
  diagnostics: readonly Diagnostic[],
  context: ViewContext,
  companions: readonly Companion[] = [],
): string[] {
  const { text, draft, isUnreadable } = document
  if (isUnreadable) return importSummary(document, diagnostics, context)
  const facts = factLines(draft)
  const width = widthOf(context)
  const body =
    width >= sideBySideColumns && context.isTty
      ? besideDocument(text, draft, facts, width)
      : underEachOther(text, draft, facts, width)
  const lines: Line[] = [[{ text: draft.title, tone: 'strong' }], [], ...body, []]
  return [
    ...lines.map((line) => renderLine(line, width, wantsColour(context))),
    ...companions.map(companionLine),
    ...(companions.length > 0 ? [''] : []),
    ...importSummary(document, diagnostics, context),
  ]
}

/** A companion is shown by what it adds; `tidegate import` of itself shows its lines. */
function companionLine({ file, document: { draft } }: Companion): string {
  const facts = factLines(draft).length
  return `with ${plainText(file)}: ${count(facts, 'fact')}`
}

/** What is wrong, and counts of what was read and what was not. */
export function importSummary(
  { draft, isUnreadable }: ImportedDocument,
  diagnostics: readonly Diagnostic[],
  context: ViewContext,
): string[] {
  const colour = wantsColour(context)
  const found = diagnostics.flatMap((diagnostic) => diagnosticLines(diagnostic, widthOf(context)))
  return [
    ...found.map((line) => renderLine(line, Number.POSITIVE_INFINITY, colour)),
    ...(found.length > 0 ? [''] : []),
    ...(isUnreadable ? ['nothing was read'] : countFacts(draft)),
    countSeverities(diagnostics),
  ]
}

function widthOf({ isTty, columns }: ViewContext): number {
  return isTty ? columns() : Number.POSITIVE_INFINITY
}

function besideDocument(text: string, draft: PlanDraft, facts: FactLine[], width: number): Line[] {
  const left = Math.min(90, Math.floor((width - 8) * 0.55))
  const right = width - left - 8
  const bar = { text: ' │ ', tone: 'quiet' } as const
  return documentLines(text, draft, facts).flatMap(({ number, line, own }): Line[] => {
    const phrases = own.flatMap(({ text: phrase, tone }) =>
      wrapText(phrase, right).map((part) => ({ text: part, tone })),
    )
    const shown = { text: fitText(line, left), ...(own.length === 0 ? { tone: 'quiet' as const } : {}) }
    const more = phrases.slice(1).map((phrase): Line => [{ text: ' '.repeat(left + 5) }, bar, phrase])
    return [[{ text: `${String(number).padStart(4)} `, tone: 'quiet' }, shown, bar, ...phrases.slice(0, 1)], ...more]
  })
}

/** For narrow terminals and pipes: only lines that say something, each above what was understood of it. */
function underEachOther(text: string, draft: PlanDraft, facts: FactLine[], width: number): Line[] {
  return documentLines(text, draft, facts).flatMap(({ number, line, own }): Line[] =>
    own.length === 0
      ? []
      : [
          [{ text: `${number}: `, tone: 'quiet' }, { text: line.trim() }],
          ...own.flatMap(({ text: phrase, tone }) =>
            wrapText(phrase, width - 6).map(
              (part, index): Line => [{ text: index === 0 ? '    → ' : '      ' }, { text: part, tone }],
            ),
          ),
        ],
  )
}

interface DocumentLine {
  number: number
  line: string
  /** What was understood of it; that nothing was, where it has text that somebody should have read. */
  own: { text: string; tone: Tone }[]
}

function documentLines(text: string, draft: PlanDraft, facts: FactLine[]): DocumentLine[] {
  const byLine = Map.groupBy(facts, ({ line }) => line)
  const unread = new Set((draft.unread ?? []).map(({ source }) => source.start))
  const lines = text.split(/\r\n?|\n/).slice(0, shownLines)
  return lines.map((line, index) => {
    const understood = (byLine.get(index + 1) ?? []).map(({ phrase }) => ({ text: phrase, tone: 'active' as const }))
    const own =
      understood.length === 0 && unread.has(index + 1) ? [{ text: 'no fact', tone: 'warning' as const }] : understood
    return { number: index + 1, line, own }
  })
}

const tones: Record<Diagnostic['severity'], Tone> = { error: 'bad', warning: 'warning', note: 'quiet' }

/** Whole in pipes, where programs read them; on a terminal broken at words, and what goes on is indented. */
function diagnosticLines(diagnostic: Diagnostic, width: number): Line[] {
  const text = plainText(formatDiagnostic(diagnostic))
  const lines = Number.isFinite(width) ? wrapText(text, width - 2, 20) : [text]
  return lines.map((line, index) => [{ text: index === 0 ? line : `  ${line}`, tone: tones[diagnostic.severity] }])
}

function countFacts(draft: PlanDraft): string[] {
  const { phases, checklists } = draft
  const criteria = [...phases.flatMap((phase) => [...phase.entryCriteria, ...phase.criteria]), ...draft.successMetrics]
  const measurable = criteria.filter(({ condition }) => condition !== undefined).length
  const triggers = [...phases.flatMap((phase) => phase.triggers), ...(draft.triggers ?? [])]
  const measuredTriggers = triggers.filter(({ condition }) => condition !== undefined).length
  const items = checklists.flatMap((checklist) => checklist.items)
  return [
    `${count(phases.length, 'phase')}, ${count(
      phases.reduce((sum, phase) => sum + phase.stages.length, 0),
      'stage',
    )} inside them`,
    `${criteria.length} ${criteria.length === 1 ? 'criterion' : 'criteria'}: ${measurable} measurable, ${criteria.length - measurable} for a person to judge`,
    `${count(triggers.length, 'trigger')}: ${measuredTriggers} measurable, ${triggers.length - measuredTriggers} for a person to report`,
    `${count(items.length, 'checklist item')}, ${items.filter(({ claimed }) => claimed).length} claimed as done`,
    `${count(draft.code.length, 'code block')}, ${draft.code.filter(({ content }) => content === 'commands').length} with commands`,
    `${count(draft.unread?.length ?? 0, 'line')} with text that gave no fact`,
  ]
}

function countSeverities(diagnostics: readonly Diagnostic[]): string {
  return (['error', 'warning', 'note'] as const)
    .map((severity) => count(diagnostics.filter((one) => one.severity === severity).length, severity))
    .join(', ')
}
