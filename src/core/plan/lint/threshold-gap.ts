/**
 * THRESHOLD_GAP: a metric passes below one number and rolls back above another, and between the two nothing is said.
 * In that undecided band Tidegate holds the stage and asks a person. This is often meant, so it is a note: check that somebody is there
 * to answer. To have no band, write the same number on both sides.
 */
import { type Condition, canonicalThreshold, formatCondition } from '../condition.ts'
import type { DraftCriterion, DraftTrigger, PlanDraft } from '../draft.ts'
import { significantWords } from './find-phase.ts'
import { distinct, type Finding, type LintRule } from './rule.ts'

export const thresholdGap: LintRule = {
  id: 'THRESHOLD_GAP',
  severity: 'note',
  check,
  examples: {
    finds: ['## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Order errors > 4%'],
    accepts: [
      '## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Order errors > 1%',
      '## Phase 1\n**Success criteria:**\n- Order errors < 1%\n\n**Rollback trigger:**\n- Page load p95 > 2s',
    ],
  },
}

function check(draft: PlanDraft): Finding[] {
  const global = draft.triggers ?? []
  const byPhase = draft.phases.flatMap((phase) => findGaps(phase.criteria, [...phase.triggers, ...global]))
  const all = [...draft.phases.flatMap((phase) => phase.triggers), ...global]
  return distinct([...byPhase, ...findGaps(draft.successMetrics, all)], ({ message }) => message)
}

function findGaps(criteria: DraftCriterion[], triggers: DraftTrigger[]): Finding[] {
  const fires = triggers.flatMap(({ condition }) => (condition ? [condition] : []))
  // Of triggers that say the same, one is enough to look at; of a hundred of one metric, those.
  const distinctFires = new Map(fires.map((fire) => [`${metricKey(fire)} ${formatCondition(fire)}`, fire]))
  const byMetric = Map.groupBy(distinctFires.values(), metricKey)
  return criteria.flatMap(({ condition: pass, form, source }) => {
    const fire =
      pass && form === 'numeric'
        ? byMetric
            .get(metricKey(pass))
            ?.slice(0, triggerLimit)
            .find((one) => leavesGap(pass, one))
        : undefined
    return pass && fire ? [{ source, message: describeGap(pass, fire), hint }] : []
  })
}

const triggerLimit = 100

const hint = 'there the stage is held and a person is asked; write one number on both sides if that is not meant'

function describeGap(pass: Condition, fire: Condition): string {
  const band = pass.comparator.startsWith('<') ? [amount(pass), amount(fire)] : [amount(fire), amount(pass)]
  return `between "${formatCondition(pass)}" and "${formatCondition(fire)}" the band from ${band.join(' to ')} neither passes nor rolls back`
}

/** The same for one metric in any order of its words; percentiles are metrics of their own. */
function metricKey({ metric, percentile }: Condition): string {
  return [percentile ?? '', ...significantWords(metric).sort()].join(' ')
}

function leavesGap(pass: Condition, fire: Condition): boolean {
  const low = canonicalThreshold(pass)
  const high = canonicalThreshold(fire)
  if (!low || !high || low.kind !== high.kind) return false
  const upward = pass.comparator.startsWith('<') && fire.comparator.startsWith('>')
  const downward = pass.comparator.startsWith('>') && fire.comparator.startsWith('<')
  return (upward && high.value > low.value) || (downward && high.value < low.value)
}

function amount({ value, unit }: Condition): string {
  return `${value}${unit === 'count' ? '' : ` ${unit}`}`
}
