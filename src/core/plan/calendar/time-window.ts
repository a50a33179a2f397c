/** Windows: hours of the week in which something may begin. */
import { z } from 'zod'
import { dayMs, TimeOfDay, timeOfDayMs, toInstant, toLocal } from './local-time.ts'
import { TimeZone } from './time-zone.ts'

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export const Weekday = z.enum(weekdays)
export type Weekday = z.infer<typeof Weekday>

/** From `from` to before `to` of the local clock; where `to` is earlier, to the next day. `days` are those on which it opens. */
export const TimeWindow = z
  .strictObject({ days: z.array(Weekday).min(1), from: TimeOfDay, to: TimeOfDay, zone: TimeZone })
  .refine(
    ({ from, to }) => from !== to && from !== '24:00',
    'hours that are not empty; a whole day is from 00:00 to 24:00',
  )
export type TimeWindow = z.infer<typeof TimeWindow>

/** How far ahead a calendar is searched. */
export const searchDays = 400

/** The first instant from `atMs` on at which the window is open; null if it does not open within `searchDays`. */
export function nextOpening(window: TimeWindow, atMs: number): number | null {
  // A window that opened yesterday may still be open.
  const firstDay = Math.floor(toLocal(window.zone, atMs) / dayMs) - 1
  for (let day = firstDay; day <= firstDay + 1 + searchDays; day++) {
    if (!window.days.includes(weekdayOf(day))) continue
    const { openMs, closeMs } = spanOn(window, day)
    const earliestMs = Math.max(openMs, atMs)
    if (closeMs > earliestMs) return earliestMs
  }
  return null
}

/** Empty where the clock skips the whole of it. */
function spanOn({ from, to, zone }: TimeWindow, day: number): { openMs: number; closeMs: number } {
  const [fromMs, toMs] = [timeOfDayMs(from), timeOfDayMs(to)]
  const lastDay = toMs > fromMs ? day : day + 1
  return { openMs: toInstant(zone, day * dayMs + fromMs), closeMs: toInstant(zone, lastDay * dayMs + toMs) }
}

/** `day` counts from 1970-01-01, a Thursday. */
export const weekdayOf = (day: number): Weekday => weekdays[(((day + 3) % 7) + 7) % 7] ?? 'mon'
