/** What was read, in the vocabulary of the corpus scorer, so that an import can be measured against hand-made labels. */
import type { Condition } from '../core/plan/condition.ts'
import type { DraftCriterion, DraftPhase, DraftTrigger, ImportResult } from '../core/plan/draft.ts'
import { lintDraft } from '../core/plan/lint/lint.ts'
import { readStageTitle, shortStageName } from './grammar/read-stage-title.ts'

export interface CorpusFacts {
  stages: StageFact[]
  criteria: ConditionFact[]
  triggers: (ConditionFact | { event: string; stage?: string })[]
  rollbackBudgetMinutes: number | null
  owners: string[]
  tickets: string[]
  checklist: { done: number; total: number }
  flags: string[]
  lints: string[]
}

interface StageFact {
  name: string
  percent: number | null
  minutes?: [number, number]
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

export function corpusFacts({ draft, diagnostics, boxes }: ImportResult): CorpusFacts {
  const lints = [...lintDraft(draft), ...diagnostics.filter(({ ruleId }) => labelledFindings.has(ruleId))].map(
    ({ ruleId }) => ruleId,
  )
  const budget = draft.rollback.budgetMs
  return {
    stages: draft.phases.flatMap(stageFacts),
    criteria: inOrder([
      ...draft.phases.flatMap((phase) =>
        [...phase.entryCriteria, ...phase.criteria].flatMap((criterion) =>
          measured([criterion], isGate(criterion.group) ? placeName(criterion.group) : placeOf(phase)),
        ),
      ),
      ...draft.successMetrics.flatMap((criterion) => measured([criterion], placeName(criterion.group))),
    ]),
    triggers: [
      ...draft.phases.flatMap((phase) =>
        phase.triggers.filter(counts).map((trigger) => triggerFact(trigger, placeOf(phase))),
      ),
      ...(draft.triggers ?? []).filter(counts).map((trigger) => triggerFact(trigger, trigger.group)),
    ],
    rollbackBudgetMinutes: budget === undefined ? null : budget / 60_000,
    owners: [...new Map(draft.owners.map(({ name }) => [name.toLowerCase(), name])).values()],
    tickets: draft.tickets.map((ticket) => ticket.id),
    checklist: { done: boxes?.claimed ?? 0, total: boxes?.total ?? 0 },
    flags: draft.flags.map((flag) => flag.key),
    lints: [...new Set(lints)].filter((rule) => !unlabelled.has(rule)).sort(),
  }
}

/** A phase with a ladder inside ends at the ladder's last share; several shares on one line are one stage of it. */
function stageFacts({ name, percent, timing, stages }: DraftPhase): StageFact[] {
  const own = stages.filter(({ rule }) => rule !== 'stage/ladder')
  const steps = own.filter(({ source }, index) => own[index + 1]?.source.start !== source.start)
  return [{ name, percent: percent ?? stages.at(-1)?.percent, timing }, ...steps].map((stage) => ({
    name: stage.name,
    percent: stage.percent ?? null,
    ...(stage.timing?.durationMs ? { minutes: inMinutes(stage.timing.durationMs) } : {}),
  }))
}

/** Of a group the name without its explanation; what stands in none is asked of the whole. */
function placeName(group: string | undefined): string {
  if (group === undefined) return 'overall success'
  // A note in brackets that counts something belongs to the place: "(7 days after 100 %)".
  return readStageTitle(group) || isGate(group) ? shortStageName(group) : group.replace(/ ?\([^()\d]*\)$/, '')
}

function isGate(group: string | undefined): boolean {
  return group !== undefined && /\bgates? #?(?:\d|[a-z]\b)/i.test(group)
}

function placeOf({ name, ordinal, rule, track }: DraftPhase): string {
  const short = shortStageName(name)
  return rule === 'phase/table' && track && ordinal ? name : short
}

interface PlacedFact {
  line: number
  fact: ConditionFact
}

function measured(criteria: DraftCriterion[], stage: string): PlacedFact[] {
  return criteria.flatMap(({ condition, source }) =>
    condition ? [{ line: source.start, fact: conditionFact(condition, stage) }] : [],
  )
}

function inOrder(placed: PlacedFact[]): ConditionFact[] {
  return placed.sort((a, b) => a.line - b.line).map(({ fact }) => fact)
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

function inMinutes([shortest, longest]: [number, number]): [number, number] {
  return [shortest / 60_000, longest / 60_000]
}
