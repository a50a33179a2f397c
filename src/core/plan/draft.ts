/** What an importer understood of a plan document: facts with the lines they came from, nothing bound and nothing guessed. */
import { z } from 'zod'
import { Condition } from './condition.ts'
import { type Diagnostic, SourceRange } from './diagnostic.ts'

/** Where a fact was read and which rule of the importer read it. */
const provenance = { source: SourceRange, rule: z.string() }

/** Text of the document without its markup; always data, never executed. */
const Text = z.string().min(1)

/** A calendar day, or a moment of it in UTC: `2026-05-06`, `2026-05-06T03:00Z`. */
export const CalendarDate = z.string().regex(/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}Z)?$/)

/** When something happens, in plan time; `text` is what the author wrote. */
export const Timing = z.strictObject({
  ...provenance,
  text: Text,
  /** Earliest start, relative to the start of the release: "Week 1, Day 3" is 2 days. */
  startOffsetMs: z.number().nonnegative().optional(),
  /** Shortest and longest stated duration: "24-48 hours"; "Day 1-2" is two days. */
  durationMs: z.tuple([z.number().nonnegative(), z.number().nonnegative()]).optional(),
  /** First and last day stated, the same for a single one: "June 12 – June 18". */
  dates: z.tuple([CalendarDate, CalendarDate]).optional(),
  /** Relative to another point, before it where negative: "72 h before launch", "T-45", "the week after code freeze". */
  anchor: z.strictObject({ event: Text, offsetMs: z.number() }).optional(),
})
export type Timing = z.infer<typeof Timing>

/** A success criterion, exit criterion or success metric; without `condition` it is words that a person must judge. */
export const DraftCriterion = z.strictObject({
  ...provenance,
  text: Text,
  condition: Condition.optional(),
  /** "No runtime errors": a condition `== 0` that was written as an absence. */
  form: z.enum(['numeric', 'zero', 'words']),
  /** A tick typed by hand is a claim, and opens nothing. */
  claimed: z.boolean(),
  /** The title it stands under where that is no phase: "Gate A", "Go/no-go checkpoint", "iOS". */
  group: Text.optional(),
})
export type DraftCriterion = z.infer<typeof DraftCriterion>

/** A rollback trigger, halt or alert; without `condition` it is an event that a person reports. */
export const DraftTrigger = z.strictObject({
  ...provenance,
  text: Text,
  condition: Condition.optional(),
  action: z.enum(['rollBack', 'halt', 'pause', 'notify']),
  /** The title it stands under where that is no phase: "iOS". */
  group: Text.optional(),
})
export type DraftTrigger = z.infer<typeof DraftTrigger>

/** A block of commands or settings inside a document: text, told apart by what it holds. */
export const DraftCode = z.strictObject({
  ...provenance,
  language: z.string(),
  content: z.enum(['commands', 'settings', 'comments', 'other']),
  text: z.string(),
  /** Of settings: where they hold, as the titles around them say ("Staging", "Production"). */
  environment: Text.optional(),
})
export type DraftCode = z.infer<typeof DraftCode>

export const DraftStep = z.strictObject({ ...provenance, text: Text, details: z.array(Text), code: z.array(DraftCode) })
export type DraftStep = z.infer<typeof DraftStep>

/** A share inside a phase ("Day 4: 50% traffic"); `percent` is of traffic or users, 0 to 100. */
export const DraftStage = z.strictObject({ ...provenance, name: Text, percent: z.number(), timing: Timing.optional() })
export type DraftStage = z.infer<typeof DraftStage>

export const DraftPhase = z.strictObject({
  ...provenance,
  /** The heading as written: "Phase 2: Canary Deployment (10% Traffic)". */
  name: Text,
  /** "2", "3a": the author's number. */
  ordinal: z.string().optional(),
  /** The ladder it belongs to where a document has several: "Android". */
  track: Text.optional(),
  percent: z.number().optional(),
  target: Text.optional(),
  targetSource: SourceRange.optional(),
  objective: Text.optional(),
  objectiveSource: SourceRange.optional(),
  timing: Timing.optional(),
  steps: z.array(DraftStep),
  stages: z.array(DraftStage),
  entryCriteria: z.array(DraftCriterion),
  criteria: z.array(DraftCriterion),
  triggers: z.array(DraftTrigger),
})
export type DraftPhase = z.infer<typeof DraftPhase>

export const DraftChecklistItem = z.strictObject({ ...provenance, text: Text, claimed: z.boolean() })
export type DraftChecklistItem = z.infer<typeof DraftChecklistItem>

/** A list of boxes under one heading ("Production Prerequisites"). */
export const DraftChecklist = z.strictObject({ ...provenance, title: Text, items: z.array(DraftChecklistItem) })
export type DraftChecklist = z.infer<typeof DraftChecklist>

export const DraftRisk = z.strictObject({
  ...provenance,
  text: Text,
  level: z.string().optional(),
  likelihood: z.string().optional(),
  owner: Text.optional(),
  mitigations: z.array(Text),
})
/** A person or a role. `gateOwner` decides at the gate of a phase; `of` names the phase or the part that they are named for. */
export const DraftOwner = z.strictObject({
  ...provenance,
  name: Text,
  role: z.enum(['owner', 'lead', 'contributor', 'gateOwner', 'approver']),
  of: Text.optional(),
})
export type DraftOwner = z.infer<typeof DraftOwner>
export const DraftTicket = z.strictObject({ ...provenance, id: Text, url: z.string().optional() })
export const DraftTimelineRow = z.strictObject({
  ...provenance,
  cells: z.record(z.string(), z.string()),
  status: z.string().optional(),
})
export type DraftTimelineRow = z.infer<typeof DraftTimelineRow>
/** "✅ ROLLOUT PLAN APPROVED": somebody's word in the document; it is shown, and opens no gate. */
export const DraftApproval = z.strictObject({ ...provenance, text: Text, by: Text.optional() })

/** What is to be done to go back, and within what time if the author says so; `budgets` holds every time stated, for whatever part. */
export const DraftRollback = z.strictObject({
  steps: z.array(DraftStep),
  budgetMs: z.number().positive().optional(),
  budgetSource: SourceRange.optional(),
  budgets: z.array(z.strictObject({ ...provenance, text: Text, ms: z.number().positive() })),
})

/** A line of its own under a known title. */
export const DraftNote = z.strictObject({ ...provenance, text: Text })
export type DraftNote = z.infer<typeof DraftNote>

/** A feature flag. `undoes` marks a rollback toggle (`rollback.sessionFallback`); stages are shares of the flag's users. */
export const DraftFlag = z.strictObject({
  ...provenance,
  key: Text,
  /** As written: "off", "false", "50 %". */
  state: Text.optional(),
  isRollbackToggle: z.boolean(),
  stages: z.array(DraftStage),
})
export type DraftFlag = z.infer<typeof DraftFlag>

/** Something outside that the plan waits for: a review, a vendor, another team. */
export const DraftDependency = z.strictObject({
  ...provenance,
  text: Text,
  /** The phase that waits. */
  phase: Text.optional(),
  due: Timing.optional(),
  /** In the author's words: "approved", "submitted", "ETA". */
  state: Text.optional(),
})
export type DraftDependency = z.infer<typeof DraftDependency>

/** Something to be said to somebody: release notes, a status mail, an announcement. */
export const DraftCommunication = z.strictObject({
  ...provenance,
  text: Text,
  when: Timing.optional(),
  /** "bi-weekly", "daily", "every 30 minutes", as written. */
  cadence: Text.optional(),
  audience: Text.optional(),
  channel: Text.optional(),
})
export type DraftCommunication = z.infer<typeof DraftCommunication>

/** One of the "next commits" or next steps in order, with what must come before it. */
export const DraftCommit = z.strictObject({
  ...provenance,
  ordinal: Text.optional(),
  text: Text,
  dependsOn: z.array(Text),
})
export type DraftCommit = z.infer<typeof DraftCommit>

/** When deployments may happen, or may not. */
export const DraftWindow = z.strictObject({ ...provenance, text: Text, kind: z.enum(['window', 'freeze']) })
export type DraftWindow = z.infer<typeof DraftWindow>

/** Another document that this one names as part of the plan. */
export const DraftCompanion = z.strictObject({ ...provenance, file: Text })
export type DraftCompanion = z.infer<typeof DraftCompanion>

/** A secret stood here; what it seemed to be is all that is kept of it. */
export const DraftSecret = z.strictObject({ ...provenance, what: Text })

/** What stands under a title that announces one thing where it may hold another: "Rollback Triggers" over commands. */
export const DraftSection = z.strictObject({
  ...provenance,
  title: Text,
  announces: z.enum(['triggers', 'stage']),
  holds: z.array(z.enum(['commands', 'settings', 'code', 'conditions', 'text'])),
})
export type DraftSection = z.infer<typeof DraftSection>

export const PlanDraft = z.strictObject({
  /** Path of the document as the reader of messages knows it. */
  file: z.string(),
  title: Text,
  metadata: z.array(z.strictObject({ ...provenance, label: Text, value: Text })),
  objectives: z.array(DraftNote),
  scope: z.array(DraftNote),
  /** What the document says it leaves out. */
  exclusions: z.array(DraftNote),
  phases: z.array(DraftPhase),
  checklists: z.array(DraftChecklist),
  successMetrics: z.array(DraftCriterion),
  rollback: DraftRollback,
  owners: z.array(DraftOwner),
  tickets: z.array(DraftTicket),
  flags: z.array(DraftFlag),
  dependencies: z.array(DraftDependency),
  communications: z.array(DraftCommunication),
  windows: z.array(DraftWindow),
  changelog: z.array(DraftNote),
  commits: z.array(DraftCommit),
  companions: z.array(DraftCompanion),
  risks: z.array(DraftRisk),
  timeline: z.array(DraftTimelineRow),
  approvals: z.array(DraftApproval),
  /** Every code block of the document, those of steps included. */
  code: z.array(DraftCode),
  /** Triggers stated for the whole rollout, outside any phase. */
  triggers: z.array(DraftTrigger).optional(),
  /** Where the importer took a secret out of the text. */
  secrets: z.array(DraftSecret).optional(),
  /** Sections called triggers, and sections numbered like a stage that were read as something else. */
  sections: z.array(DraftSection).optional(),
  /** Text that gave no fact, so that nothing is lost silently. */
  unread: z.array(z.strictObject({ source: SourceRange, text: Text })).optional(),
})
export type PlanDraft = z.infer<typeof PlanDraft>

/** A document of which nothing has been read yet. */
export function emptyDraft(file: string, title: string): PlanDraft {
  return {
    file,
    title,
    metadata: [],
    objectives: [],
    scope: [],
    exclusions: [],
    phases: [],
    checklists: [],
    successMetrics: [],
    rollback: { steps: [], budgets: [] },
    owners: [],
    tickets: [],
    flags: [],
    dependencies: [],
    communications: [],
    windows: [],
    changelog: [],
    commits: [],
    companions: [],
    risks: [],
    timeline: [],
    approvals: [],
    code: [],
  }
}

export interface ImportResult {
  /** Every tick box of a Markdown document, wherever it stands, and those that are ticked. */
  boxes?: { claimed: number; total: number }
  draft: PlanDraft
  diagnostics: Diagnostic[]
}
