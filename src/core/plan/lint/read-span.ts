/** Spans and days inside a sentence, as far as rules need them: "for 72 hours", "1h45 + 60 min", "2024-06-27". */

const units: { names: string; ms: number }[] = [
  { names: 'minutes?|minutos?|mins?|分钟', ms: 60_000 },
  { names: 'hours?|heures?|horas?|hrs?|h|小时', ms: 3_600_000 },
  { names: 'days?|jours?|dias?|天', ms: 86_400_000 },
  { names: 'weeks?|semaines?|semanas?|周', ms: 7 * 86_400_000 },
]
const names = units.map((unit) => unit.names).join('|')
const spanPattern = new RegExp(
  String.raw`(?<![\p{L}\d.,$+-]|t ?[+-] ?)(\d{1,4}(?:[.,]\d{1,2})?) ?(?:(?:-|–|—|to|à) ?(\d{1,4}(?:[.,]\d{1,2})?))?(\+)?[ -]?(${names})(\d{2})?(?![\p{L}\d])(\+)?`,
  'giu',
)

export interface WrittenSpan {
  /** Shortest and longest. "48+ hours" has no longest. */
  ms: [number, number]
  index: number
  text: string
}

/** Every span of a text in order; "1h45" is one. */
export function readSpans(text: string): WrittenSpan[] {
  const folded = text.normalize('NFC')
  return [...folded.matchAll(spanPattern)].map((match) => {
    const [whole, low = '', high, openBefore, name = '', minutes, openAfter] = match
    const scale = units.find((unit) => new RegExp(`^(?:${unit.names})$`, 'iu').test(name))?.ms ?? 0
    const more = minutes === undefined ? 0 : Number(minutes) * 60_000
    const least = decimal(low) * scale + more
    const most = openBefore || openAfter ? Number.POSITIVE_INFINITY : high === undefined ? least : decimal(high) * scale
    return { ms: [least, Math.max(least, most)], index: match.index, text: whole }
  })
}

const decimal = (digits: string): number => Number(digits.replace(',', '.'))

/** Calendar days of a text, as UTC midnight in milliseconds. */
export function readDays(text: string): { dayMs: number; text: string; index: number }[] {
  return [...text.matchAll(/(?<![\d-])(\d{4})-(\d{2})-(\d{2})(?![\d-])/g)].flatMap((match) => {
    const dayMs = dayOf(Number(match[1]), Number(match[2]), Number(match[3]))
    return dayMs === undefined ? [] : [{ dayMs, text: match[0], index: match.index }]
  })
}

/** `undefined` for a day that no calendar has, such as 2025-02-30. */
export function dayOf(year: number, month: number, day: number): number | undefined {
  const dayMs = Date.UTC(year, month - 1, day)
  const date = new Date(dayMs)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? dayMs : undefined
}

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

export function weekdayOf(dayMs: number): (typeof weekdays)[number] {
  return weekdays[new Date(dayMs).getUTCDay()] ?? 'Sunday'
}
