/** Where a release stands on each statement of its plan document: what is written beside the author's lines, and shown on them. */
import { z } from 'zod'
import { SourceRange } from '../plan/diagnostic.ts'

/**
 * `waiting`: its turn has not come. `open`: the release needs it and has no evidence of it. `undecided`: evidence, and not yet an answer.
 * `wentBack`: stopped in the middle by a rollback. `notReached`: the release ended or went back before its turn. Of triggers: `armed`,
 * `fired`, `quiet` once disarmed without having fired, `watched` where only people can report it.
 */
export const StatementState = z.enum([
  'waiting',
  'open',
  'running',
  'undecided',
  'holds',
  'fails',
  'wentBack',
  'notReached',
  'armed',
  'fired',
  'quiet',
  'watched',
])
export type StatementState = z.infer<typeof StatementState>

/** One statement of the plan. All texts are plain: whoever shows them escapes them. */
export const StatementStatus = z.strictObject({
  kind: z.enum([
    'outcome',
    'phase',
    'stage',
    'step',
    'criterion',
    'signOff',
    'check',
    'trigger',
    'reportedTrigger',
    'rollback',
  ]),
  id: z.string(),
  /** Name of the phase it belongs to, as the document has it. */
  phase: z.string().optional(),
  /** The author's words, by which its lines are found again in a changed document. */
  text: z.string(),
  /** Lines of the document that the release started from; the release as a whole has none. */
  source: SourceRange.optional(),
  /** What was measured, where one line states several things: "Response time p95". */
  subject: z.string().optional(),
  state: StatementState,
  /** What was seen, in a few words; empty where the state says it all. */
  detail: z.string(),
  /** Versions of the events that say so, the newest last. */
  events: z.array(z.int().min(1)).min(1),
  /** Wall clock of the newest of them. */
  at: z.iso.datetime(),
})
export type StatementStatus = z.infer<typeof StatementStatus>

export const DocumentStatus = z.strictObject({
  releaseId: z.string(),
  /** Path of the document, as whoever started the release named it. */
  document: z.string(),
  /** Version of the release that this is the state of. */
  version: z.int().min(1),
  statements: z.array(StatementStatus),
})
export type DocumentStatus = z.infer<typeof DocumentStatus>

/** What is shown at one line. A claim is somebody's word in the document; evidence was measured, run or signed; the rest is status. */
export const DocumentNote = z.strictObject({
  /** 1-based line of the document that it belongs to. */
  line: z.int().min(1),
  form: z.enum(['evidence', 'claim', 'status']),
  shape: z.enum(['✔', '✖', '○', '◐', '●', '◉', '⟲']),
  /** "evidence", "claim, no evidence", "armed". */
  words: z.string(),
  detail: z.string(),
  events: z.array(z.int().min(1)),
  at: z.iso.datetime(),
})
export type DocumentNote = z.infer<typeof DocumentNote>
