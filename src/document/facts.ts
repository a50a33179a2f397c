/** What was read, in the vocabulary of the corpus scorer, so that an import can be measured against hand-made labels. */
import type { Condition } from '../core/plan/condition.ts'
import type { DraftCriterion, DraftTrigger, ImportResult } from '../core/plan/draft.ts'
import { lintDraft } from '../core/plan/lint/lint.ts'
import { shortStageName } from './grammar/read-stage-title.ts'

export interface CorpusFacts {
  stages: { name: string; percent: number | null; minutes?: [number, number] }[]
  criteria: ConditionFact[]
  triggers: (ConditionFact | { event: string; stage?: string })[]
  rollbackBudgetMinutes: number | null
  owners: string[]
  tickets: string[]
  checklist: { done: number; total: number }
  flags: string[]
  lints: string[]
}

interface ConditionFact {
  metric: string
  op: string
  value: number | [number, number]
  unit: string
  stage?: string
}

/** Rules that the labels know nothing of. */
const unlabelled = new Set([
  'APP_STORE_SHARES',
  'CDN_CANARY_SHARE',
  'FIRST_RELEASE_WITHOUT_FALLBACK',
  'FLAG_WITHOUT_WAY_BACK',
  'LATER_DEPENDENCY',
  'MIGRATION_NOT_REVERTED',
  'SECRET_IN_TEXT',
  'SETTINGS_DIFFER',
])
/** Findings of the importer that the labels count among the lints. */
const labelledFindings = new Set(['ENCODING'])

export function corpusFacts({ draft, diagnostics }: ImportResult): CorpusFacts {
  const stagesOf = draft.phases.flatMap((phase) => [{ ...phase, percent: phase.percent ?? null }, ...phase.stages])
  const criteria = [
    ...draft.phases.flatMap((phase) =>
      measured([...phase.entryCriteria, ...phase.criteria], shortStageName(phase.name)),
    ),
    ...measured(draft.successMetrics, 'success metrics'),
  ]
  const lints = [...lintDraft(draft), ...diagnostics.filter(({ ruleId }) => labelledFindings.has(ruleId))].map(
    ({ ruleId }) => ruleId,
  )
  const budget = draft.rollback.budgetMs
  return {
    stages: stagesOf.map(({ name, percent, timing }) => ({
      name,
      percent,
      ...(timing?.durationMs ? { minutes: inMinutes(timing.durationMs) } : {}),
    })),
    criteria,
    triggers: [
      ...draft.phases.flatMap((phase) =>
        phase.triggers.filter(counts).map((trigger) => triggerFact(trigger, shortStageName(phase.name))),
      ),
      ...(draft.triggers ?? []).filter(counts).map((trigger) => triggerFact(trigger)),
    ],
    rollbackBudgetMinutes: budget === undefined ? null : budget / 60_000,
    owners: draft.owners.map((owner) => owner.name),
    tickets: draft.tickets.map((ticket) => ticket.id),
    checklist: countBoxes(draft),
    flags: draft.flags.map((flag) => flag.key),
    lints: [...new Set(lints)].filter((rule) => !unlabelled.has(rule)).sort(),
  }
}

function measured(criteria: DraftCriterion[], stage: string): ConditionFact[] {
  return criteria.flatMap(({ condition }) => (condition ? [conditionFact(condition, stage)] : []))
}

function conditionFact({ metric, percentile, comparator, value, unit }: Condition, stage?: string): ConditionFact {
  return {
    metric: percentile === undefined ? metric : `${metric} (p${percentile})`,
    op: comparator,
    value,
    unit,
    ...(stage ? { stage } : {}),
  }
}

/** An alert without a number only informs people. */
function counts({ action, condition }: DraftTrigger): boolean {
  return action !== 'notify' || condition !== undefined
}

function triggerFact(
  { condition, text }: DraftTrigger,
  stage?: string,
): ConditionFact | { event: string; stage?: string } {
  return condition ? conditionFact(condition, stage) : { event: text, ...(stage ? { stage } : {}) }
}

/** Boxes count wherever they stand: in checklists and in front of criteria. */
function countBoxes({ phases, checklists, successMetrics }: ImportResult['draft']): CorpusFacts['checklist'] {
  const items = [
    ...checklists.flatMap((list) => list.items),
    ...phases.flatMap((phase) => [...phase.entryCriteria, ...phase.criteria]),
    ...successMetrics,
  ]
  // Two conditions behind one box are one box.
  const boxes = new Map(
    items.filter(({ rule }) => rule.endsWith('box')).map(({ source, claimed }) => [source.start, claimed]),
  )
  return { done: [...boxes.values()].filter(Boolean).length, total: boxes.size }
}

function inMinutes([shortest, longest]: [number, number]): [number, number] {
  return [shortest / 60_000, longest / 60_000]
}
