/** Freezes: spans of the calendar in which nothing may begin. */
import { z } from 'zod'
import { CalendarMoment, dayMs, endOf, startOf } from './local-time.ts'
import { searchDays } from './time-window.ts'
import { TimeZone } from './time-zone.ts'

/** Both days are frozen from their first to their last minute; a time of day freezes from there, or up to there. */
export const Freeze = z
  .strictObject({ from: CalendarMoment, to: CalendarMoment, zone: TimeZone, reason: z.string() })
  .refine(({ from, to, zone }) => {
    const lengthMs = endOf(to, zone) - startOf(from, zone)
    return lengthMs > 0 && lengthMs <= searchDays * dayMs
  }, `a span that ends after it begins, within ${searchDays} days`)
export type Freeze = z.infer<typeof Freeze>

/** `endMs` is the first instant that is free again. */
export const spanOf = ({ from, to, zone }: Freeze): { startMs: number; endMs: number } => ({
  startMs: startOf(from, zone),
  endMs: endOf(to, zone),
})
