/** A measurable statement of a plan ("error rate < 1 %", "p95 > 2 s"): what criteria and triggers are made of. */
import { z } from 'zod'

export const Comparator = z.enum(['<', '<=', '>', '>=', '==', '!='])
export type Comparator = z.infer<typeof Comparator>

/**
 * One side of a threshold as written: `value` in `unit` (`%`, `ms`, `s`, `min`, `h`, `count`, `score`, or the author's own word),
 * for ranges the two ends. `percentile` is 95 for "p95". `windowMs` is the span the author names ("for 5 minutes").
 */
export const Condition = z.strictObject({
  metric: z.string(),
  comparator: Comparator,
  value: z.union([z.number(), z.tuple([z.number(), z.number()])]),
  unit: z.string(),
  percentile: z.number().gt(0).lt(100).optional(),
  windowMs: z.number().positive().optional(),
})
export type Condition = z.infer<typeof Condition>

const MILLISECONDS = new Map(Object.entries({ ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }))

const decimal = { B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 }
const binary = { KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }
/** `Mb` may be bits, and is none. */
const sloppy = { kb: 1e3, mb: 1e6, gb: 1e9, tb: 1e12 }
const BYTES = new Map(Object.entries({ ...decimal, ...binary, ...sloppy }))

/** How many bytes a unit of size has; undefined for any other unit. */
export const bytesIn = (unit: string): number | undefined => BYTES.get(unit)

const fractions = ['%', '% of total']
const counts = ['count', '']
/** How many of the unit are once the baseline's rate. */
const ratios = new Map([
  ['x baseline', 1],
  ['% of baseline', 100],
])

/** What a threshold is about. */
export type ThresholdKind = 'fraction' | 'duration' | 'count' | 'size' | 'ratio'

/**
/**
 * The threshold in the judge's units: a percentage becomes a fraction, a time becomes milliseconds, a size becomes bytes, a count stays as it
 * is, and what is relative to the baseline becomes a ratio to its rate. Ranges and units that nothing measures directly (`% over baseline`,
 * which may mean points or parts; the author's own words) have none.
 */
export function canonicalThreshold(condition: Condition): { value: number; kind: ThresholdKind } | undefined {
  const { value, unit } = condition
  if (typeof value !== 'number') return undefined
  if (fractions.includes(unit)) return { value: value / 100, kind: 'fraction' }
  const once = ratios.get(unit)
  if (once !== undefined) return value > 0 ? { value: value / once, kind: 'ratio' } : undefined
  const scale = MILLISECONDS.get(unit)
  if (scale !== undefined) return { value: value * scale, kind: 'duration' }
  const bytes = bytesIn(unit)
  if (bytes !== undefined) return { value: value * bytes, kind: 'size' }
  return counts.includes(unit) ? { value, kind: 'count' } : undefined
}

/** Whether a value and a threshold, both in the judge's units, stand to each other as the comparator says. */
export const compare: Record<Comparator, (value: number, threshold: number) => boolean> = {
  '<': (value, threshold) => value < threshold,
  '<=': (value, threshold) => value <= threshold,
  '>': (value, threshold) => value > threshold,
  '>=': (value, threshold) => value >= threshold,
  '==': (value, threshold) => value === threshold,
  '!=': (value, threshold) => value !== threshold,
}

/** "error rate < 1 %", "response time p95 > 2 s": a condition as people write it. */
export function formatCondition(condition: Condition): string {
  const { metric, comparator, value, unit, percentile } = condition
  const amount = Array.isArray(value) ? `${value[0]}–${value[1]}` : `${value}`
  return `${metric}${percentile ? ` p${percentile}` : ''} ${comparator} ${amount}${unit === 'count' || unit === '' ? '' : ` ${unit}`}`
}
