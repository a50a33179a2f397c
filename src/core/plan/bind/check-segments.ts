/** Whether a label can tell the segments of a metric apart: each needs users of both versions, and outcomes of every kind. */
import { servicesOf } from '../bindings.ts'
import type { MetricBinding } from '../bindings-services.ts'
import type { Binder } from './binder.ts'

/** Labels of one process: the other version never has the same value. */
const ofOneProcess =
  /^(?:instance|pod(?:_?name|_?ip)?|host(?:_?name)?|node(?:_?name)?|container(?:_?id)?|replica|pid)$/i
/** Labels with a value for each user or request. */
const ofOneUser = /^(?:\w+_)?(?:user|customer|session|request|trace|span|email|e_?mail|ip|uuid)(?:_?id)?$/i

/** Reports what is wrong with `segmentBy`: an error where it can compare nothing, a warning where it hardly will. */
export function checkSegments(binder: Binder, id: string, metric: MetricBinding): void {
  const label = 'segmentBy' in metric ? metric.segmentBy : undefined
  if (label === undefined) return
  const judged = servicesOf(binder.input.bindings).filter(([name]) => (metric.service ?? name) === name)
  const armLabels = judged.map(([, { arms }]) => arms.label)
  const place = ['metrics', id, 'segmentBy']
  const hint = 'name a label of the user or the request, such as country or platform'
  const problem = contradictionOf(label, metric, armLabels)
  if (problem !== undefined) {
    binder.report('error', 'BAD_SEGMENT_LABEL', place, `${id} cannot be segmented by ${label}: ${problem}`, hint)
    return
  }
  const doubt = doubtOf(label, metric)
  if (doubt !== undefined)
    binder.report('warning', 'DOUBTFUL_SEGMENT_LABEL', place, `${id} is segmented by ${label}: ${doubt}`, hint)
}

function contradictionOf(label: string, metric: MetricBinding, armLabels: readonly string[]): string | undefined {
  if (['le', 'quantile', '__name__'].includes(label)) return 'it says what a series counts, not of whom'
  if (armLabels.includes(label)) return 'it tells the versions apart, so no segment would have both'
  if ('events' in metric && matchersOf(metric.events).has(label) && !matchersOf(metric.total).has(label))
    return 'it is what tells the events from the rest, so a segment would have nothing but events, or none'
  return undefined
}

function doubtOf(label: string, metric: MetricBinding): string | undefined {
  if (ofOneProcess.test(label)) return 'a process runs one version, so hardly a segment has both to compare'
  if (ofOneUser.test(label)) return 'it has too many values, and all but the largest are judged as one segment'
  const selector = 'events' in metric ? metric.total : 'histogram' in metric ? metric.histogram : ''
  return matchersOf(selector).get(label) === '=' ? 'the selector lets one value of it through' : undefined
}

/** The labels that a selector tests, with the operator. */
function matchersOf(selector: string): Map<string, string> {
  const found = selector.matchAll(/([a-zA-Z_]\w*)\s*(=~|!~|!=|=)\s*"(?:[^"\\]|\\.)*"/g)
  return new Map([...found].map(([, label = '', operator = '']) => [label, operator]))
}
