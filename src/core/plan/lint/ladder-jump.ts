/**
 * LADDER_JUMP: one step multiplies the exposed share by five or more and adds over half of everybody (10% to 100%). Faults that show only
 * under load, or only for rare users, then meet everyone at once. Put a stage between.
 */
import type { DraftPhase } from '../draft.ts'
import type { LintRule } from './rule.ts'

export const ladderJump: LintRule = {
  id: 'LADDER_JUMP',
  severity: 'warning',
  check: (draft) => {
    const ladder = draft.phases.flatMap(sharesOf)
    return ladder.flatMap((stage, index) => {
      const before = ladder[index - 1]
      if (!before || before.percent <= 0 || stage.percent < before.percent * 5 || stage.percent - before.percent <= 50)
        return []
      const source = { start: stage.line, end: stage.line }
      return [
        {
          source,
          message: `the ladder jumps from ${before.percent}% to ${stage.percent}%`,
          hint: 'put a stage between the two',
        },
      ]
    })
  },
  examples: {
    finds: ['## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)'],
    accepts: [
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Half (50%)\n\n## Phase 3: Everyone (100%)',
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n\n1. Raise the traffic\n   - Day 8: 40% traffic\n   - Day 9: 100% traffic',
    ],
  },
}

/** The stages inside a phase are its ladder; the share of its heading is only where they end. */
function sharesOf(phase: DraftPhase): { percent: number; line: number }[] {
  if (phase.stages.length > 0) return phase.stages.map(({ percent, source }) => ({ percent, line: source.start }))
  return phase.percent === undefined ? [] : [{ percent: phase.percent, line: phase.source.start }]
}
