/** Rule: one step of the ladder exposes most users at once. */
import { laddersOf } from './ladders-of.ts'
import type { Finding, LintRule } from './rule.ts'

export const ladderJump: LintRule = {
  id: 'LADDER_JUMP',
  severity: 'warning',
  summary:
    'one step multiplies the exposed share by more than five and adds over half of everybody, with nothing measured before it',
  why: 'Faults that show only under load, or only for rare users, then meet everyone at once.',
  instead: 'Put a stage between: 10%, 50%, 100%. Or a number that the small stage has to reach first.',
  check: (draft) =>
    laddersOf(draft).flatMap(({ rungs }) =>
      rungs.flatMap(({ percent, line }, index): Finding[] => {
        const { percent: before = 0, isMeasured } = rungs[index - 1] ?? {}
        if (isMeasured || before <= 0 || percent <= before * 5 || percent - before <= 50) return []
        const message = `the ladder jumps from ${before}% to ${percent}%`
        return [
          {
            source: { start: line, end: line },
            message,
            hint: 'put a stage between the two, or a measured criterion before it',
          },
        ]
      }),
    ),
  examples: {
    finds: ['## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)'],
    accepts: [
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Half (50%)\n\n## Phase 3: Everyone (100%)',
      '## Phase 1: Pilot (10%)\n**Success criteria:**\n- Order errors < 1%\n\n## Phase 2: Everyone (100%)',
      '## Phase 1: Pilot (20%)\n\n## Phase 2: Everyone (100%)',
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n\n1. Raise the traffic\n   - Day 8: 40% traffic\n   - Day 9: 100% traffic',
    ],
  },
}
