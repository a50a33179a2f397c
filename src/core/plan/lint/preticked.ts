/** Rule: criteria are ticked though their stage has not run. */
import type { DraftCriterion, PlanDraft } from '../draft.ts'
import { timelineByPhase } from './find-phase.ts'
import type { Finding, LintRule } from './rule.ts'
import { isDone } from './status.ts'

export const preticked: LintRule = {
  id: 'PRETICKED',
  severity: 'warning',
  summary: 'criteria are ticked though their stage has not run',
  why: 'A tick by hand is a claim and opens no gate. Ticked beforehand it also hides from readers what was really seen.',
  instead: 'Write criteria without ticks and let evidence set them.',
  check,
  examples: {
    finds: [
      '## Phase 1: Pilot\n**Success criteria:**\n- ✅ Order errors < 1%',
      '## Success metrics\n- [x] Uptime > 99.5%',
    ],
    accepts: [
      '## Go/no-go criteria\n- ✅ All calm → go on\n- ❌ Anything else → roll back',
      '## Phase 1: Pilot\n**Success criteria:**\n- Order errors < 1%',
      '## Phase 1: Pilot\n**Success criteria:**\n- ✅ Order errors < 1%\n\n## Timeline\n| Phase | Status |\n|---|---|\n| Pilot | ✅ Done |',
    ],
  },
}

function check(draft: PlanDraft): Finding[] {
  const rows = timelineByPhase(draft)
  const byPhase = draft.phases.flatMap((phase) => {
    const row = rows.get(phase)
    if (row?.status && isDone(row.status)) return []
    return findTicked(
      phase.criteria,
      `of "${phase.name}"`,
      row?.status ? `while the timeline says "${row.status}"` : 'before the stage ran',
    )
  })
  return [...byPhase, ...findTicked(draft.successMetrics, 'among the success metrics', 'before the release ran')]
}

function findTicked(criteria: DraftCriterion[], where: string, when: string): Finding[] {
  // "✅ All calm → go on" is a rule with a picture, not a tick.
  const ticked = criteria.filter(({ claimed, text }) => claimed && !/→|⇒|->|=>/.test(text))
  const [first, last] = [ticked[0], ticked.at(-1)]
  if (!first || !last) return []
  const message = `${ticked.length} of ${criteria.length} criteria ${where} are ticked ${when}`
  return [
    {
      source: { start: first.source.start, end: last.source.end },
      message,
      hint: 'take the ticks away; evidence sets them',
    },
  ]
}
