/** Values as people read them: verdicts' numbers with their units, counts, shares, names of people. */
import { type Condition, canonicalThreshold } from '../core/plan/condition.ts'
import { formatDuration } from '../core/plan/duration.ts'
import type { Actor } from '../core/release/events.ts'

/** A judged value in the unit of its condition: `0.42 %`, `210 ms`, `3`; a dash where there is none. */
export function formatValue(value: number | null, condition: Condition): string {
  if (value === null) return '–'
  const kind = canonicalThreshold(condition)?.kind
  if (kind === 'fraction') return formatPercent(value * 100)
  return kind === 'duration' ? formatDuration(value) : formatCount(value)
}

/** Percent with three significant digits: `9.82 %`. */
export const formatPercent = (percent: number): string => `${Number(percent.toPrecision(3))} %`

/** `12,400` */
export const formatCount = (count: number): string => count.toLocaleString('en-GB', { maximumFractionDigits: 2 })

/** `1 sign-off`, `3 sign-offs` */
export const plural = (count: number, word: string): string => `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`

/** Demo people are labelled wherever they appear. */
export const formatActor = ({ name, demo }: Pick<Actor, 'name' | 'demo'>): string =>
  demo ? `${name} (demo person)` : name
