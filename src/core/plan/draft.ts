/** What an importer understood of a plan document: facts with the lines they came from, nothing bound and nothing guessed. */
import { z } from 'zod'
import { Condition } from './condition.ts'
import { type Diagnostic, SourceRange } from './diagnostic.ts'

/** Where a fact was read and which rule of the importer read it. */
const provenance = { source: SourceRange, rule: z.string() }

/** Text of the document without its markup; always data, never executed. */
const Text = z.string().min(1)

/** When something happens, relative to the start of the release, in plan time; `text` is what the author wrote. */
export const Timing = z.strictObject({
  ...provenance,
  text: Text,
  /** Earliest start: "Week 1, Day 3" is 2 days. */
  startOffsetMs: z.number().nonnegative().optional(),
  /** Shortest and longest stated duration: "24-48 hours"; "Day 1-2" is two days. */
  durationMs: z.tuple([z.number().nonnegative(), z.number().nonnegative()]).optional(),
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
})
export type DraftCriterion = z.infer<typeof DraftCriterion>

/** A rollback trigger, halt or alert; without `condition` it is an event that a person reports. */
export const DraftTrigger = z.strictObject({
  ...provenance,
  text: Text,
  condition: Condition.optional(),
  action: z.enum(['rollBack', 'halt', 'pause', 'notify']),
})
export type DraftTrigger = z.infer<typeof DraftTrigger>

/** A block of commands or settings inside a document: text, told apart by what it holds. */
export const DraftCode = z.strictObject({
  ...provenance,
  language: z.string(),
  content: z.enum(['commands', 'settings', 'comments', 'other']),
  text: z.string(),
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
  mitigations: z.array(Text),
})
export const DraftOwner = z.strictObject({
  ...provenance,
  name: Text,
  role: z.enum(['owner', 'lead', 'contributor', 'approver']),
})
export const DraftTicket = z.strictObject({ ...provenance, id: Text, url: z.string().optional() })
export const DraftTimelineRow = z.strictObject({
  ...provenance,
  cells: z.record(z.string(), z.string()),
  status: z.string().optional(),
})
export type DraftTimelineRow = z.infer<typeof DraftTimelineRow>
/** "✅ ROLLOUT PLAN APPROVED": somebody's word in the document; it is shown, and opens no gate. */
export const DraftApproval = z.strictObject({ ...provenance, text: Text, by: Text.optional() })

/** What is to be done to go back, and within what time if the author says so. */
export const DraftRollback = z.strictObject({
  steps: z.array(DraftStep),
  budgetMs: z.number().positive().optional(),
  budgetSource: SourceRange.optional(),
})

export const PlanDraft = z.strictObject({
  /** Path of the document as the reader of messages knows it. */
  file: z.string(),
  title: Text,
  metadata: z.array(z.strictObject({ ...provenance, label: Text, value: Text })),
  phases: z.array(DraftPhase),
  checklists: z.array(DraftChecklist),
  successMetrics: z.array(DraftCriterion),
  rollback: DraftRollback,
  owners: z.array(DraftOwner),
  tickets: z.array(DraftTicket),
  flags: z.array(z.strictObject({ ...provenance, key: Text })),
  risks: z.array(DraftRisk),
  timeline: z.array(DraftTimelineRow),
  approvals: z.array(DraftApproval),
  /** Every code block of the document, those of steps included. */
  code: z.array(DraftCode),
  /** Triggers stated for the whole rollout, outside any phase. */
  triggers: z.array(DraftTrigger).optional(),
  /** Text that gave no fact, so that nothing is lost silently. */
  unread: z.array(z.strictObject({ source: SourceRange, text: Text })).optional(),
})
export type PlanDraft = z.infer<typeof PlanDraft>

export interface ImportResult {
  draft: PlanDraft
  diagnostics: Diagnostic[]
}
