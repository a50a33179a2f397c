/** What is said at a line: evidence, a claim without any, or status. One choice of words for the document, the browser and the terminal. */
import type { DraftPhase, PlanDraft } from '../../core/plan/draft.ts'
import { timelineByPhase } from '../../core/plan/lint/find-phase.ts'
import type { DocumentNote, StatementState } from '../../core/release/document-status.ts'
import { earned } from './fragment.ts'
import type { LocatedStatement } from './locate-statements.ts'

export interface PlacedNote {
  note: DocumentNote
  kind: LocatedStatement['status']['kind']
  id: string
  /** What it is about, for lines that state several things. */
  subject: string | undefined
  lines: { start: number; end: number }
}

type Saying = Pick<DocumentNote, 'form' | 'shape' | 'words'>

const say = (form: DocumentNote['form'], shape: DocumentNote['shape'], words: string): Saying => ({
  form,
  shape,
  words,
})

const [earnedShape, earnedWords] = earned.split(' ') as ['✔', string]

/** What was measured, run or signed. A box without tick that holds is ticked, and these words say by whom. */
const evidence: Partial<Record<StatementState, Saying>> = {
  holds: say('evidence', earnedShape, earnedWords),
  fails: say('evidence', '✖', 'evidence against it'),
  undecided: say('evidence', '◐', 'evidence so far'),
  running: say('status', '◐', 'running'),
}
/** The same beside a tick by hand: it stays, and never looks like an earned one. */
const evidenceOfClaim: typeof evidence = {
  holds: say('evidence', '✔', 'claim, with evidence'),
  fails: say('evidence', '✖', 'claim, with evidence against it'),
  undecided: say('evidence', '◐', 'claim, with evidence so far'),
  running: say('claim', '○', 'claim, no evidence yet'),
  open: say('claim', '○', 'claim, no evidence'),
}
const phase: typeof evidence = {
  holds: say('status', '●', 'completed'),
  wentBack: say('status', '⟲', 'stopped: the release went back'),
  undecided: say('status', '○', 'waits for a person'),
  running: say('status', '◐', 'running'),
  notReached: say('status', '○', 'not reached'),
}
const step: typeof evidence = {
  ...evidence,
  holds: say('evidence', '✔', 'done'),
  fails: say('evidence', '✖', 'not done'),
}
const stage: typeof evidence = {
  holds: say('evidence', '✔', 'passed'),
  wentBack: say('status', '⟲', 'taken back'),
  running: say('status', '◐', 'running'),
  notReached: say('status', '○', 'not reached'),
}
const trigger: typeof evidence = {
  armed: say('status', '◉', 'armed'),
  fired: say('evidence', '✖', 'fired'),
  quiet: say('status', '○', 'did not fire'),
  notReached: say('status', '○', 'was not armed'),
  watched: say('status', '○', 'not measured'),
}
const rollback: typeof evidence = {
  holds: say('evidence', earnedShape, 'went back'),
  fails: say('evidence', '✖', 'did not go back in time'),
  running: say('status', '⟲', 'going back'),
}
const outcome: typeof evidence = {
  waiting: say('status', '○', 'Tidegate release'),
  running: say('status', '◐', 'Tidegate release'),
  undecided: say('status', '○', 'Tidegate release'),
  holds: say('status', '●', 'Tidegate release'),
  fails: say('status', '✖', 'Tidegate release'),
  wentBack: say('status', '⟲', 'Tidegate release'),
  notReached: say('status', '○', 'Tidegate release'),
}

const sayings: Record<LocatedStatement['status']['kind'], typeof evidence> = {
  outcome,
  phase,
  stage,
  step,
  criterion: evidence,
  signOff: evidence,
  check: evidence,
  trigger,
  reportedTrigger: trigger,
  rollback,
}

/** What a box can stand for. */
const boxed = new Set<LocatedStatement['status']['kind']>(['criterion', 'signOff', 'check'])

function noteOf({ status, lines, claimed }: LocatedStatement, open: ReadonlySet<number>): PlacedNote[] {
  const { kind, detail, events, at, subject, id } = status
  // Of several statements in one line, each is only a part.
  const state = status.state === 'holds' && boxed.has(kind) && open.has(lines.start) ? 'undecided' : status.state
  const saying = (claimed ? evidenceOfClaim : sayings[kind])[state]
  if (!saying) return []
  const words = kind === 'outcome' ? `${saying.words} ${id}` : saying.words
  return [{ kind, id, subject, lines, note: { ...saying, words, line: lines.start, detail, events, at } }]
}

/** In the order of the document. A phase also stands in the row of the timeline that speaks of it. */
export function notesOf(draft: PlanDraft, located: readonly LocatedStatement[]): PlacedNote[] {
  const rows = timelineByPhase(draft)
  const isOpen = ({ status: { kind, state } }: LocatedStatement): boolean => boxed.has(kind) && state !== 'holds'
  const open = new Set(located.filter(isOpen).map(({ lines }) => lines.start))
  const inTimeline = located.flatMap((statement) => {
    const row = statement.status.kind === 'phase' ? rows.get(phaseAt(draft, statement)) : undefined
    return row && row.source.start !== statement.lines.start ? [{ ...statement, lines: row.source }] : []
  })
  return [...located, ...inTimeline].flatMap((one) => noteOf(one, open)).sort((a, b) => a.lines.start - b.lines.start)
}

function phaseAt({ phases }: PlanDraft, { lines }: LocatedStatement): DraftPhase {
  const found = phases.find(({ source }) => source.start === lines.start)
  if (!found) throw new Error(`a phase was located on line ${lines.start}, and none is there`)
  return found
}
