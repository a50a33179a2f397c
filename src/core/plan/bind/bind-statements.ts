/** Criteria and triggers: measured where a metric is bound, otherwise the word of a named person. Nothing passes by itself. */
import { type Condition, canonicalThreshold, formatCondition } from '../condition.ts'
import type { DraftChecklist, DraftCriterion, DraftTrigger } from '../draft.ts'
import type { Gate } from '../gate.ts'
import type { PlanMetric, ReportedTrigger } from '../plan.ts'
import type { Criterion, Trigger } from '../step.ts'
import type { Binder, Place } from './binder.ts'

export type BoundCriterion = { measured: Criterion[] } | { gate: Gate }

/** A criterion of a phase. `canMeasure`: the phase has a rollout, so there are stages to judge it in. */
export function bindCriterion(
  binder: Binder,
  phaseId: string,
  criterion: DraftCriterion,
  canMeasure: boolean,
): BoundCriterion {
  const { text, source, condition } = criterion
  const binding = binder.criteria.find(text)
  const id = binder.id(phaseId, text)
  const signOff = (role: string): BoundCriterion => ({
    gate: { id, text, source, kind: 'signOff', role: binder.role(role, source), count: 1 },
  })
  if (binding && 'check' in binding) {
    requireCheck(binder, source, binding.check)
    return { gate: { id, text, source, kind: 'check', check: binding.check } }
  }
  if (binding && 'signOff' in binding) return signOff(binding.signOff)
  if (binding && 'sameAs' in binding && canMeasure) return repeated(binder, phaseId, criterion, binding.sameAs)
  if (binding && 'sameAs' in binding) {
    const message = `"${text}" is bound to the criteria of ${binding.sameAs}, and nothing moves here for them to be judged on`
    binder.report('error', 'NOTHING_TO_JUDGE', source, message, 'bind it under criteria to a check or a `signOff`')
  }
  const metric = condition && binder.metricFor(condition.metric)
  if (canMeasure && condition && metric && fits(binder, metric, condition, criterion)) {
    return { measured: [{ id, text, source, metricId: metric.id, condition }] }
  }
  const { asks } = binder.input.bindings
  const hint = condition
    ? `bind "${condition.metric}" under metrics to have it measured`
    : 'bind it under criteria to name a check or another role'
  binder.report('note', 'UNBOUND_CRITERION', source, `"${text}" will be signed by ${asks}`, hint)
  return signOff(asks)
}

/** "All metrics remain stable": the measured criteria of an earlier phase once more, at the lines that say so. */
function repeated(binder: Binder, phaseId: string, criterion: DraftCriterion, earlier: string): BoundCriterion {
  const measured = binder.measured.get(earlier)
  if (!measured) {
    binder.unknown(criterion.source, 'earlier phase', earlier, [...binder.measured.keys()])
    return { measured: [] }
  }
  return {
    measured: measured.map(({ text, metricId, condition }) => ({
      id: binder.id(phaseId, text),
      text: `${text} (${criterion.text})`,
      source: criterion.source,
      metricId,
      condition,
    })),
  }
}

export function bindTrigger(
  binder: Binder,
  trigger: DraftTrigger,
): { measured: Trigger } | { reported: ReportedTrigger } {
  const { text, source } = trigger
  const { asks, judging } = binder.input.bindings
  const binding = binder.triggers.find(text)
  const id = binder.id('trigger', text)
  const windowMs = trigger.condition?.windowMs ?? judging.triggerWindow
  const reported = (role: string) => ({ reported: { id, text, source, role: binder.role(role, source) } })
  if (binding && 'reportedBy' in binding) return reported(binding.reportedBy)
  const action = { kind: trigger.action === 'rollBack' ? ('rollback' as const) : trigger.action }
  if (binding && 'anyOf' in binding) {
    const metric = binder.metrics[binding.anyOf]
    if (metric) {
      const condition: Condition = { metric: text, comparator: '>', value: 0, unit: 'count' }
      if (fits(binder, metric, condition, trigger))
        return { measured: { id, text, source, metricId: metric.id, condition, windowMs, action } }
    } else binder.unknown(source, 'metric', binding.anyOf, Object.keys(binder.metrics))
    return reported(asks)
  }
  const { condition } = trigger
  const metric = condition && binder.metricFor(condition.metric)
  if (condition && metric && fits(binder, metric, condition, trigger)) {
    return { measured: { id, text, source, metricId: metric.id, condition, windowMs, action } }
  }
  const hint = condition
    ? `bind "${condition.metric}" under metrics`
    : 'bind it under triggers: `reportedBy` a group or `anyOf` a metric'
  binder.report(
    'warning',
    'UNBOUND_TRIGGER',
    source,
    `nothing measures "${text}": it fires only when ${asks} reports it`,
    hint,
  )
  return reported(asks)
}

/** Can this metric answer this condition at all? */
function fits(
  binder: Binder,
  metric: PlanMetric,
  condition: Condition,
  { text, source }: { text: string; source: DraftCriterion['source'] },
): boolean {
  const problem = misfit('histogram' in metric.query, condition)
  if (problem === undefined) return true
  const message = `"${text}" (${formatCondition(condition)}) cannot be judged by metric ${metric.id}: ${problem}`
  binder.report('error', 'CONDITION_METRIC_MISMATCH', source, message, 'state the condition so, or bind another metric')
  return false
}

/** Why such a metric cannot answer this condition: times need a histogram and a percentile, rates and counts need counters. */
export function misfit(isHistogram: boolean, condition: Condition): string | undefined {
  const threshold = canonicalThreshold(condition)
  if (threshold === undefined) return 'a range, or a unit that is relative to something, cannot be judged yet'
  if (threshold.kind !== 'duration') return isHistogram ? 'a histogram answers conditions on a time only' : undefined
  if (!isHistogram) return 'a time needs a histogram'
  return condition.percentile === undefined ? 'a time needs a percentile, such as p95' : undefined
}

/** Every item of a checklist, ticked or not, is signed before the phase: a tick in a document is a claim. */
export function bindChecklist(
  binder: Binder,
  checklist: DraftChecklist,
  firstPhase: string,
): { before: string; gates: Gate[] } {
  const binding = binder.checklists.find(checklist.title)
  const before = binding?.before ?? firstPhase
  const role = binding?.signOff ?? binder.input.bindings.asks
  if (!binding) {
    const message = `the items of "${checklist.title}" will be signed by ${role} before ${before}`
    binder.report(
      'note',
      'UNBOUND_CHECKLIST',
      checklist.source,
      message,
      'bind it under checklists to say who signs before which phase',
    )
  }
  const gates = checklist.items.map(({ text, source }): Gate => {
    return { id: binder.id(before, text), text, source, kind: 'signOff', role: binder.role(role, source), count: 1 }
  })
  return { before, gates }
}

export function requireCheck(binder: Binder, place: Place, check: string): void {
  const known = Object.keys(binder.input.operator.checks)
  if (!known.includes(check)) binder.unknown(place, 'check', check, known)
}
