/** Finds the statements of a release in the document as it is now, by their words: lines move, and what was reworded is not the same statement. */
import type { SourceRange } from '../../core/plan/diagnostic.ts'
import type { DraftCriterion, DraftPhase, PlanDraft } from '../../core/plan/draft.ts'
import type { StatementStatus } from '../../core/release/document-status.ts'
import { headingsOf, type LineShapes } from './line-shapes.ts'

export interface LocatedStatement {
  status: StatementStatus
  /** Lines in the document as it is now. */
  lines: { start: number; end: number }
  /** The author ticked it, by hand. */
  claimed: boolean
}

const gates = ['signOff', 'check'] as const

export interface Location {
  located: LocatedStatement[]
  /** Statements with lines of their own that are nowhere in the document. */
  lost: StatementStatus[]
}

/** Something that the document states, and which statements of a plan it can be. */
interface Fact {
  kinds: readonly StatementStatus['kind'][]
  /** Where absent, statements of any phase can be meant. */
  phase?: string
  text: string
  lines: SourceRange
  claimed: boolean
  /** First line of the statement that was found here: others of other lines look elsewhere. */
  takenFrom?: number
}

export function locateStatements(
  draft: PlanDraft,
  statements: readonly StatementStatus[],
  shapes: LineShapes,
): Location {
  const facts = Map.groupBy(factsOf(draft), ({ text }) => words(text))
  const located: LocatedStatement[] = []
  const lost: StatementStatus[] = []
  let shift = 0
  const inOrder = statements.toSorted((a, b) => (a.source?.start ?? 0) - (b.source?.start ?? 0))
  for (const status of inOrder) {
    const { source } = status
    if (!source) {
      const lines = placeOfWhole(status, draft, shapes)
      if (lines) located.push({ status, lines, claimed: false })
      continue
    }
    const stated = wordingsOf(status).flatMap((wording) => facts.get(wording) ?? [])
    const fact = nearest(
      stated.filter((one) => canBe(status, source, one)),
      source.start + shift,
    )
    if (!fact) lost.push(status)
    else {
      fact.takenFrom = source.start
      shift = fact.lines.start - source.start
      located.push({ status, lines: fact.lines, claimed: fact.claimed })
    }
  }
  return { located, lost }
}

const words = (text: string): string => text.replace(/\s+/g, ' ').trim()

/** How the document can say it. A criterion that repeats others is each of them "(in the words of the document)". */
function wordingsOf({ kind, text }: StatementStatus): string[] {
  const whole = words(text)
  // Several windows are one gate, which stands at the first.
  if (kind === 'check') return [whole, ...whole.split('; ')]
  if (kind !== 'criterion' || !whole.endsWith(')')) return [whole]
  return [whole, ...[...whole.matchAll(/\(/g)].map(({ index }) => words(whole.slice(index + 1, -1)))]
}

function canBe({ kind, phase }: StatementStatus, source: SourceRange, fact: Fact): boolean {
  return (
    fact.kinds.includes(kind) &&
    (fact.phase === undefined || fact.phase === phase) &&
    (fact.takenFrom === undefined || fact.takenFrom === source.start)
  )
}

function nearest(facts: readonly Fact[], line: number): Fact | undefined {
  return facts.toSorted((a, b) => Math.abs(a.lines.start - line) - Math.abs(b.lines.start - line))[0]
}

function factsOf(draft: PlanDraft): Fact[] {
  const items = draft.checklists.flatMap((checklist) => checklist.items)
  const triggers = [...draft.phases.flatMap((phase) => phase.triggers), ...(draft.triggers ?? [])]
  return [
    ...draft.phases.flatMap(factsOfPhase),
    ...items.map(({ text, source, claimed }): Fact => ({ kinds: gates, text, lines: source, claimed })),
    ...draft.windows.map(({ text, source }): Fact => ({ kinds: gates, text, lines: source, claimed: false })),
    ...triggers.map(
      ({ text, source }): Fact => ({ kinds: ['trigger', 'reportedTrigger'], text, lines: source, claimed: false }),
    ),
  ]
}

function factsOfPhase(draft: DraftPhase): Fact[] {
  const { name, source, percent, stages, steps, criteria, entryCriteria } = draft
  const own = { start: source.start, end: source.start }
  const judged = ({ text, source: lines, claimed }: DraftCriterion): Fact => ({
    kinds: ['criterion', ...gates],
    phase: name,
    text,
    lines,
    claimed,
  })
  return [
    { kinds: ['phase'], text: name, lines: own, claimed: false },
    // Stages bear the names that binding gives them.
    ...stages.map((stage): Fact => {
      return {
        kinds: ['stage'],
        phase: name,
        text: `${stage.name}: ${stage.percent} %`,
        lines: stage.source,
        claimed: false,
      }
    }),
    ...(percent === undefined
      ? []
      : [{ kinds: ['stage' as const], phase: name, text: `${percent} %`, lines: own, claimed: false }]),
    ...steps.map(
      (step): Fact => ({ kinds: ['step'], phase: name, text: step.text, lines: step.source, claimed: false }),
    ),
    ...[...entryCriteria, ...criteria].map(judged),
  ]
}

/** The release stands under the title; going back, where the document says how fast, else under the heading above its steps. */
function placeOfWhole({ kind }: StatementStatus, draft: PlanDraft, shapes: LineShapes): SourceRange | undefined {
  const headings = headingsOf(shapes)
  if (kind === 'outcome') {
    const [title] = headings
    return title && { start: title.line, end: title.end }
  }
  const { budgetSource, steps } = draft.rollback
  if (budgetSource) return budgetSource
  const first = steps[0]?.source.start
  const above = first === undefined ? undefined : headings.findLast(({ line }) => line <= first)
  return above && { start: above.line, end: above.end }
}
