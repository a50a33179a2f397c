/**
 * What a condition asks, as a rate of bad requests against a threshold: errors, failures of a success rate, or requests beyond an edge; or as
 * the ratio of the arms' rates.
 */
import { type Condition, canonicalThreshold } from '../plan/condition.ts'
import type { ArmCounts } from '../release/evidence.ts'
import type { ArmRate } from './rate-ratio.ts'

export interface Asked {
  /** The rate of bad requests at the threshold, between 0 and 1; of a ratio, about the rate of the events that it compares. */
  rate: number
  kind: 'rate' | 'quantile' | 'ratio'
  /** How often the candidate may have the event beside the baseline; 1 unless the condition says it. */
  ratio: number
  /** More of the event is worse; only a ratio counts what is good. */
  isHighBad: boolean
  /**
   * An arm's bad requests. Where the threshold is no edge of the histogram, `good` takes the next edge below and `bad` the next one above, so
   * that either is harder to show. Undefined where there is no such edge, or the counts contradict each other.
   */
  count(counts: ArmCounts, toShow: 'good' | 'bad'): ArmRate | undefined
}

/** Undefined for what only the simple judge answers: bare counts, equality, and thresholds that leave nothing to tell apart. */
export function askedOf(condition: Condition, isTrigger: boolean): Asked | undefined {
  const threshold = canonicalThreshold(condition)
  const isUpper = condition.comparator.startsWith('>')
  if (!threshold || threshold.kind === 'count' || !/^[<>]/.test(condition.comparator)) return undefined
  const isHighBad = isUpper === isTrigger
  if (threshold.kind === 'ratio')
    return {
      kind: 'ratio',
      rate: usualRate,
      ratio: threshold.value,
      isHighBad,
      count: (counts) => failures(counts, true),
    }
  if (threshold.kind === 'duration') {
    if (condition.percentile === undefined || !isHighBad) return undefined
    const edgeMs = threshold.value
    return {
      kind: 'quantile',
      ratio: 1,
      isHighBad,
      rate: 1 - condition.percentile / 100,
      count: (counts, toShow) => beyond(counts, edgeMs, toShow),
    }
  }
  const rate = isHighBad ? threshold.value : 1 - threshold.value
  if (rate <= 0 || rate >= 1) return undefined
  return { kind: 'rate', rate, ratio: 1, isHighBad: true, count: (counts) => failures(counts, isHighBad) }
}

/** Of what is compared without any threshold, where nobody says what to expect: rare. */
const usualRate = 0.01

function failures({ total, events }: ArmCounts, isHighBad: boolean): ArmRate | undefined {
  if (events === undefined || events > total) return undefined
  return { total, events: isHighBad ? events : total - events }
}

function beyond({ total, buckets }: ArmCounts, edgeMs: number, toShow: 'good' | 'bad'): ArmRate | undefined {
  const finite = (buckets ?? []).filter(({ le }) => le !== null)
  const edge =
    toShow === 'good' ? finite.findLast(({ le }) => (le ?? 0) <= edgeMs) : finite.find(({ le }) => (le ?? 0) >= edgeMs)
  return edge && edge.count <= total ? { total, events: total - edge.count } : undefined
}
