/** Rule: two places give one thing different states. */
import type { DraftChecklistItem, PlanDraft } from '../draft.ts'
import { findPhase, timelineByPhase } from './find-phase.ts'
import type { Finding, LintRule } from './rule.ts'
import { isDone, isOpen } from './status.ts'

export const statusConflict: LintRule = {
  id: 'STATUS_CONFLICT',
  severity: 'warning',
  summary: 'two places give one thing different states, such as a step ticked as done whose timeline row is pending',
  why: 'Readers will believe the one they see first.',
  instead: 'Keep the state in one place; Tidegate writes it there as the release goes on.',
  check: (draft) => {
    const items = draft.checklists.flatMap((checklist) => checklist.items)
    return [...findAgainstTimeline(draft, items), ...findAgainstEachOther(items), ...findAgainstThemselves(items)]
  },
  examples: {
    finds: [
      '## Phase 1: Pilot\n\n## Timeline\n| Phase | Status |\n|---|---|\n| Pilot | Pending |\n\n## Next steps\n1. ✅ Complete pilot rollout',
      '## Before\n- [x] Restore tested on staging\n\n## Summary checklist\n- [ ] Restore tested on staging',
      '## Before\n- [ ] Manual for the shops (complete)',
    ],
    accepts: [
      '## Before\n- [ ] Check that the migration is complete',
      '## Phase 1: Pilot\n\n## Timeline\n| Phase | Status |\n|---|---|\n| Pilot | Done |\n\n## Next steps\n1. ✅ Complete pilot rollout',
    ],
  },
}

function findAgainstTimeline(draft: PlanDraft, items: DraftChecklistItem[]): Finding[] {
  const rows = timelineByPhase(draft)
  return items.flatMap((item) => {
    const phase = findPhase(draft.phases, item.text)
    const row = phase && rows.get(phase)
    const status = row?.status ?? ''
    const conflict = row && ((item.claimed && isOpen(status)) || (!item.claimed && isDone(status)))
    if (!conflict) return []
    const message = `"${item.text}" is marked ${item.claimed ? 'done' : 'open'}, but the timeline on line ${row.source.start} says "${status}"`
    return [{ source: item.source, message, hint: 'keep the state in one place' }]
  })
}

function findAgainstEachOther(items: DraftChecklistItem[]): Finding[] {
  const first = new Map<string, DraftChecklistItem>()
  return items.flatMap((item) => {
    const key = item.text.toLowerCase()
    const known = first.get(key)
    if (!known) first.set(key, item)
    if (!known || known.claimed === item.claimed || key.length < 8) return []
    const message = `"${item.text}" is marked ${item.claimed ? 'done' : 'open'} here and ${known.claimed ? 'done' : 'open'} on line ${known.source.start}`
    return [{ source: item.source, message, hint: 'keep the state in one place' }]
  })
}

/** "[ ] Manual (complete)". */
function findAgainstThemselves(items: DraftChecklistItem[]): Finding[] {
  return items.flatMap(({ text, claimed, source }) => {
    const said = /[(（[]([\p{L}-]{4,20})[)）\]]$/u.exec(text)?.[1] ?? ''
    const conflict = claimed ? isOpen(said) : isDone(said)
    if (!conflict) return []
    const message = `"${text}" is marked ${claimed ? 'done' : 'open'} and says "${said}"`
    return [{ source, message, hint: 'keep the state in one place' }]
  })
}
