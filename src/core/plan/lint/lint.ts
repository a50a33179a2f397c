/** Every lint rule over one draft. Pure: the same draft always gives the same findings, in the order of the document. */
import type { Diagnostic } from '../diagnostic.ts'
import type { PlanDraft } from '../draft.ts'
import { approvedUnchecked } from './approved-unchecked.ts'
import { finalStageUngated } from './final-stage-ungated.ts'
import { ladderJump } from './ladder-jump.ts'
import { noMeasurableTrigger } from './no-measurable-trigger.ts'
import { noOwner } from './no-owner.ts'
import { noRollbackBudget } from './no-rollback-budget.ts'
import { nonCommandShell } from './non-command-shell.ts'
import { placeholder } from './placeholder.ts'
import { preticked } from './preticked.ts'
import type { LintRule } from './rule.ts'
import { secretInText } from './secret-in-text.ts'
import { statusConflict } from './status-conflict.ts'
import { thresholdGap } from './threshold-gap.ts'

export const lintRules: readonly LintRule[] = [
  approvedUnchecked,
  finalStageUngated,
  ladderJump,
  noMeasurableTrigger,
  noOwner,
  noRollbackBudget,
  nonCommandShell,
  placeholder,
  preticked,
  secretInText,
  statusConflict,
  thresholdGap,
]

/** Findings about what a document says, each with its line where it has one. */
export function lintDraft(draft: PlanDraft): Diagnostic[] {
  const found = lintRules.flatMap((rule) =>
    rule.check(draft).map(
      ({ source, message, hint }): Diagnostic => ({
        ruleId: rule.id,
        severity: rule.severity,
        source: { file: draft.file, ...source },
        message,
        hint,
      }),
    ),
  )
  return found.sort((a, b) => (a.source?.start ?? 0) - (b.source?.start ?? 0))
}
