/** What of a metric source's answer may be judged: counts that are no numbers, or contradict each other, are no data. */
import type { ArmCounts, MetricReading } from './evidence.ts'
import { fail, type Outcome } from './outcome.ts'

/**
 * `isShare`: the events are judged as a part of the total, and so may not exceed it. What is refused is not lost: the bookmark stays where it was, and
 * the next reading covers this one's time too.
 */
export function usableReading(outcome: Outcome<MetricReading> | undefined, isShare: boolean): Outcome<MetricReading> {
  if (!outcome) return fail('notFound', 'was not read')
  if (!outcome.ok) return outcome
  const { arms: whole, segments = {} } = outcome.value
  const arms = [whole, ...Object.values(segments)].flatMap((one) => Object.values(one))
  if (!arms.every(isCount)) return fail('rejected', 'no data: it gave counts that are no numbers from zero up')
  const problem = arms.map((counts) => contradictionIn(counts, isShare)).find((one) => one !== undefined)
  return problem === undefined ? outcome : fail('rejected', `no data: it gave ${problem}`)
}

/** By hand: this is asked of every reading of every look. */
function isCount({ total, events, buckets, gauge }: ArmCounts): boolean {
  const numbers = [total, events ?? 0, ...(buckets ?? []).map(({ count }) => count)]
  return Number.isFinite(gauge ?? 0) && numbers.every((count) => count >= 0 && count <= Number.MAX_SAFE_INTEGER)
}

function contradictionIn({ total, events, buckets }: ArmCounts, isShare: boolean): string | undefined {
  if (isShare && events !== undefined && events > total) return `${events} events of ${total}`
  let [edge, below] = [Number.NEGATIVE_INFINITY, 0]
  for (const { le, count } of buckets ?? []) {
    const upper = le ?? Number.POSITIVE_INFINITY
    if (!(upper > edge)) return `buckets that are not in order at ${le ?? '+Inf'}`
    if (count < below) return `fewer observations up to ${le ?? '+Inf'} than up to ${edge}`
    if (count > total) return `${count} observations up to ${le ?? '+Inf'} of ${total}`
    edge = upper
    below = count
  }
  return undefined
}
