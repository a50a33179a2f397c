/** Adds up what series have counted: events of a total, or cumulative buckets over the edges that all of them have. */
import type { ArmCounts } from '../../core/release/evidence.ts'
import type { CountedQuery, Series } from './select-series.ts'

/** Of the edges that were seen on any series, those that all of these have, ascending. */
export function sharedEdges(series: readonly Series[], seen: ReadonlySet<string>): number[] {
  const shared = [...seen].filter((edge) => series.every(({ raw }) => edge in raw))
  return shared.map(Number).sort((a, b) => a - b)
}

/** Without series, zeros; `edges` are those of a histogram. */
export function sumSeries(series: readonly Series[], query: CountedQuery, edges: readonly number[]): ArmCounts {
  const at = (edge: string, isCounted: (each: Series) => boolean) =>
    series.filter(isCounted).reduce((total, { raw }) => total + (raw[edge] ?? 0), 0)
  const isTotal = (each: Series) => each.isTotal
  const isEvent = (each: Series) => each.isEvent
  if (!('histogram' in query)) return { total: at('', isTotal), events: at('', isEvent) }
  const buckets = edges.map((edge) => ({
    le: Number.isFinite(edge) ? scaled(edge, query.scaleToMs) : null,
    count: at(`${edge}`, isTotal),
  }))
  return buckets.length === 0 ? { total: 0 } : { total: at('Infinity', isTotal), buckets }
}

/** Without the error of floating point that 0.035 × 1000 has. */
export const scaled = (value: number, scale: number): number => Number((value * scale).toPrecision(12))
