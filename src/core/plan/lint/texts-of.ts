/** Every text of a draft with its line, for rules that look at wording. */
import type { DraftCode, PlanDraft } from '../draft.ts'

export interface PlacedText {
  line: number
  text: string
  /** Code words differ from prose: `<name>` there stands for something to fill in. */
  isCode: boolean
}

/** One entry a line, in order; lines of code blocks stand alone. */
export function textsOf(draft: PlanDraft): PlacedText[] {
  const { phases, rollback } = draft
  const statements = phases.flatMap((phase) => [...phase.entryCriteria, ...phase.criteria, ...phase.triggers])
  const steps = [...phases.flatMap((phase) => phase.steps), ...rollback.steps]
  const placed = [
    ...phases.flatMap((phase) =>
      [phase.name, phase.target, phase.objective].map((text) => ({ source: phase.source, text: text ?? '' })),
    ),
    ...phases.flatMap((phase) => (phase.timing ? [phase.timing] : [])),
    ...statements,
    ...steps,
    ...steps.flatMap((step) => step.details.map((text) => ({ source: step.source, text }))),
    ...draft.successMetrics,
    ...(draft.triggers ?? []),
    ...draft.checklists.flatMap((checklist) => checklist.items),
    ...draft.metadata.map(({ source, label, value }) => ({ source, text: `${label}: ${value}` })),
    ...draft.risks.flatMap(({ source, text, mitigations }) =>
      [text, ...mitigations].map((part) => ({ source, text: part })),
    ),
    ...draft.timeline.map(({ source, cells }) => ({ source, text: Object.values(cells).join(' | ') })),
    ...draft.approvals,
    ...draft.owners.map(({ source, name }) => ({ source, text: name })),
    ...(draft.unread ?? []),
  ]
  const prose = placed.map(({ source, text }) => ({ line: source.start, text, isCode: false }))
  const code = draft.code.flatMap(linesOfCode).map((placed) => ({ ...placed, isCode: true }))
  return [...prose, ...code].filter(({ text }) => text !== '').sort((a, b) => a.line - b.line)
}

/** The lines of a code block where they stand in the document: below the fence, or from the first on where indentation makes the block. */
export function linesOfCode({ source, text }: Pick<DraftCode, 'source' | 'text'>): { line: number; text: string }[] {
  const lines = text.split('\n')
  const isFenced = source.end - source.start + 1 > lines.length
  return lines.map((line, index) => ({ line: source.start + (isFenced ? 1 : 0) + index, text: line }))
}
