/** Rule: one step of the ladder exposes most users at once. */
import type { DraftPhase, PlanDraft } from '../draft.ts'
import type { Finding, LintRule } from './rule.ts'

export const ladderJump: LintRule = {
  id: 'LADDER_JUMP',
  severity: 'warning',
  summary: 'one step multiplies the exposed share by more than five and adds over half of everybody',
  why: 'Faults that show only under load, or only for rare users, then meet everyone at once.',
  instead: 'Put a stage between: 10%, 50%, 100%.',
  check: (draft) => laddersOf(draft).flatMap(findJumps),
  examples: {
    finds: ['## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)'],
    accepts: [
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Half (50%)\n\n## Phase 3: Everyone (100%)',
      '## Phase 1: Pilot (10%)\n\n## Phase 2: Everyone (100%)\n\n1. Raise the traffic\n   - Day 8: 40% traffic\n   - Day 9: 100% traffic',
      '## Phase 1: Staff (100% of staff)\n\n## Phase 2: Pilot (20%)\n\n## Phase 3: Everyone (100%)',
    ],
  },
}

interface Rung {
  percent: number
  line: number
}

/** One ladder a track, and one a flag; a share that falls begins a ladder of its own. */
function laddersOf({ phases, flags }: PlanDraft): Rung[][] {
  const tracks = [
    ...Map.groupBy(phases, ({ track, name }) => track ?? /^(.{2,60}): stage \d/i.exec(name)?.[1] ?? '').values(),
  ]
  const byTrack = tracks.map((track) => track.flatMap(sharesOf))
  const byFlag = flags.map(({ stages }) => stages.map(rungOf))
  return [...byTrack, ...byFlag]
}

function findJumps(ladder: Rung[]): Finding[] {
  return ladder.flatMap((rung, index) => {
    const before = ladder[index - 1]
    if (!before || before.percent <= 0 || rung.percent <= before.percent * 5 || rung.percent - before.percent <= 50)
      return []
    return [
      {
        source: { start: rung.line, end: rung.line },
        message: `the ladder jumps from ${before.percent}% to ${rung.percent}%`,
        hint: 'put a stage between the two',
      },
    ]
  })
}

/** The stages inside a phase are its ladder; the share of its heading is only where they end. */
function sharesOf(phase: DraftPhase): Rung[] {
  if (phase.stages.length > 0) return phase.stages.map(rungOf)
  return phase.percent === undefined ? [] : [{ percent: phase.percent, line: phase.source.start }]
}

const rungOf = ({ percent, source }: { percent: number; source: { start: number } }): Rung => ({
  percent,
  line: source.start,
})
