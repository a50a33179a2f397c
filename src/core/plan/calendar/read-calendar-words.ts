/**
 * Windows and freezes in the author's words: "Deployments Mon–Thu 09:00–16:00 UTC", "code freeze 2026-12-20 to 2027-01-05". Either the whole
 * line is understood or nothing of it is.
 */
import { Freeze } from './freeze.ts'
import { CalendarMoment } from './local-time.ts'
import { TimeWindow, type Weekday, weekdays } from './time-window.ts'
import { isTimeZone, type TimeZone } from './time-zone.ts'

/** Why a line says no window or freeze, for whoever wrote it. */
export interface Unread {
  problem: string
}

const separator = String.raw`(?:-|–|—|\bto\b|\bthrough\b|\buntil\b|\btill\b)`
const dayName =
  '(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)s?'
const dayRange = new RegExp(String.raw`\b(${dayName})\.? ?${separator} ?(${dayName})\b\.?`, 'g')
const daySingle = new RegExp(String.raw`\b(${dayName})\b\.?`, 'g')
const dayGroups: [RegExp, readonly Weekday[]][] = [
  [/\bweek-?days\b/g, weekdays.slice(0, 5)],
  [/\bweek-?ends?\b/g, weekdays.slice(5)],
  [/\bdaily\b|\bevery day\b/g, weekdays],
]
const time = String.raw`(\d{1,2})(?::(\d{2}))? ?(am|pm|h)?`
const timeRange = new RegExp(String.raw`(?<![\d:])${time} ?(?:${separator}|\band\b) ?${time}(?![\d:])`)
/** Words that say what a window is for, or only hold the sentence together. */
const filler =
  /\b(?:production|deployments?|deploys?|releases?|changes?|rollouts?|maintenance|windows?|allowed|permitted|only|happens?|may|are|is|on|in|at|between|from|during|every|each|the|and)\b|[,;&/().]|:(?!\d)/g

/** Words that say that nothing may begin then. */
const closing = /\b(?:no|not|never|do|avoid|code|freezes?|frozen|blackouts?|or)\b/g

/** `defaultZone` holds where the line names none. */
export function readWindow(text: string, defaultZone: TimeZone | undefined): TimeWindow | Unread {
  const zoned = takeZone(text, defaultZone)
  const { days, rest } = takeDays(zoned.rest)
  const range = timeRange.exec(rest)
  const problem = problemWith(days, range ? rest.replace(range[0], ' ') : rest)
  if (problem) return problem
  const hours = range ? hoursOf(range) : wholeDay
  if (!hours) return { problem: `"${range?.[0].trim()}" are no hours of a day` }
  if ('problem' in zoned) return zoned
  const read = TimeWindow.safeParse({ days, ...hours, zone: zoned.zone })
  return read.success ? read.data : { problem: `it must be ${read.error.issues[0]?.message}` }
}

/** Whether a line speaks of days of the week, and of no dates. */
export const namesWeekdays = (text: string): boolean => !/\d/.test(text) && takeDays(text).days.length > 0

/** "No deployments on Fridays and week-ends": the window that is left, all of the other days. */
export function readClosedDays(text: string, defaultZone: TimeZone | undefined): TimeWindow | Unread {
  const zoned = takeZone(text, defaultZone)
  const { days, rest } = takeDays(zoned.rest)
  const problem = problemWith(days, rest.replace(closing, ' '))
  if (problem) return problem
  const open = weekdays.filter((day) => !days.includes(day))
  if (open.length === 0) return { problem: 'it leaves no day of the week' }
  return 'problem' in zoned ? zoned : { days: open, ...wholeDay, zone: zoned.zone }
}

const wholeDay = { from: '00:00', to: '24:00' }

function problemWith(days: readonly Weekday[], rest: string): Unread | undefined {
  const left = rest.replace(filler, ' ').replace(/\s+/g, ' ').trim()
  if (left !== '') return { problem: `"${left}" is not understood` }
  return days.length === 0 ? { problem: 'it names no days of the week' } : undefined
}

/** The days that a line names, in the order of the week, and its other words in lower case. */
function takeDays(text: string): { days: Weekday[]; rest: string } {
  const days = new Set<Weekday>()
  const take = (pattern: RegExp, from: string, daysOf: (first: string, last: string) => readonly Weekday[]): string =>
    from.replace(pattern, (_whole, first: string, last: string) => {
      for (const day of daysOf(first, last)) days.add(day)
      return ' '
    })
  let rest = take(dayRange, text.toLowerCase(), daysBetween)
  rest = take(daySingle, rest, (name) => [dayOf(name)])
  for (const [pattern, group] of dayGroups) rest = take(pattern, rest, () => group)
  return { days: weekdays.filter((day) => days.has(day)), rest }
}

const dayOf = (name: string): Weekday => weekdays.find((day) => name.startsWith(day)) ?? 'mon'

/** In the order of the week, over its end where the second comes first. */
function daysBetween(first: string, last: string): Weekday[] {
  const [from, to] = [weekdays.indexOf(dayOf(first)), weekdays.indexOf(dayOf(last))]
  const count = ((to - from + 7) % 7) + 1
  return Array.from({ length: count }, (_, index) => weekdays[(from + index) % 7] ?? 'mon')
}

function hoursOf([, hour, minute, half, lastHour, lastMinute, lastHalf]: RegExpExecArray):
  | { from: string; to: string }
  | undefined {
  // "9 to 4" without minutes, halves or an "h" may be anything.
  if (minute === undefined && half === undefined && lastMinute === undefined && lastHalf === undefined) return undefined
  const from = timeOf(hour, minute, half ?? (lastHalf === 'h' ? undefined : lastHalf))
  const to = timeOf(lastHour, lastMinute, lastHalf)
  return from !== undefined && to !== undefined ? { from, to } : undefined
}

function timeOf(hour = '', minute = '00', half?: string): string | undefined {
  const read = Number(hour)
  const isHalf = half === 'am' || half === 'pm'
  if (isHalf && (read < 1 || read > 12)) return undefined
  const hours = isHalf ? (read % 12) + (half === 'pm' ? 12 : 0) : read
  return `${String(hours).padStart(2, '0')}:${minute}`
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const monthName = `(${months.join('|')})[a-z]{0,6}\\.?`
const dates = new RegExp(
  String.raw`(?<!\d)(?:(\d{4}-\d{2}-\d{2})|${monthName} (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})|(\d{1,2})(?:st|nd|rd|th)? ${monthName},? (\d{4}))(?:(?:t|,? ?(?:at )?)(\d{2}:\d{2})(z)?)?(?![\d-])`,
  'gi',
)
const oneEnd = /\b(?:from|since|until|till|after|before|starting|ending|onwards?|to)\b/i

/** The words of the line are the reason. More than its dates it cannot say: a person may pass over a freeze, and so over its exceptions. */
export function readFreeze(text: string, defaultZone: TimeZone | undefined): Freeze | Unread {
  const found = [...text.matchAll(dates)]
  const [first, last = first, ...others] = found
  if (!first || !last || others.length > 0) return { problem: 'it does not say one span of dates with their years' }
  const between = text.slice(first.index + first[0].length, last.index).trim()
  if (last !== first && !new RegExp(`^${separator}$`, 'i').test(between))
    return { problem: `"${between}" between its dates is not understood` }
  if (last === first && oneEnd.test(text)) return { problem: 'it says only one end of a span' }
  const zoned = takeZone(text, defaultZone)
  if (/\d/.test(zoned.rest.replace(dates, ' ')))
    return { problem: 'it has numbers beside its dates: write them as 2026-12-20 or 2026-12-20 18:00' }
  const [from, to] = [momentOf(first), momentOf(last)]
  if (!CalendarMoment.safeParse(from).success || !CalendarMoment.safeParse(to).success)
    return { problem: 'one of its dates is no day of the calendar' }
  const zone = [from, to].every((moment) => moment.endsWith('Z')) ? 'UTC' : zoned.zone
  if (zone === undefined) return 'problem' in zoned ? zoned : { problem: noZone }
  const read = Freeze.safeParse({ from, to, zone, reason: text })
  return read.success ? read.data : { problem: `it must be ${read.error.issues[0]?.message}` }
}

function momentOf([, iso, monthA = '', dayA, yearA, dayB, monthB = '', yearB, clock, utc]: RegExpExecArray): string {
  const month = months.indexOf((monthA || monthB).toLowerCase()) + 1
  const two = (number: string | number): string => String(number).padStart(2, '0')
  const date = iso ?? `${yearA ?? yearB}-${two(month)}-${two(dayA ?? dayB ?? '')}`
  return clock === undefined ? date : `${date}T${clock}${utc === undefined ? '' : 'Z'}`
}

const noZone = 'it names no time zone: write one, or set `calendar: { zone: Europe/Berlin }`'
const abbreviation = /\b(?:[CEW]ES?T|MES?Z|[ECMP][SD]T|BST|IST|JST|AE[SD]T|MSK)\b/

const zoneName = /(?<![A-Za-z_])[A-Za-z_]{1,32}(?:\/[A-Za-z_+-]{1,32}\d{0,2}){1,2}/g
/** Words with a slash that are looked up; a line has few, or is none about a calendar. */
const triedZones = 10

/** The zone that a line names, and its other words. An abbreviation does not say when the clocks change. */
function takeZone(
  text: string,
  defaultZone: TimeZone | undefined,
): { rest: string } & ({ zone: TimeZone } | (Unread & { zone?: never })) {
  const utc = /\b(?:UTC|GMT)\b/.exec(text)?.[0]
  const name = utc ?? text.match(zoneName)?.slice(0, triedZones).find(isTimeZone)
  if (name !== undefined) return { rest: text.replace(name, ' '), zone: utc === undefined ? name : 'UTC' }
  const short = abbreviation.exec(text)?.[0]
  if (short !== undefined)
    return {
      rest: text.replace(short, ' '),
      problem: `${short} does not say when the clocks change: write a zone such as Europe/Berlin`,
    }
  return defaultZone === undefined ? { rest: text, problem: noZone } : { rest: text, zone: defaultZone }
}
