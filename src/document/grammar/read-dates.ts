/** Calendar dates as people write them: "2024-06-25 03:00 UTC", "June 12 – June 18", "May 1st, 2026", "16 août 2025", "06/25". */
import { foldKeepingLength } from '../markdown/clean-text.ts'

export interface DateSpan {
  /** First and last day, the same for a single one: `2026-05-06`, or `2026-05-06T03:00Z` where a time in UTC is stated. */
  dates: [string, string]
  /** Where it stands in the text. */
  index: number
  length: number
}

const months = [
  'jan(?:uary|vier|eiro)?',
  'feb(?:ruary)?|fev(?:rier|ereiro)?',
  'mar(?:ch|s|co)?',
  'apr(?:il)?|avril|avr|abril|abr',
  'may|mai|maio',
  'june?|juin|junho|jun',
  'july?|juillet|juil|julho|jul',
  'aug(?:ust)?|aout|agosto|ago',
  'sept?(?:ember|embre)?|setembro|set',
  'oct(?:ober|obre)?|outubro|out',
  'nov(?:ember|embre|embro)?',
  'dec(?:ember|embre)?|dezembro|dez',
]
const monthName = months.join('|')
const day = String.raw`(\d{1,2})(?:st|nd|rd|th|er)?`
const year = String.raw`(?:,? (?:de )?(\d{4}))?`
const bound = String.raw`(?![\p{L}\d])`
const timePattern = /^[ T,]*(?:at )?(\d{1,2}):(\d{2})(?::\d{2})? ?(?:utc|gmt|z)(?![\p{L}\d])/iu
const patterns = [
  /(?<![\d.-])(?<iso>(\d{4})[-/](\d{2})[-/](\d{2}))(?![\d-])/,
  new RegExp(String.raw`(?<![\p{L}\d])(?<named>(${monthName})\.? ${day}${year})${bound}`, 'iu'),
  new RegExp(String.raw`(?<![\p{L}\d])(?<dayFirst>${day} (?:de |of )?(${monthName})\.?${year})${bound}`, 'iu'),
]
const join = /^ ?(?:-|–|—|→|->|to|until|through|au|a|ate) ?/i

interface One {
  date: string
  index: number
  end: number
}

/** `defaultYear` completes dates without a year; without one they are not read, for a guess would be wrong for one year in two. */
export function readDates(text: string, defaultYear: number | undefined): DateSpan | undefined {
  if (!/\d/.test(text)) return undefined
  const folded = foldKeepingLength(text)
  const first = readOne(folded, 0, defaultYear)
  if (!first) return undefined
  const joined = join.exec(folded.slice(first.end))
  const from = first.end + (joined?.[0].length ?? 0)
  const last = joined ? (readOne(folded, from, defaultYear) ?? sameMonth(folded, from, first)) : undefined
  const until = last && last.index === from && last.date >= first.date ? last : first
  return { dates: [first.date, until.date], index: first.index, length: until.end - first.index }
}

/** The only year that the document's dates are written with, for those without. */
export function yearOf(text: string): number | undefined {
  const years = new Set([...text.matchAll(/(?<![\d.,])(20\d{2})(?:[-/.]\d{2}|(?!\d|[.,]\d))/g)].map(([, year]) => year))
  return years.size === 1 ? Number([...years][0]) : undefined
}

function readOne(folded: string, from: number, defaultYear: number | undefined): One | undefined {
  const rest = folded.slice(from)
  const found = patterns
    .map((pattern) => pattern.exec(rest))
    .filter((match) => match !== null)
    .sort((a, b) => a.index - b.index)[0]
  if (!found) return undefined
  const [whole, , a = '', b = '', c] = found
  const { iso, named } = found.groups ?? {}
  const [y, m, d] = iso
    ? [Number(a), Number(b), Number(c)]
    : [Number(c ?? defaultYear), monthOf(named ? a : b), Number(named ? b : a)]
  if (!isDay(y, m, d)) return undefined
  const end = from + found.index + whole.length
  const time = timePattern.exec(folded.slice(end))
  const date = `${y}-${two(m)}-${two(d)}${time ? `T${two(Number(time[1]))}:${time[2]}Z` : ''}`
  return { date, index: from + found.index, end: end + (time?.[0].length ?? 0) }
}

/** "June 12–18": the second day is of the same month. */
function sameMonth(folded: string, from: number, first: One): One | undefined {
  const match = /^(\d{1,2})(?:st|nd|rd|th)?(?![\p{L}\d:%])/u.exec(folded.slice(from))
  if (!match) return undefined
  const [y = 0, m = 0] = first.date.split('-').map(Number)
  const d = Number(match[1])
  return isDay(y, m, d) ? { date: `${y}-${two(m)}-${two(d)}`, index: from, end: from + match[0].length } : undefined
}

const monthPatterns = months.map((names) => new RegExp(`^(?:${names})$`, 'i'))

function monthOf(name: string): number {
  return monthPatterns.findIndex((pattern) => pattern.test(name)) + 1
}

function isDay(y: number, m: number, d: number): boolean {
  if (!(y >= 1970 && y <= 9999)) return false
  const date = new Date(Date.UTC(y, m - 1, d))
  return date.getUTCMonth() === m - 1 && date.getUTCDate() === d
}

function two(number: number): string {
  return String(number).padStart(2, '0')
}
