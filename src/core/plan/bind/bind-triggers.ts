/** Triggers: measured for each service that has such a metric, and reported by people where nothing measures them. */
import type { TriggerBinding } from '../bindings.ts'
import type { Condition } from '../condition.ts'
import type { DraftTrigger } from '../draft.ts'
import { isGauge } from '../metric.ts'
import type { ReportedTrigger } from '../plan.ts'
import type { Trigger, TriggerAction } from '../step.ts'
import { bindCommand } from './bind-commands.ts'
import { fits, idFor } from './bind-statements.ts'
import type { Binder, BindingsPath } from './binder.ts'

/** By service; empty where people report it. */
export type BoundTrigger = ReadonlyMap<string, Trigger>

/** `reported` grows by what nothing measures. */
export function bindTrigger(binder: Binder, trigger: DraftTrigger, reported: ReportedTrigger[]): BoundTrigger {
  const { text, source, condition } = trigger
  const { asks, judging } = binder.input.bindings
  const bound = binder.triggers.entry(text)
  const binding = bound?.value
  const place = ['triggers', bound?.name ?? text]
  const statement = { id: binder.id('trigger', text), text, source }
  const report = (role: string, where: typeof source | BindingsPath): BoundTrigger => {
    reported.push({ ...statement, role: binder.role(role, where) })
    return new Map()
  }
  if (binding && 'reportedBy' in binding) return report(binding.reportedBy, [...place, 'reportedBy'])
  const action = actionOf(binder, trigger, binding, place)
  const windowMs = condition?.windowMs ?? judging.triggerWindow
  const question = binding && 'anyOf' in binding ? anyOf(binder, text, binding.anyOf, place) : condition
  const services = [...binder.services.keys()]
  const measured = services.flatMap((service): [string, Trigger][] => {
    const metric =
      binding && 'anyOf' in binding
        ? metricOf(binder, binding.anyOf, service)
        : condition && binder.metricFor(condition.metric, service)
    if (!question || !metric || !fits(binder, metric, question, trigger)) return []
    const id = idFor(statement.id, service, services)
    return [[service, { ...statement, id, metricId: metric.id, condition: question, windowMs, action }]]
  })
  if (measured.length > 0) {
    refuseGauge(binder, trigger, measured)
    return new Map(measured)
  }
  if (binding && 'anyOf' in binding) return report(asks, source)
  warnUnmeasured(binder, trigger)
  return report(asks, source)
}

/** A gauge is a handful of values of now, without a count that says how sure they are: no release goes back on it. */
function refuseGauge(binder: Binder, { text, source }: DraftTrigger, measured: readonly [string, Trigger][]): void {
  const found = measured.find(
    ([, { metricId, action }]) => action.kind === 'rollback' && isGauge(binder.metrics[metricId]),
  )
  if (!found) return
  const message = `"${text}" would roll back on ${found[1].metricId}, a gauge: it shows what is now, and not how sure that is`
  const hint = `bind it under triggers with an action of \`notify\`, \`halt\` or \`pause\`, or measure it with counters`
  binder.report('error', 'GAUGE_ROLLS_BACK', source, message, hint)
}

function warnUnmeasured(binder: Binder, { text, source, condition, action }: DraftTrigger): void {
  const { asks } = binder.input.bindings
  const means = action === 'rollBack' ? 'it fires only when' : `nothing will ${action} by itself, only when`
  const hint = condition
    ? `bind "${condition.metric}" under metrics`
    : 'bind it under triggers: `reportedBy` a group or `anyOf` a metric'
  const message = `nothing measures "${text}": ${means} ${asks} reports it`
  binder.report('warning', 'UNBOUND_TRIGGER', source, message, hint)
}

/** One event of a metric is enough. */
function anyOf(binder: Binder, text: string, metricId: string, place: BindingsPath): Condition {
  const known = Object.keys(binder.metrics)
  if (!known.includes(metricId)) binder.unknown([...place, 'anyOf'], 'metric', metricId, known)
  return { metric: text, comparator: '>', value: 0, unit: 'count' }
}

function metricOf(binder: Binder, id: string, service: string) {
  const only = binder.input.bindings.metrics[id]?.service
  return only === undefined || only === service ? binder.metrics[id] : undefined
}

/** What the bindings say, else the document. Bindings that do less than the document says are a warning. */
function actionOf(
  binder: Binder,
  { action: written, text }: DraftTrigger,
  binding: TriggerBinding | undefined,
  place: BindingsPath,
): TriggerAction {
  const said = written === 'rollBack' ? 'rollback' : written
  const bound = binding && 'action' in binding ? binding.action : undefined
  if (bound === undefined) return { kind: said }
  const action: TriggerAction =
    typeof bound === 'string'
      ? { kind: bound }
      : { kind: 'command', ...bindCommand(binder, [...place, 'action'], bound) }
  if (said === 'rollback' && action.kind !== 'rollback') {
    const message = `the document rolls back on "${text}", and the binding does not (${action.kind})`
    binder.report('warning', 'TRIGGER_WEAKENED', [...place, 'action'], message, 'say so in the document')
  }
  return action
}
