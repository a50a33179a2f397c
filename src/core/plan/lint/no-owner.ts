/** Rule: the plan names nobody who owns it. */
import type { LintRule } from './rule.ts'

export const noOwner: LintRule = {
  id: 'NO_OWNER',
  severity: 'warning',
  summary: 'the plan names nobody, neither a person nor a role, who owns the release or a part of it',
  why: 'When the release is held there is no one to ask.',
  instead: 'Write an owner in the head of the document or one for each phase: "**Owner:** Platform team".',
  check: (draft) =>
    draft.owners.length > 0
      ? []
      : [
          {
            source: { start: 1, end: 1 },
            message: 'the plan names no owner',
            hint: 'write "**Owner:** …" at the head of the document or in each phase',
          },
        ],
  examples: { finds: ['# Plan\n\n## Phase 1'], accepts: ['# Plan\n\n**Owner:** Platform team\n\n## Phase 1'] },
}
