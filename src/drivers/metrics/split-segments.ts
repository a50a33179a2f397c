/** The counts of one look apart by the value of a label, so that each can be judged as a stratum of its own. */
import type { Arm, ArmCounts, MetricReading } from '../../core/release/evidence.ts'
import type { Cursor } from './cursor.ts'
import { type CountedQuery, namesOf, type Series } from './select-series.ts'

/** Of a look, together with the one that holds the rest. */
const maximumSegments = 50
/** Where the rest is counted: the smallest segments, and those that were never seen before. */
const otherSegments = '(others)'

type Segments = NonNullable<MetricReading['segments']>

/** What the series of each arm have counted in this look, and the raw counts before it. */
export interface Look {
  deltas: ReadonlyMap<Arm, readonly Series[]>
  past: Cursor | undefined
  query: CountedQuery
}

/**
 * Every segment has the arms of the reading; one in which nothing was counted is left out. A series without the label is in the segment ''.
 * Where an arm's total has the label and its events do not, or the other way round, all of the look is one segment.
 */
export function splitSegments(
  { deltas, past, query }: Look,
  label: string,
  sum: (arm: Arm, series: readonly Series[]) => ArmCounts,
): Segments {
  const isApart = [...deltas.values()].every((series) => !kindWithout(label, series, query))
  const own = isApart ? ownSegments(past, query, label) : new Set()
  const nameOf = ({ labels }: Series): string => {
    const value = labels.get(label) ?? ''
    return own.has(value) ? value : otherSegments
  }
  const groups = [...deltas].map(([arm, series]) => ({ arm, bySegment: Map.groupBy(series, nameOf) }))
  const names = new Set(groups.flatMap(({ bySegment }) => [...bySegment.keys()]))
  const segments = [...names].sort().map((name): [string, Segments[string]] => {
    const arms = groups.map(({ arm, bySegment }) => [arm, sum(arm, bySegment.get(name) ?? [])] as const)
    return [name, Object.fromEntries(arms)]
  })
  return Object.fromEntries(
    segments.filter(([, arms]) => Object.values(arms).some(({ total, events = 0 }) => total + events > 0)),
  )
}

/** Why nothing can be told apart by the label, to say before a release starts: later it must not keep a trigger from its counts. */
export function segmentProblem({ deltas, query }: Look, label: string): string | undefined {
  const bad = kindWithout(label, [...deltas.values()].flat(), query)
  if (!bad) return undefined
  const known = [...new Set(bad.series.flatMap(({ labels }) => [...labels.keys()]))].sort()
  return `no series of ${bad.name} has the label "${label}" of segmentBy; narrow the selector to those that have it, or name one of theirs: ${known.join(', ')}`
}

/** The series that count the total, or those that count nothing but events, if not one of them has the label. */
function kindWithout(
  label: string,
  series: readonly Series[],
  query: CountedQuery,
): { series: readonly Series[]; name: string | undefined } | undefined {
  const names = namesOf(query)
  const kinds = [
    { series: series.filter(({ isTotal }) => isTotal), name: names.at(-1) },
    { series: series.filter(({ isTotal }) => !isTotal), name: names[0] },
  ]
  return kinds.find((kind) => kind.series.length > 0 && !kind.series.some(({ labels }) => labels.has(label)))
}

/**
 * Which segments have a name of their own: the largest, by all that was counted before this look. What the look itself shows must not
 * decide that: strata that are chosen by what is in them prove nothing.
 */
function ownSegments(past: Cursor | undefined, query: CountedQuery, label: string): ReadonlySet<string> {
  const total = `${'histogram' in query ? `${query.histogram.name}_bucket` : query.total.name}{`
  const pair = new RegExp(`[{,]${label}=("(?:[^"\\\\]|\\\\.)*")`)
  const sizes = new Map<string, number>()
  for (const [key, raw] of Object.values(past ?? {}).flatMap((series) => Object.entries(series))) {
    if (!key.startsWith(total)) continue
    const value = pair.exec(key)?.[1]
    const segment = value === undefined ? '' : (JSON.parse(value) as string)
    sizes.set(segment, (sizes.get(segment) ?? 0) + (raw[''] ?? raw.Infinity ?? 0))
  }
  // A label's value may be chosen by whoever sends the request, and this name is none that a record can have.
  sizes.delete('__proto__')
  const largest = [...sizes].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
  return new Set(largest.slice(0, maximumSegments - 1).map(([segment]) => segment))
}
