/** The import as lines of text: side by side on a wide terminal, else one fact under the other; then faults and counts. */
import { type Diagnostic, formatDiagnostic } from '../core/plan/diagnostic.ts'
import type { PlanDraft } from '../core/plan/draft.ts'
import { count, type FactLine, factLines } from '../document/fact-lines.ts'
import type { CliContext } from './context.ts'
import { fitText, type Line, plainText, renderLine, type Tone, wantsColour } from './styled-line.ts'

const sideBySideColumns = 100
/** What is read is at most 256 KB; nobody scrolls through more than this. */
const shownLines = 5_000

export function importView(
  text: string,
  draft: PlanDraft,
  diagnostics: readonly Diagnostic[],
  context: Pick<CliContext, 'isTty' | 'columns' | 'env'>,
): string[] {
  const colour = wantsColour(context)
  const facts = factLines(draft)
  const wide = context.isTty && context.columns() >= sideBySideColumns
  const width = context.isTty ? context.columns() : Number.POSITIVE_INFINITY
  const body = wide ? besideDocument(text, draft, facts, width) : underEachOther(text, facts)
  return [
    ...[[{ text: draft.title, tone: 'strong' } as const], [], ...body, []].map((line) =>
      renderLine(line, width, colour),
    ),
    ...diagnostics.map((diagnostic) => renderLine(diagnosticLine(diagnostic), Number.POSITIVE_INFINITY, colour)),
    ...(diagnostics.length > 0 ? [''] : []),
    ...countLines(draft, diagnostics),
  ]
}

function besideDocument(text: string, draft: PlanDraft, facts: FactLine[], width: number): Line[] {
  const byLine = Map.groupBy(facts, ({ line }) => line)
  const unread = new Set((draft.unread ?? []).map(({ source }) => source.start))
  const left = Math.floor((width - 8) * 0.55)
  return documentLines(text).flatMap((line, index): Line[] => {
    const own = byLine.get(index + 1) ?? []
    const number = { text: `${String(index + 1).padStart(4)} `, tone: 'quiet' } as const
    const shown = { text: fitText(line, left), ...(unread.has(index + 1) ? { tone: 'quiet' as const } : {}) }
    const more = own
      .slice(1)
      .map(({ phrase }): Line => [{ text: ' '.repeat(left + 5) }, bar, { text: phrase, tone: 'active' }])
    return [[number, shown, bar, { text: own[0]?.phrase ?? '', tone: 'active' }], ...more]
  })
}

const bar = { text: ' │ ', tone: 'quiet' } as const

/** For narrow terminals and pipes: only lines with facts, each above its facts. */
function underEachOther(text: string, facts: FactLine[]): Line[] {
  const byLine = Map.groupBy(facts, ({ line }) => line)
  return documentLines(text).flatMap((line, index): Line[] => {
    const own = byLine.get(index + 1) ?? []
    if (own.length === 0) return []
    return [
      [{ text: `${index + 1}: `, tone: 'quiet' }, { text: line.trim() }],
      ...own.map(({ phrase }): Line => [{ text: '    → ' }, { text: phrase, tone: 'active' }]),
    ]
  })
}

function documentLines(text: string): string[] {
  return text.split(/\r\n?|\n/).slice(0, shownLines)
}

const tones: Record<Diagnostic['severity'], Tone> = { error: 'bad', warning: 'warning', note: 'quiet' }

function diagnosticLine(diagnostic: Diagnostic): Line {
  return [{ text: plainText(formatDiagnostic(diagnostic)), tone: tones[diagnostic.severity] }]
}

function countLines(draft: PlanDraft, diagnostics: readonly Diagnostic[]): string[] {
  const { phases, checklists } = draft
  const criteria = [...phases.flatMap((phase) => [...phase.entryCriteria, ...phase.criteria]), ...draft.successMetrics]
  const measurable = criteria.filter(({ condition }) => condition !== undefined).length
  const triggers = [...phases.flatMap((phase) => phase.triggers), ...(draft.triggers ?? [])]
  const measuredTriggers = triggers.filter(({ condition }) => condition !== undefined).length
  const items = checklists.flatMap((checklist) => checklist.items)
  const severities = (['error', 'warning', 'note'] as const).map((severity) =>
    count(diagnostics.filter((one) => one.severity === severity).length, severity),
  )
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
    severities.join(', '),
  ]
}
