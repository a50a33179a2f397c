/** Metrics that a simulation can drive, for every stated threshold that a metric could answer; what none could is somebody's word. */
import type { Bindings } from '../../bindings.ts'
import type { MetricBinding } from '../../bindings-services.ts'
import { type Condition, canonicalThreshold } from '../../condition.ts'
import type { DraftCriterion, DraftTrigger } from '../../draft.ts'
import { thresholdOf } from '../../lint/threshold.ts'
import { type MetricForm, metricForm, misfit } from '../bind-statements.ts'
import { nameKey, slugOf } from '../names.ts'
import { movesTraffic } from '../phase-ids.ts'
import { needsOf } from '../propose/propose-metrics.ts'
import type { Imagination } from './imagination.ts'
import { metricSource } from './lend-named.ts'

/** Metrics of one plan; what is stated beyond is somebody's word. */
const maximumMetrics = 200

export function imagineMetrics(world: Imagination, asks: string): void {
  const statements = statementsOf(world)
  const metrics = new Map(Object.entries(world.given.metrics ?? namedMetrics(world)))
  const known = new Map([...metrics.values()].flatMap((metric) => metric.says.map((said) => [nameKey(said), metric])))
  const real = new Set(metrics.values())
  for (const { says, source, conditions } of needsOf({ draft: statements.draft })) {
    const [name = ''] = says
    const form = formOf(conditions)
    if (known.has(nameKey(name)) || form === undefined || metrics.size >= maximumMetrics) continue
    const id = freeId(name, metrics)
    const metric = metricOf(id, says, form, metricSource(world))
    metrics.set(id, metric)
    known.set(nameKey(name), metric)
    world.note({ in: 'bindings', path: ['metrics', id], value: metric, reason: 'the simulation drives it', source })
  }
  world.bindings = { ...world.bindings, metrics: Object.fromEntries(metrics) }
  leaveToPeople(world, asks, statements, (condition) => {
    const metric = known.get(nameKey(condition.metric))
    return metric !== undefined && unmeasurable(metricForm(metric), condition, real.has(metric))
  })
}

/** The counters that triggers are bound to, where no metric is bound yet; among metrics, a name that is not there stays a mistake. */
function namedMetrics(world: Imagination): Bindings['metrics'] {
  const ids = Object.values(world.given.triggers ?? {}).flatMap((one) => ('anyOf' in one ? [one.anyOf] : []))
  const metrics = [...new Set(ids)].map((id): [string, MetricBinding] => {
    const value = metricOf(slugOf(id), [id], 'counters', metricSource(world))
    world.note({ in: 'bindings', path: ['metrics', id], value, reason: 'a trigger is bound to it' })
    return [id, value]
  })
  return Object.fromEntries(metrics)
}

interface Statements {
  criteria: DraftCriterion[]
  triggers: DraftTrigger[]
  /** The document with nothing but these. */
  draft: Imagination['draft']
}

/** What a metric would have to answer: criteria where traffic moves, and triggers, unless the bindings say otherwise. */
function statementsOf({ draft, given }: Imagination): Statements {
  const bound = (entries: object | undefined) => new Set(Object.keys(entries ?? {}).map(nameKey))
  const [boundCriteria, boundTriggers] = [bound(given.criteria), bound(given.triggers)]
  const isFree = ({ text }: DraftTrigger) => !boundTriggers.has(nameKey(text))
  const phases = draft.phases.map((phase) => ({
    ...phase,
    criteria: movesTraffic(phase) ? phase.criteria.filter(({ text }) => !boundCriteria.has(nameKey(text))) : [],
    triggers: phase.triggers.filter(isFree),
  }))
  const triggers = (draft.triggers ?? []).filter(isFree)
  return {
    criteria: phases.flatMap(({ criteria }) => criteria),
    triggers: [...triggers, ...phases.flatMap((phase) => phase.triggers)],
    draft: { ...draft, phases, triggers },
  }
}

/** Whether a histogram answers most of these conditions, or a pair of counters; undefined where neither answers any. */
function formOf(conditions: readonly Condition[]): CountedForm | undefined {
  const answered = (form: CountedForm) => conditions.filter((condition) => !unmeasurable(form, condition, false)).length
  const [times, counts] = [answered('histogram'), answered('counters')]
  if (times + counts === 0) return undefined
  return times > counts ? 'histogram' : 'counters'
}

/** Nobody imagines gauges: what one shows decides nothing. */
type CountedForm = Exclude<MetricForm, object>

/**
 * A count of events has no percentile and no fraction: "CLS p95 < 0.1" is a score, which the simulation must not take for a count; and a time
 * against the baseline's is no rate.
 */
function unmeasurable(form: MetricForm, condition: Condition, isReal: boolean): boolean {
  if (misfit(form, condition) !== undefined) return true
  const threshold = canonicalThreshold(condition)
  if (threshold?.kind === 'ratio') return thresholdOf(condition)?.concept === 'latency'
  if (isReal || threshold?.kind !== 'count') return false
  return condition.percentile !== undefined || !Number.isInteger(threshold.value)
}

function metricOf(id: string, says: readonly string[], form: CountedForm, source: string): MetricBinding {
  const name = id.replaceAll('-', '_')
  const about = { says: [...says], source, minimumSamples: 100, triggerSamples: 20 }
  if (form === 'histogram') return { ...about, histogram: `${name}_milliseconds`, unit: 'ms' }
  return { ...about, events: `${name}_events_total`, total: `${name}_total` }
}

function freeId(name: string, metrics: ReadonlyMap<string, unknown>): string {
  const id = slugOf(name)
  let free = id
  for (let number = 2; metrics.has(free); number++) free = `${id}-${number}`
  return free
}

/** Statements whose metric is there and cannot answer them: otherwise binding the plan would be refused for them. */
function leaveToPeople(
  world: Imagination,
  asks: string,
  { criteria, triggers }: Statements,
  isMisfit: (condition: Condition) => boolean,
): void {
  const reason = 'its metric cannot answer what is stated'
  const words = <T>(section: 'criteria' | 'triggers', list: readonly (DraftCriterion | DraftTrigger)[], value: T) =>
    list.flatMap(({ text, condition, source }): [string, T][] => {
      if (!condition || !isMisfit(condition)) return []
      world.note({ in: 'bindings', path: [section, text], value, reason, source })
      return [[text, value]]
    })
  const signed: Bindings['criteria'] = Object.fromEntries(words('criteria', criteria, { signOff: asks }))
  const reported: Bindings['triggers'] = Object.fromEntries(words('triggers', triggers, { reportedBy: asks }))
  world.bindings = {
    ...world.bindings,
    criteria: { ...world.bindings.criteria, ...signed },
    triggers: { ...world.bindings.triggers, ...reported },
  }
}
