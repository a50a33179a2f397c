/** Criteria: measured where a metric is bound, a gate where one is, otherwise the word of a named person. Nothing passes by itself. */
import type { MetricBinding } from '../bindings-services.ts'
import { type Condition, canonicalThreshold, formatCondition, type ThresholdKind } from '../condition.ts'
import type { SourceRange } from '../diagnostic.ts'
import type { DraftCriterion } from '../draft.ts'
import type { Gate } from '../gate.ts'
import { gaugeUnits, isGauge, type MetricQuery } from '../metric.ts'
import type { PlanMetric } from '../plan.ts'
import type { Criterion } from '../step.ts'
import { bindGate, type Statement, signedBy } from './bind-gates.ts'
import type { Binder, Measured } from './binder.ts'

export type BoundCriterion = { measured: Measured[] } | { gate: Gate }

/** A criterion of a phase. `services` are those that the phase moves: their stages can judge it. */
export function bindCriterion(
  binder: Binder,
  phaseId: string,
  criterion: DraftCriterion,
  services: readonly string[],
): BoundCriterion {
  const { text, source, condition } = criterion
  const bound = binder.criteria.entry(text)
  const statement = { id: binder.id(phaseId, text), text, source }
  if (bound && !('sameAs' in bound.value))
    return { gate: bindGate(binder, statement, bound.value, ['criteria', bound.name]) }
  if (bound && 'sameAs' in bound.value) {
    const place = ['criteria', bound.name]
    if (services.length > 0) return repeated(binder, phaseId, criterion, bound.value.sameAs, services)
    const message = `"${text}" is bound to the criteria of ${bound.value.sameAs}, and nothing moves here for them to be judged on`
    binder.report('error', 'NOTHING_TO_JUDGE', source, message, `bind ${place.join('.')} to a check or a \`signOff\``)
  }
  const measured = condition ? measuredBy(binder, statement, condition, services) : []
  if (measured.length > 0) return { measured }
  const { asks } = binder.input.bindings
  const hint = condition
    ? `bind "${condition.metric}" under metrics to have it measured`
    : 'bind it under criteria to name a check or another role'
  binder.report('note', 'UNBOUND_CRITERION', source, `"${text}" will be signed by ${asks}`, hint)
  return { gate: signedBy(binder, statement, asks) }
}

/** One criterion for each service that has such a metric. */
function measuredBy(
  binder: Binder,
  statement: Statement,
  condition: Condition,
  services: readonly string[],
): Measured[] {
  return services.flatMap((service) => {
    const metric = binder.metricFor(condition.metric, service)
    if (!metric || !fits(binder, metric, condition, statement)) return []
    const id = idFor(statement.id, service, services)
    return [{ service, criterion: { ...statement, id, metricId: metric.id, condition } }]
  })
}

/** Where several services could judge a statement, each has an id of its own. */
export const idFor = (id: string, service: string, services: { length: number }): string =>
  services.length > 1 ? `${id}/${service}` : id

/** "All metrics remain stable": the measured criteria of an earlier phase once more, at the lines that say so. */
function repeated(
  binder: Binder,
  phaseId: string,
  { text: words, source }: DraftCriterion,
  earlier: string,
  services: readonly string[],
): BoundCriterion {
  const measured = binder.measured.get(earlier)
  if (!measured) {
    binder.unknown(source, 'earlier phase', earlier, [...binder.measured.keys()])
    return { measured: [] }
  }
  return {
    measured: services.flatMap((service) =>
      criteriaFor(binder, measured, service).map(({ text, metricId, condition }) => {
        const id = idFor(binder.id(phaseId, text), service, services)
        return { service, criterion: { id, text: `${text} (${words})`, source, metricId, condition } }
      }),
    ),
  }
}

/** Those that judged this service; of a service that was not moved then, what the metrics of all services say. */
function criteriaFor(binder: Binder, measured: readonly Measured[], service: string): Criterion[] {
  const own = measured.filter((one) => one.service === service)
  const general = measured.filter(({ criterion, service: other }) => {
    const isFirst = measured.find((one) => one.criterion.text === criterion.text)?.service === other
    return isFirst && binder.metricFor(criterion.condition.metric, service)?.id === criterion.metricId
  })
  return (own.length > 0 ? own : general).map(({ criterion }) => criterion)
}

/** Where nothing but gauges is measured, nothing that passes a stage says how sure it is. */
export function warnOfGaugesAlone(binder: Binder, phase: string, measured: readonly Measured[]): void {
  const [first] = measured
  if (!first || !measured.every(({ criterion }) => isGauge(binder.metrics[criterion.metricId]))) return
  const message = `${phase} measures nothing but gauges: its stages pass on what a few instances show at that moment`
  const hint = 'add a criterion on a rate or a latency'
  binder.report('warning', 'GAUGES_ALONE', first.criterion.source, message, hint)
}

/** Can this metric answer this condition at all? */
export function fits(
  binder: Binder,
  metric: PlanMetric,
  condition: Condition,
  { text, source }: { text: string; source: SourceRange },
): boolean {
  const problem = misfit(metricForm(metric.query), condition)
  if (problem === undefined) return true
  const message = `"${text}" (${formatCondition(condition)}) cannot be judged by metric ${metric.id}: ${problem}`
  binder.report(
    'error',
    'CONDITION_METRIC_MISMATCH',
    source,
    message,
    'state the condition so, bind another metric, or say who judges it (`signOff` under criteria, `reportedBy` under triggers)',
  )
  return false
}

/** What decides which conditions a metric can answer; of a gauge, what its values are. */
export type MetricForm = 'counters' | 'histogram' | { gauge: ThresholdKind }

export function metricForm(metric: MetricQuery | MetricBinding): MetricForm {
  if ('gauge' in metric) return { gauge: metric.unit === undefined ? 'count' : gaugeUnits[metric.unit].kind }
  return 'histogram' in metric ? 'histogram' : 'counters'
}

/** Why such a metric cannot answer this condition: times need a histogram and a percentile, rates and counts need counters, sizes a gauge. */
export function misfit(form: MetricForm, condition: Condition): string | undefined {
  const threshold = canonicalThreshold(condition)
  if (threshold === undefined) return 'a range, or a unit that nothing measures, cannot be judged'
  if (typeof form === 'object') return gaugeMisfit(form.gauge, threshold.kind, condition)
  if (threshold.kind === 'size') return 'a size needs a gauge'
  if (threshold.kind === 'ratio') return misfitRatio(form, condition)
  if (threshold.kind !== 'duration')
    return form === 'histogram' ? 'a histogram answers conditions on a time only' : undefined
  if (form !== 'histogram') return 'a time needs a histogram'
  return condition.percentile === undefined ? 'a time needs a percentile, such as p95' : undefined
}

/** Buckets are too far apart to tell where two quantiles lie to each other. */
function misfitRatio(form: MetricForm, { comparator }: Condition): string | undefined {
  if (form === 'histogram') return 'quantiles of two arms cannot be compared at the edges of buckets; a time can'
  return /^[<>]/.test(comparator) ? undefined : 'two rates are never exactly so many times each other'
}

const kinds: Record<ThresholdKind, string> = {
  fraction: 'a percentage',
  duration: 'a time',
  count: 'a bare number',
  size: 'a size in bytes',
  ratio: 'a multiple of the baseline',
}

function gaugeMisfit(shown: ThresholdKind, asked: ThresholdKind, { percentile }: Condition): string | undefined {
  if (percentile !== undefined) return 'a gauge has no percentiles, only the mean over its instances'
  if (shown === asked) return undefined
  return `the condition is about ${kinds[asked]}, and the gauge shows ${kinds[shown]} by its \`unit\``
}
