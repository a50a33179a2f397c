/** Freezes: spans of the calendar in which nothing may begin. */
import { z } from 'zod'
import { CalendarMoment, endOf, startOf } from './local-time.ts'
import { TimeZone } from './time-zone.ts'

/** Both days are frozen from their first to their last minute; a time of day freezes from there, or up to there. */
export const Freeze = z
  .strictObject({ from: CalendarMoment, to: CalendarMoment, zone: TimeZone, reason: z.string() })
  .refine(({ from, to, zone }) => endOf(to, zone) > startOf(from, zone), 'a span that ends after it begins')
export type Freeze = z.infer<typeof Freeze>

/** `endMs` is the first instant that is free again. */
export const spanOf = ({ from, to, zone }: Freeze): { startMs: number; endMs: number } => ({
  startMs: startOf(from, zone),
  endMs: endOf(to, zone),
})
