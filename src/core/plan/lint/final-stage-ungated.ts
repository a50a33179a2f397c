/**
 * FINAL_STAGE_UNGATED: the last stage, where everybody is exposed, has neither a measured exit criterion nor a trigger of its own. "No
 * grave defects heard of" says only that nobody complained. Give the stage a number that passes it or one that rolls it back.
 */
import type { LintRule } from './rule.ts'

export const finalStageUngated: LintRule = {
  id: 'FINAL_STAGE_UNGATED',
  severity: 'warning',
  check: (draft) => {
    const last = draft.phases.at(-1)
    const isRollout = draft.phases.some((phase) => phase.percent !== undefined || phase.stages.length > 0)
    if (!last || !isRollout) return []
    const gated = last.triggers.length > 0 || last.criteria.some((criterion) => criterion.form === 'numeric')
    if (gated) return []
    const message = `the last stage, "${last.name}", has neither a measurable exit criterion nor a trigger of its own`
    return [
      {
        source: { start: last.source.start, end: last.source.start },
        message,
        hint: 'add a criterion with a number, or a rollback trigger',
      },
    ]
  },
  examples: {
    finds: [
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n**Success criteria:**\n- Everything looks calm\n- No grave defects heard of',
    ],
    accepts: [
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n**Success criteria:**\n- Order errors < 1%',
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n**Rollback trigger:**\n- Payment provider unreachable',
    ],
  },
}
