/** Time zones of the IANA database, and how far local clocks stand from UTC. */
import { z } from 'zod'

/** As many formatters are kept: a plan names few zones, and each formatter costs some hundred kilobytes. */
const keptFormatters = 32
const formatters = new Map<string, Intl.DateTimeFormat>()

/**
 * A name with its area, such as `Europe/Berlin`, or `UTC`. Abbreviations (`CET`, `PST`) and offsets (`+02:00`) are refused: they do not say
 * when the clocks change.
 */
export const TimeZone = z
  .string()
  .refine(isTimeZone, { abort: true, error: 'UTC or the name of a time zone, such as Europe/Berlin' })
export type TimeZone = z.infer<typeof TimeZone>

export function isTimeZone(name: string): boolean {
  if (name !== 'UTC' && !name.includes('/')) return false
  try {
    formatterOf(name)
    return true
  } catch {
    return false
  }
}

/** What the local clock is ahead of UTC at this instant, in milliseconds. Throws `RangeError` for a zone that is none. */
export function offsetAt(zone: TimeZone, instantMs: number): number {
  const shown = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(formatterOf(zone).format(instantMs))
  const [, sign, hours = 0, minutes = 0, seconds = 0] = shown ?? []
  const aheadMs = ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000
  return sign === '-' ? -aheadMs : aheadMs
}

function formatterOf(zone: TimeZone): Intl.DateTimeFormat {
  const known = formatters.get(zone)
  if (known) return known
  const formatter = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
  const [oldest] = formatters.keys()
  if (formatters.size >= keptFormatters && oldest !== undefined) formatters.delete(oldest)
  formatters.set(zone, formatter)
  return formatter
}
