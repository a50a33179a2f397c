/** Measured values as people read them, in the unit of the condition that they are judged by. */
import { bytesIn, type Condition, canonicalThreshold } from './condition.ts'
import { formatDuration } from './duration.ts'

/** A judged value in the unit of its condition: `0.42 %`, `210 ms`, `480 MB`, `3`; a dash where there is none. */
export function formatValue(value: number | null, condition: Condition): string {
  if (value === null) return '–'
  const kind = canonicalThreshold(condition)?.kind
  if (kind === 'fraction' || kind === 'ratio') return formatPercent(value * 100)
  if (kind === 'size') return `${formatCount(value / (bytesIn(condition.unit) ?? 1))} ${condition.unit}`
  return kind === 'duration' ? formatDuration(value) : formatCount(value)
}

/** Percent with three significant digits: `9.82 %`. */
export const formatPercent = (percent: number): string => `${Number(percent.toPrecision(3))} %`

/** Made once: making one takes longer than a look at a stage. */
const counts = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 2 })

/** `12,400` */
export const formatCount = (count: number): string => counts.format(count)
