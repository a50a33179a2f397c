/** What one page says about each arm: the raw counters that a query selects. */
import { type ArmSelector, gaugeUnits, type MetricQuery } from '../../core/plan/metric.ts'
import type { Arm } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import { type Page, type Sample, toNumber } from './parse-exposition.ts'
import { parseSelector, type Selector } from './parse-selector.ts'

/** A query of counters or a histogram whose selectors are read. */
export type CountedQuery = ({ events: Selector; total: Selector } | { histogram: Selector; scaleToMs: number }) & {
  segmentBy?: string | undefined
}
/** `scale` turns its values into the judge's unit. */
export interface GaugeQuery {
  gauge: Selector
  scale: number
}
export type ReadyQuery = CountedQuery | GaugeQuery

/** One counter, or one histogram with all its buckets. */
export interface Series {
  /** Name and labels in one text, the same at every read. */
  key: string
  /** Raw counts by bucket edge in the source's unit (`Infinity` the last); a plain counter has one, at the edge ''. */
  raw: Record<string, number>
  isEvent: boolean
  isTotal: boolean
  labels: Sample['labels']
}

/** `rejected` if a selector cannot be read, or the segments' label is none. */
export function readyQuery(query: MetricQuery): Outcome<ReadyQuery> {
  if ('gauge' in query) {
    const gauge = parseSelector(query.gauge)
    const scale = query.unit === undefined ? 1 : gaugeUnits[query.unit].scale
    return gauge.ok ? succeed({ gauge: gauge.value, scale }) : gauge
  }
  const { segmentBy } = query
  if (segmentBy !== undefined && !/^[a-zA-Z_]\w*$/.test(segmentBy))
    return fail('rejected', `"${segmentBy}" is no name of a label`)
  if ('histogram' in query) {
    const histogram = parseSelector(query.histogram)
    return histogram.ok ? succeed({ histogram: histogram.value, scaleToMs: query.scaleToMs, segmentBy }) : histogram
  }
  const [events, total] = [parseSelector(query.events), parseSelector(query.total)]
  if (!events.ok) return events
  return total.ok ? succeed({ events: events.value, total: total.value, segmentBy }) : total
}

/** The metric names a query needs, as a page would make them known. */
export function namesOf(query: ReadyQuery): string[] {
  return selectorsOf(query).map(({ name }) => name)
}

export function selectorsOf(query: ReadyQuery): Selector[] {
  if ('gauge' in query) return [query.gauge]
  return 'histogram' in query ? [query.histogram] : [query.events, query.total]
}

export function knows(page: Page, name: string): boolean {
  return page.names.has(name) || page.names.has(`${name}_bucket`)
}

/** The series by arm. Not `isSound`: an arm was left out because of a value that is no finite number. */
export interface Selected {
  arms: Map<Arm, Series[]>
  isSound: boolean
}

/**
 * The selected series of each arm the page can speak for: one that it shows anywhere, of a metric that it knows. Such an arm without a
 * series has counted nothing yet.
 */
export function selectSeries(page: Page, query: CountedQuery, arms: ArmSelector): Selected {
  const selected: Selected = { arms: new Map(), isSound: true }
  const total = 'histogram' in query ? query.histogram : query.total
  if (!knows(page, total.name)) return selected
  for (const arm of ['candidate', 'baseline'] as const) {
    const samples = page.samples.filter(({ labels }) => labels.get(arms.label) === arms[arm])
    if (samples.length === 0) continue
    const series =
      'histogram' in query ? histogramsIn(samples, query.histogram) : countersIn(samples, query.events, query.total)
    if (series.every(isSound)) selected.arms.set(arm, series)
    else selected.isSound = false
  }
  return selected
}

function countersIn(samples: Sample[], events: Selector, total: Selector): Series[] {
  return samples.flatMap(({ name, labels, value }) => {
    const isEvent = name === events.name && events.selects(labels)
    const isTotal = name === total.name && total.selects(labels)
    return isEvent || isTotal ? [{ key: keyOf(name, labels), raw: { '': value }, isEvent, isTotal, labels }] : []
  })
}

function histogramsIn(samples: Sample[], { name: base, selects }: Selector): Series[] {
  const histograms = new Map<string, Series>()
  for (const { name, labels, value } of samples) {
    const edge = labels.get('le')
    if (name !== `${base}_bucket` || edge === undefined || !selects(labels)) continue
    const own = new Map([...labels].filter(([label]) => label !== 'le'))
    const key = keyOf(name, own)
    const histogram = histograms.get(key) ?? { key, raw: {}, isEvent: false, isTotal: true, labels: own }
    histogram.raw[`${toNumber(edge)}`] = value
    histograms.set(key, histogram)
  }
  return [...histograms.values()]
}

/** Every count a finite number that can be one; a histogram has its last bucket and no edge that is not a number. */
function isSound({ raw }: Series): boolean {
  const isWhole = '' in raw || ('Infinity' in raw && !('NaN' in raw) && !('undefined' in raw))
  return isWhole && Object.values(raw).every((value) => Number.isFinite(value) && value >= 0)
}

function keyOf(name: string, labels: Sample['labels']): string {
  const pairs = [...labels].map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return `${name}{${pairs.sort().join(',')}}`
}
