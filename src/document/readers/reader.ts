/** What is shared while a document is read: the draft that grows, the findings, and where in the document we are. */
import type { Diagnostic, SourceRange } from '../../core/plan/diagnostic.ts'
import {
  type DraftChecklist,
  type DraftPhase,
  type DraftStage,
  type DraftStep,
  emptyDraft,
  type ImportResult,
  type PlanDraft,
} from '../../core/plan/draft.ts'
import type { StageTitle } from '../grammar/read-stage-title.ts'
import type { Role } from '../grammar/title-words.ts'
import type { Line } from '../markdown/read-lines.ts'

/** A plan with more phases than this is no plan; what is beyond is reported and left out. */
export const phaseLimit = 100

/** One stage of a ladder. */
export interface Rung {
  title: StageTitle
  source: SourceRange
  percent?: number
  /** What says how long or when. */
  timing?: string
  /** All of the line that it was read from. */
  text?: string
}

/** A ladder told in a sentence; it may say again what headings say elsewhere, so it is settled when all is read. */
export interface ProseLadder {
  rungs: Rung[]
  track: string | undefined
  /** It is told where the document speaks of its flags. */
  ofFlags: boolean
}

export interface Reader {
  file: string
  draft: PlanDraft
  diagnostics: Diagnostic[]
  /** Names of owners, tickets and flags that the draft has already. */
  known: Set<string>
  /** By the line of their title. */
  checklistAt: Map<number, DraftChecklist>
  /** Whether the rollback budget was read in a rollback section. */
  budgetUnderRollback: boolean
  /** The year that completes the document's dates without one. */
  year: number | undefined
  proseLadders: ProseLadder[]
  /** Shares told one by one where no phase is ("Canary at 10% of traffic for 30 minutes"): they count if no phase is ever named. */
  loneShares: Rung[]
  /** Numbered steps where no phase is, by the title they stand under: the phases of a document that names none. */
  looseSteps: { title: string; source: SourceRange; steps: DraftStep[] }[]
  /** How long each stage is to last, where one line says it for all. */
  eachWait?: { text: string; source: SourceRange }
  /** By place and threshold, the metrics (in significant words) that triggers have spoken of, and what these do. */
  triggersSaid: Map<string, { words: string[]; action: Context['action'] }[]>
  boxes: NonNullable<ImportResult['boxes']>
}

/** What the sections around a block say about it. */
export interface Context {
  role: Role | undefined
  phase: DraftPhase | undefined
  /** The nearest title. */
  title: string
  titleLine: number
  /** What triggers here do unless they say so themselves. */
  action: 'rollBack' | 'halt' | 'pause' | 'notify'
  /** How long what triggers here has to last, where the title says it for all of them. */
  sustainMs?: number
  /** "High" under a heading "High Risk". */
  riskLevel?: string
  /** The heading around a table of stages, where a document has several ladders. */
  track?: string
  /** The title that tells criteria and triggers outside phases apart: "Gate A", "iOS". */
  group?: string
  /** The title around says that its parts are stages. */
  announced?: boolean
  /** A part of the phase with a title of its own ("Day 3: beta users"), and the stage that it is, if it has a share. */
  part?: { stage: DraftStage | undefined }
}

export function newReader(file: string, title: string, year?: number): Reader {
  return {
    file,
    diagnostics: [],
    known: new Set(),
    checklistAt: new Map(),
    budgetUnderRollback: false,
    year,
    proseLadders: [],
    loneShares: [],
    looseSteps: [],
    triggersSaid: new Map(),
    boxes: { claimed: 0, total: 0 },
    draft: emptyDraft(file, title),
  }
}

/** Whether this is the first time that a name of this kind is met; from then on it is known. */
export function isNew({ known }: Reader, kind: 'owner' | 'ticket' | 'flag' | 'companion', name: string): boolean {
  const key = `${kind} ${name}`
  if (known.has(key)) return false
  known.add(key)
  return true
}

/** The first objective stated counts. */
export function setObjective(phase: DraftPhase, text: string, source: SourceRange): void {
  if (phase.objective !== undefined) return
  phase.objective = text
  phase.objectiveSource = source
}

/** A diagnostic at lines of the document. */
export function report(
  reader: Reader,
  severity: Diagnostic['severity'],
  ruleId: string,
  source: SourceRange,
  message: string,
  hint: string,
): void {
  reader.diagnostics.push({ ruleId, severity, source: { file: reader.file, ...source }, message, hint })
}

export function at(line: Line | number): SourceRange {
  return typeof line === 'number' ? { start: line, end: line } : { start: line.number, end: line.end }
}
