/** Every text of a draft with its line, for rules that look at wording. */
import type { DraftCode, PlanDraft } from '../draft.ts'

export interface PlacedText {
  line: number
  text: string
  /** Code words differ from prose: `<name>` there stands for something to fill in. */
  isCode: boolean
}

/** The texts of drafts that do not change while they are held: a third of the rules asks for them. */
const held = new WeakMap<PlanDraft, readonly PlacedText[]>()

/** The same draft, of which `textsOf` is worked out once. It must not be changed. */
export function holdTexts(draft: PlanDraft): PlanDraft {
  const copy = { ...draft }
  held.set(copy, textsOf(copy))
  return copy
}

/** One entry a line, in order; lines of code blocks stand alone. */
export function textsOf(draft: PlanDraft): readonly PlacedText[] {
  const worked = held.get(draft)
  if (worked) return worked
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
    ...[...draft.objectives, ...draft.scope, ...draft.exclusions, ...draft.changelog],
    ...[...draft.dependencies, ...draft.communications, ...draft.windows],
    ...draft.commits.map(({ source, text, dependsOn }) => ({ source, text: [text, ...dependsOn].join(' | ') })),
    ...draft.rollback.budgets,
    ...(draft.unread ?? []),
  ]
  // A detail that was read as something of its own stands there with its own line.
  const known = new Set(placed.map(({ text }) => text))
  const details = steps.flatMap((step) =>
    step.details.filter((text) => !known.has(text)).map((text) => ({ source: step.source, text })),
  )
  const prose = [...placed, ...details].map(({ source, text }) => ({ line: source.start, text, isCode: false }))
  const code = draft.code.flatMap(linesOfCode).map((placed) => ({ ...placed, isCode: true }))
  return [...prose, ...code].filter(({ text }) => text !== '').sort((a, b) => a.line - b.line)
}

/** The lines of a code block where they stand in the document: below the fence, or from the first on where indentation makes the block. */
export function linesOfCode({ source, text }: Pick<DraftCode, 'source' | 'text'>): { line: number; text: string }[] {
  const lines = text.split('\n')
  const isFenced = source.end - source.start + 1 > lines.length
  return lines.map((line, index) => ({ line: source.start + (isFenced ? 1 : 0) + index, text: line }))
}
