/** Sums of counts, and quantiles of classic histograms. */
import type { ArmCounts } from '../release/evidence.ts'

export const noCounts: ArmCounts = { total: 0 }

/** Adds a window's counts to a sum; histograms with different edges keep the edges they share. */
export function addCounts(sum: ArmCounts, added: ArmCounts | undefined): ArmCounts {
  if (added === undefined) return sum
  if (sum.total === 0 && sum.events === undefined && sum.buckets === undefined) return added
  const result: ArmCounts = { total: sum.total + added.total }
  if (sum.events !== undefined && added.events !== undefined) result.events = sum.events + added.events
  if (sum.buckets && added.buckets) result.buckets = addBuckets(sum.buckets, added.buckets)
  return result
}

type Buckets = NonNullable<ArmCounts['buckets']>

function addBuckets(sum: Buckets, added: Buckets): Buckets {
  // A source has the same edges in every look, nearly always.
  if (sum.length === added.length && sum.every(({ le }, index) => le === added[index]?.le))
    return sum.map(({ le, count }, index) => ({ le, count: count + (added[index]?.count ?? 0) }))
  const counts = new Map(added.map(({ le, count }) => [le, count]))
  return sum.flatMap(({ le, count }) => {
    const more = counts.get(le)
    return more === undefined ? [] : [{ le, count: count + more }]
  })
}

/**
 * The quantile `q` (0 to 1) in the buckets' unit, interpolated linearly inside its bucket as Prometheus' `histogram_quantile` does. For
 * display only: verdicts are taken at bucket edges. Null when it lies above the last finite edge or there is no data.
 */
export function quantileOf(counts: ArmCounts, q: number): number | null {
  const rank = q * counts.total
  let lower = { le: 0, count: 0 }
  for (const { le, count } of counts.buckets ?? []) {
    if (le === null) return null
    if (count >= rank && count > lower.count) {
      return lower.le + (le - lower.le) * ((rank - lower.count) / (count - lower.count))
    }
    lower = { le, count }
  }
  return null
}
