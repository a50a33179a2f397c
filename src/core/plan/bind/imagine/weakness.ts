/** What is weak about a plan: seen without running it, or by rehearsing it (the last four). docs/rehearse.md explains each code. */
import { z } from 'zod'
import { SourceRange } from '../../diagnostic.ts'
import type { PlanDraft } from '../../draft.ts'

export const WeaknessCode = z.enum([
  'NO_PHASES',
  'NO_ROLLOUT',
  'NO_TRIGGER',
  'UNMEASURED_TRIGGER',
  'NO_DEADLINE',
  'NO_BASELINE',
  'UNBOUND_ROLLBACK_STEP',
  'UNGATED_STAGE',
  'EMPTY_STAGE',
  'NOBODY_CAN_OPEN',
  'TOGGLE_NOT_DRILLED',
  'CALENDAR_UNREAD',
  'STAGE_NEVER_LEFT',
  'GATE_NEVER_OPENS',
  'STEP_NEVER_DONE',
  'TRIGGER_NEVER_FIRES',
])
export type WeaknessCode = z.infer<typeof WeaknessCode>

/** `source` are lines of the document: the statement that is weak, or the first line where something is missing. */
export const Weakness = z.strictObject({
  code: WeaknessCode,
  source: SourceRange,
  message: z.string(),
  /** What to write or bind instead. */
  hint: z.string(),
})
export type Weakness = z.infer<typeof Weakness>

/** The place of what a document does not say. */
export const startOf = ({ file }: PlanDraft): SourceRange => ({ file, start: 1, end: 1 })
