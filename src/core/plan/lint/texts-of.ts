/** Every text of a draft with its line, for rules that look at wording. */
import type { PlanDraft } from '../draft.ts'

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
  const code = draft.code.flatMap(({ source, text }) => {
    // A block has a line above its text, a single line (which only YAML has) none.
    const first = source.end > source.start ? source.start + 1 : source.start
    return text.split('\n').map((line, index) => ({ line: first + index, text: line, isCode: true }))
  })
  return [...prose, ...code].filter(({ text }) => text !== '').sort((a, b) => a.line - b.line)
}
