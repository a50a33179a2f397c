/** Counts per arm since the last reading, from the raw counters on the pages then and now. */
import { z } from 'zod'
import { nearestNames } from '../../core/nearest-names.ts'
import type { MetricQuery } from '../../core/plan/metric.ts'
import type { Arm, ArmCounts, MetricReading } from '../../core/release/evidence.ts'
import { type DriverError, fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { MetricRead } from '../../ports/drivers.ts'
import type { Page } from './parse-exposition.ts'
import { knows, namesOf, type ReadyQuery, readyQuery, type Series, selectSeries } from './select-series.ts'

/** What each URL gave: its page; `gone`: no process listens there; `silent`: it did not answer, and may go on counting. */
export type Pages = ReadonlyMap<string, Page | 'gone' | 'silent'>

/** Raw counts by URL, series and bucket edge. A URL that is missing was never read: its counters start at the next reading. */
const Cursor = z.record(z.string(), z.record(z.string(), z.record(z.string(), z.number())))
type Cursor = z.infer<typeof Cursor>

/** A cursor is kept with every look, so it must stay small. */
const maximumSeries = 2_000

/** `notFound`: no page knows the metric. `rejected`: the query cannot be read, or selects too much. */
export function countArms(pages: Pages, { query, arms, cursor }: MetricRead): Outcome<MetricReading> {
  const ready = readyQuery(query)
  if (!ready.ok) return ready
  const answered = [...pages.values()].filter((page) => typeof page === 'object')
  const unknown = namesOf(ready.value).find((name) => !answered.some((page) => knows(page, name)))
  if (unknown !== undefined)
    return unknownMetric(
      unknown,
      answered.flatMap(({ names }) => [...names]),
    )
  const before = Cursor.optional().safeParse(cursor)
  if (!before.success) return fail('rejected', 'the cursor was not made by a source of Prometheus text')

  const after: Cursor = {}
  const deltas = new Map<Arm, Series[]>()
  for (const [url, page] of pages) {
    const past = before.data?.[url]
    if (page === 'gone') after[url] = {}
    else if (page === 'silent') keep(after, url, past)
    else {
      const selected = selectSeries(page, ready.value, arms)
      for (const [arm, series] of selected.arms) {
        deltas.set(arm, [...(deltas.get(arm) ?? []), ...series.map((each) => since(past, each))])
      }
      const raw = [...selected.arms.values()].flat().map(({ key, raw }) => [key, raw])
      if (past !== undefined || selected.isSound) after[url] = { ...past, ...Object.fromEntries(raw) }
    }
  }
  const size = Object.values(after).reduce((total, series) => total + Object.keys(series).length, 0)
  if (size > maximumSeries)
    return fail('rejected', `${selectorsOf(query)} selects ${size} series; narrow it to at most ${maximumSeries}`)
  const edges = new Set([...deltas.values()].flat().flatMap(({ raw }) => Object.keys(raw)))
  const counts: MetricReading['arms'] = {}
  for (const [arm, series] of deltas) counts[arm] = sum(series, ready.value, edges)
  return succeed({ arms: counts, cursor: after })
}

function keep(after: Cursor, url: string, past: Cursor[string] | undefined): void {
  if (past !== undefined) after[url] = past
}

/**
 * What a series counted since then. A value below the last one means that its process restarted: all it shows is new. So is all of a
 * series that was not there; but where the URL was never read, nothing is known to be new.
 */
function since(past: Cursor[string] | undefined, series: Series): Series {
  const before = past === undefined ? series.raw : (past[series.key] ?? {})
  const restarted = Object.entries(series.raw).some(([edge, value]) => value < (before[edge] ?? 0))
  const raw = Object.entries(series.raw).map(([edge, value]) => [edge, restarted ? value : value - (before[edge] ?? 0)])
  return { ...series, raw: Object.fromEntries(raw) }
}

/** `edges`: those seen on any series, for an arm whose own histogram has not begun. */
function sum(series: Series[], query: ReadyQuery, edges: ReadonlySet<string>): ArmCounts {
  const at = (edge: string, isCounted: (each: Series) => boolean) =>
    series.filter(isCounted).reduce((total, { raw }) => total + (raw[edge] ?? 0), 0)
  const isTotal = (each: Series) => each.isTotal
  const isEvent = (each: Series) => each.isEvent
  if (!('histogram' in query)) return { total: at('', isTotal), events: at('', isEvent) }
  const shared = [...edges].filter((edge) => series.every(({ raw }) => edge in raw)).map(Number)
  const buckets = shared
    .sort((a, b) => a - b)
    .map((edge) => ({
      le: Number.isFinite(edge) ? scaled(edge, query.scaleToMs) : null,
      count: at(`${edge}`, isTotal),
    }))
  return buckets.length === 0 ? { total: 0 } : { total: at('Infinity', isTotal), buckets }
}

/** Without the error of floating point that 0.035 × 1000 has. */
const scaled = (edge: number, scale: number): number => Number((edge * scale).toPrecision(12))

/** `known` are the names there are. */
export function unknownMetric(name: string, known: Iterable<string>): { ok: false; error: DriverError } {
  const near = nearestNames(name, new Set(known)).join(', ')
  return fail(
    'notFound',
    `nothing that answers knows the metric ${name}; ${near === '' ? 'they know none at all' : `the nearest are: ${near}`}`,
  )
}

const selectorsOf = (query: MetricQuery): string =>
  'histogram' in query ? query.histogram : `${query.events} of ${query.total}`
