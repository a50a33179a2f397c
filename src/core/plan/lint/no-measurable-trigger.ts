/** Rule: nothing in the plan rolls back by a number. */
import type { LintRule } from './rule.ts'

export const noMeasurableTrigger: LintRule = {
  id: 'NO_MEASURABLE_TRIGGER',
  severity: 'warning',
  summary: 'no rollback trigger of the plan states a number',
  why: 'Going back then depends on somebody watching at that minute. Alerts that only notify do not count.',
  instead:
    'Write at least one trigger with a metric and a number: "**Rollback trigger:** order errors > 4% for 5 minutes".',
  check: (draft) => {
    const triggers = [...draft.phases.flatMap((phase) => phase.triggers), ...(draft.triggers ?? [])]
    if (triggers.some((trigger) => trigger.condition !== undefined && trigger.action !== 'notify')) return []
    const [first] = triggers
    const message = first ? 'no rollback trigger states a number' : 'the plan states no rollback trigger'
    return [
      {
        source: first?.source ?? { start: 1, end: 1 },
        message,
        hint: 'write one with a metric and a number, such as "order errors > 4% for 5 minutes"',
      },
    ]
  },
  examples: {
    finds: [
      '## Phase 1\n**Rollback trigger:**\n- Anything that smells of a break-in',
      '## Alert conditions\n- Order errors > 5%',
    ],
    accepts: ['## Phase 1\n**Rollback trigger:**\n- Order errors > 5%', '## Halt rules\n- Order errors > 5%'],
  },
}
