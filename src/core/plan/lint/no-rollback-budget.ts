/** Rule: the plan does not say how long a rollback may take. */
import type { LintRule } from './rule.ts'

export const noRollbackBudget: LintRule = {
  id: 'NO_ROLLBACK_BUDGET',
  severity: 'warning',
  summary: 'the plan sets no time within which a rollback has to be done',
  why: 'Without a deadline nobody can tell whether a rollback is late, and none can be rehearsed against it.',
  instead:
    'Write it in the rollback section: "roll back within 10 minutes". Or into tidegate.yaml: `rollback: { deadline: 10m }`.',
  check: (draft, { bindings }) =>
    draft.rollback.budgetMs !== undefined || bindings?.rollback?.deadline !== undefined
      ? []
      : [
          {
            source: draft.rollback.steps[0]?.source ?? { start: 1, end: 1 },
            message: 'the plan sets no time within which a rollback has to be done',
            hint: 'write "roll back within 10 minutes" in the rollback section',
          },
        ],
  examples: {
    finds: ['## Rollback plan\n1. Send all traffic to the old version'],
    accepts: [
      '## Rollback plan\n1. Send all traffic to the old version within 10 minutes',
      '## Rollback (< 2 minutes)\n1. Flip the switch',
    ],
  },
}
