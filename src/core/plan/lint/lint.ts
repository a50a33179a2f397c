/** Every lint rule over one draft. Pure: the same draft always gives the same findings, in the order of the document. */
import type { Diagnostic } from '../diagnostic.ts'
import type { PlanDraft } from '../draft.ts'
import { appStoreShares } from './app-store-shares.ts'
import { approvedUnchecked } from './approved-unchecked.ts'
import { cdnCanaryShare } from './cdn-canary-share.ts'
import { dependencyCycle } from './dependency-cycle.ts'
import { finalStageUngated } from './final-stage-ungated.ts'
import { firstReleaseWithoutFallback } from './first-release-without-fallback.ts'
import { flagContradiction } from './flag-contradiction.ts'
import { flagWithoutWayBack } from './flag-without-way-back.ts'
import { ladderJump } from './ladder-jump.ts'
import { laterDependency } from './later-dependency.ts'
import { migrationNotReverted } from './migration-not-reverted.ts'
import { mislabelledSection } from './mislabelled-section.ts'
import { noMeasurableTrigger } from './no-measurable-trigger.ts'
import { noOwner } from './no-owner.ts'
import { noRollbackBudget } from './no-rollback-budget.ts'
import { nonCommandShell } from './non-command-shell.ts'
import { ownerNotBound } from './owner-not-bound.ts'
import { placeholder } from './placeholder.ts'
import { preticked } from './preticked.ts'
import type { BoundLintRule, Finding, LintRule, RuleText, Surroundings } from './rule.ts'
import { scheduleArithmetic } from './schedule-arithmetic.ts'
import { secretInText } from './secret-in-text.ts'
import { settingsDiffer } from './settings-differ.ts'
import { shareTooFine } from './share-too-fine.ts'
import { statusConflict } from './status-conflict.ts'
import { holdTexts } from './texts-of.ts'
import { thresholdConflict } from './threshold-conflict.ts'
import { thresholdGap } from './threshold-gap.ts'

/** Rules that look at the document alone, by name. */
export const lintRules: readonly LintRule[] = [
  appStoreShares,
  approvedUnchecked,
  cdnCanaryShare,
  dependencyCycle,
  finalStageUngated,
  firstReleaseWithoutFallback,
  flagContradiction,
  flagWithoutWayBack,
  ladderJump,
  laterDependency,
  migrationNotReverted,
  mislabelledSection,
  noMeasurableTrigger,
  noOwner,
  noRollbackBudget,
  nonCommandShell,
  placeholder,
  preticked,
  scheduleArithmetic,
  secretInText,
  settingsDiffer,
  statusConflict,
  thresholdConflict,
  thresholdGap,
]

/** Rules that look at what the document is bound to as well, by name. */
export const boundLintRules: readonly BoundLintRule[] = [ownerNotBound, shareTooFine]

/** Findings about what a document says, and about what it says of the things it is bound to, each with its line. */
export function lintDraft(draft: PlanDraft, surroundings: Surroundings = {}): Diagnostic[] {
  const same = holdTexts(draft)
  const found = [...lintRules, ...boundLintRules].flatMap((rule) =>
    rule.check(same, surroundings).map((finding) => toDiagnostic(draft, rule, finding)),
  )
  return found.sort((a, b) => (a.source?.start ?? 0) - (b.source?.start ?? 0))
}

function toDiagnostic(draft: PlanDraft, { id, severity }: RuleText, { source, message, hint }: Finding): Diagnostic {
  return { ruleId: id, severity, source: { file: draft.file, ...source }, message, hint }
}
