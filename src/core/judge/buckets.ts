/** Histograms as counts by bucket over common edges: what the rank scores and the quantiles are taken from. */
import type { ArmCounts } from '../release/evidence.ts'

/** `edges`: the finite upper edges, ascending; `counts`: one more than edges, not cumulated, the last one above all edges. */
export interface Histogram {
  edges: readonly number[]
  counts: readonly number[]
}

/** A reading's cumulative buckets by bucket. A histogram whose cumulative counts fall, or that has no finite edge, is undefined: it was misread. */
export function histogramOf({ total, buckets }: ArmCounts): Histogram | undefined {
  const finite = (buckets ?? []).flatMap(({ le, count }) => (le === null ? [] : [{ le, count }]))
  if (finite.length === 0) return undefined
  const sums = [0, ...finite.map(({ count }) => count), total]
  const counts = sums.slice(1).map((sum, index) => sum - (sums[index] ?? 0))
  const ascends = finite.every(({ le }, index) => index === 0 || le > (finite[index - 1]?.le ?? le))
  return ascends && counts.every((count) => count >= 0) ? { edges: finite.map(({ le }) => le), counts } : undefined
}

/** The edges that both have: the finest ones on which both are exact. */
export function commonEdges(one: readonly number[], other: readonly number[]): readonly number[] {
  if (one.length === other.length && one.every((edge, index) => edge === other[index])) return one
  const known = new Set(other)
  return one.filter((edge) => known.has(edge))
}

/** Merges buckets so that only `edges`, which are some of the histogram's own, are left. */
export function mergedOnto(edges: readonly number[], histogram: Histogram): readonly number[] {
  if (edges.length === histogram.edges.length) return histogram.counts
  const counts = new Array<number>(edges.length + 1).fill(0)
  let bucket = 0
  for (const [index, count] of histogram.counts.entries()) {
    const upper = histogram.edges[index] ?? Number.POSITIVE_INFINITY
    while (bucket < edges.length && upper > (edges[bucket] ?? Number.POSITIVE_INFINITY)) bucket++
    counts[bucket] = (counts[bucket] ?? 0) + count
  }
  return counts
}
