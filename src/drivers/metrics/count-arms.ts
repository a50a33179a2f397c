/** Counts per arm since the last reading, from the raw counters on the pages then and now; of a gauge, what it shows now. */
import { nearestNames } from '../../core/nearest-names.ts'
import type { Arm, MetricReading } from '../../core/release/evidence.ts'
import { type DriverError, fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { MetricRead } from '../../ports/drivers.ts'
import { Cursor } from './cursor.ts'
import type { Page } from './parse-exposition.ts'
import { readGauges } from './read-gauges.ts'
import { knows, namesOf, readyQuery, type Series, selectSeries } from './select-series.ts'
import { segmentProblem, splitSegments } from './split-segments.ts'
import { sharedEdges, sumSeries } from './sum-series.ts'

/** What each URL gave: its page; `gone`: no process listens there; `silent`: it did not answer, and may go on counting. */
export type Pages = ReadonlyMap<string, Page | 'gone' | 'silent'>

/** A cursor is kept with every look, so it must stay small. */
const maximumSeries = 2_000

/** `notFound`: no page knows the metric. `rejected`: the query cannot be read, selects too much, or names a label of segments that is not there. */
export function countArms(pages: Pages, { query: asked, arms, cursor }: MetricRead): Outcome<MetricReading> {
  const ready = readyQuery(asked)
  if (!ready.ok) return ready
  const query = ready.value
  const answered = [...pages.values()].filter((page) => typeof page === 'object')
  const unknown = namesOf(query).find((name) => !answered.some((page) => knows(page, name)))
  if (unknown !== undefined)
    return unknownMetric(
      unknown,
      answered.flatMap(({ names }) => [...names]),
    )
  if ('gauge' in query) return succeed(readGauges(answered, query, arms))
  const before = Cursor.optional().safeParse(cursor)
  if (!before.success) return fail('rejected', 'the cursor was not made by a source of Prometheus text')

  const after: Cursor = {}
  const deltas = new Map<Arm, Series[]>()
  for (const [url, page] of pages) {
    const past = before.data?.[url]
    if (page === 'gone') after[url] = {}
    else if (page === 'silent') keep(after, url, past)
    else {
      const selected = selectSeries(page, query, arms)
      for (const [arm, series] of selected.arms) {
        deltas.set(arm, [...(deltas.get(arm) ?? []), ...series.map((each) => since(past, each))])
      }
      const raw = [...selected.arms.values()].flat().map(({ key, raw }) => [key, raw])
      if (past !== undefined || selected.isSound) after[url] = { ...past, ...Object.fromEntries(raw) }
    }
  }
  const size = Object.values(after).reduce((total, series) => total + Object.keys(series).length, 0)
  if (size > maximumSeries)
    return fail(
      'rejected',
      `${namesOf(query).join(' of ')} selects ${size} series; narrow it to at most ${maximumSeries}`,
    )
  const edges = new Set([...deltas.values()].flat().flatMap(({ raw }) => Object.keys(raw)))
  const edgesOf = new Map([...deltas].map(([arm, series]) => [arm, sharedEdges(series, edges)]))
  const sum = (arm: Arm, series: readonly Series[]) => sumSeries(series, query, edgesOf.get(arm) ?? [])
  const counts = Object.fromEntries([...deltas].map(([arm, series]) => [arm, sum(arm, series)]))
  const { segmentBy } = query
  if (segmentBy === undefined) return succeed({ arms: counts, cursor: after })
  const look = { deltas, past: before.data, query }
  const problem = cursor === undefined ? segmentProblem(look, segmentBy) : undefined
  if (problem !== undefined) return fail('rejected', problem)
  return succeed({ arms: counts, segments: splitSegments(look, segmentBy, sum), cursor: after })
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

/** `known` are the names there are. */
export function unknownMetric(name: string, known: Iterable<string>): { ok: false; error: DriverError } {
  const near = nearestNames(name, new Set(known)).join(', ')
  return fail(
    'notFound',
    `nothing that answers knows the metric ${name}; ${near === '' ? 'they know none at all' : `the nearest are: ${near}`}`,
  )
}
