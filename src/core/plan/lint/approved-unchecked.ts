/** Rule: the document says that it is approved over boxes that are still open. */
import type { LintRule } from './rule.ts'

export const approvedUnchecked: LintRule = {
  id: 'APPROVED_UNCHECKED',
  severity: 'warning',
  summary: 'the document says it is approved while boxes in it are open',
  why: 'One of the two is wrong, and the release would start on the wrong one.',
  instead: 'Close the boxes, take them out, or withdraw the approval until they are closed.',
  check: (draft) => {
    const [approval] = draft.approvals
    const open = draft.checklists
      .map((checklist) => ({ ...checklist, boxes: checklist.items.filter((item) => item.rule === 'checklist/box') }))
      .filter(({ boxes }) => boxes.some((box) => !box.claimed))
    if (!approval || open.length === 0) return []
    const lists = open.map(
      ({ title, boxes }) => `${boxes.filter((box) => !box.claimed).length} of ${boxes.length} in "${title}"`,
    )
    return [
      {
        source: approval.source,
        message: `"${approval.text}" stands over open boxes: ${lists.join(', ')}`,
        hint: 'close the boxes or withdraw the approval',
      },
    ]
  },
  examples: {
    finds: ['## Checklist\n- [x] Backup taken\n- [ ] On-call informed\n\n**Release lead signature:** ✅ APPROVED'],
    accepts: [
      '## Checklist\n- [x] Backup taken\n- [x] On-call informed\n\n**Release lead signature:** ✅ APPROVED',
      '## Checklist\n- [ ] Backup taken\n\n**Release lead signature:** ____',
    ],
  },
}
