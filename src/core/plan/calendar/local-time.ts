/**
 * Local time and instants. A local time is written as the milliseconds since 1970 that a clock without a zone would show, so that days and
 * hours are plain arithmetic on it.
 */
import { z } from 'zod'
import { offsetAt, type TimeZone } from './time-zone.ts'

export const minuteMs = 60_000
export const dayMs = 86_400_000

/** What the local clock shows at an instant. */
export const toLocal = (zone: TimeZone, instantMs: number): number => instantMs + offsetAt(zone, instantMs)

/**
 * The instant at which the local clock shows this. One rule for every use: a time that it shows twice is the first of the two, a time that it
 * skips is the instant at which it jumps. So the order of local times is kept, and a window never ends before it begins.
 */
export function toInstant(zone: TimeZone, localMs: number): number {
  // No clock is more than 14 hours from UTC, and none changes twice within two days.
  const [before, after] = [offsetAt(zone, localMs - dayMs), offsetAt(zone, localMs + dayMs)]
  const candidates = [localMs - Math.max(before, after), localMs - Math.min(before, after)] as const
  return (
    candidates.find((instantMs) => toLocal(zone, instantMs) === localMs) ?? jumpBetween(zone, localMs, ...candidates)
  )
}

/** The first instant whose local time is not before the skipped one, by halving. */
function jumpBetween(zone: TimeZone, localMs: number, earlyMs: number, lateMs: number): number {
  let [low, high] = [earlyMs, lateMs]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (toLocal(zone, middle) < localMs) low = middle
    else high = middle
  }
  return high
}

/** `09:00`, up to `24:00` for the end of a day. */
export const TimeOfDay = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day such as 09:00')

/** Milliseconds after midnight, by the local clock. */
export function timeOfDayMs(time: string): number {
  const [hours, minutes] = time.split(':')
  return (Number(hours) * 60 + Number(minutes)) * minuteMs
}

const momentPattern = /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(Z)?)?$/

const momentForm = 'a day such as 2026-12-20, or a moment of it such as 2026-12-20T18:00'

/** A day, a local time of a day, or an instant in UTC: `2026-12-20`, `2026-12-20T18:00`, `2026-12-20T18:00Z`. */
export const CalendarMoment = z
  .string()
  .regex(momentPattern, { abort: true, error: momentForm })
  .refine((text) => readMoment(text) !== undefined, { abort: true, error: momentForm })
export type CalendarMoment = z.infer<typeof CalendarMoment>

/** The instant at which a moment begins; of a day, its first. */
export function startOf(moment: CalendarMoment, zone: TimeZone): number {
  const { localMs, isUtc } = momentOf(moment)
  return isUtc ? localMs : toInstant(zone, localMs)
}

/** The instant at which a moment is over: a day includes its last minute, a time of day ends when it begins. */
export function endOf(moment: CalendarMoment, zone: TimeZone): number {
  const { localMs, isDay } = momentOf(moment)
  return isDay ? toInstant(zone, localMs + dayMs) : startOf(moment, zone)
}

/** The moment at which this one is over, for a day the next one. */
export function dayAfter(moment: CalendarMoment): CalendarMoment {
  const { localMs, isDay } = momentOf(moment)
  return isDay ? new Date(localMs + dayMs).toISOString().slice(0, 10) : moment
}

function momentOf(moment: CalendarMoment): NonNullable<ReturnType<typeof readMoment>> {
  const read = readMoment(moment)
  if (!read) throw new Error(`${moment} is no moment of the calendar`)
  return read
}

function readMoment(text: string): { localMs: number; isDay: boolean; isUtc: boolean } | undefined {
  const [whole, year, month, day, hour = 0, minute = 0, utc] = momentPattern.exec(text) ?? []
  if (whole === undefined || Number(hour) > 23 || Number(minute) > 59) return undefined
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)))
  const isReal = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
  // Years before 1970 have no place in a plan, and `Date.UTC` takes those before 100 for others.
  if (!isReal || Number(year) < 1970) return undefined
  return { localMs: date.getTime(), isDay: !text.includes('T'), isUtc: utc !== undefined }
}
