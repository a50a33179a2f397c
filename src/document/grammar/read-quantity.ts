/** Numbers with units as people write them: `500ms`, `1,000`, `0,5 %`, `48-72 hours`, `1h45`, `2x baseline`, `3σ`. */
import { foldCase, foldKeepingLength } from '../markdown/clean-text.ts'

const second = 1_000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const week = 7 * day

/** Names of one time unit in the languages plans come in, longest first where one begins another. */
const timeUnits: { names: string; unit: string; ms: number }[] = [
  { names: 'milliseconds?|millis|msec|ms', unit: 'ms', ms: 1 },
  { names: 'secondes?|seconds?|segundos?|secs?|s|秒|초', unit: 's', ms: second },
  { names: 'minuten?|minutes?|minutos?|mins?|m|分钟|分間|分|분', unit: 'min', ms: minute },
  { names: 'stunden?|heures?|hours?|horas?|hrs?|h|小时|時間|시간', unit: 'h', ms: hour },
  {
    names:
      'arbeitstage?|tage?n?|business days?|working days?|jours ouvres?|dias uteis|days?|jours?|dias?|d|天|日間|日|일간|일',
    unit: 'd',
    ms: day,
  },
  { names: 'wochen?|weeks?|semaines?|semanas?|wks?|w|周|週間|주간|주', unit: 'w', ms: week },
]
const timeName = timeUnits.map(({ names }) => names).join('|')
const number = String.raw`\d{1,9}(?:[.,]\d{1,9})?`
const bound = String.raw`(?![\p{L}\d])`

const compoundPattern = new RegExp(
  String.raw`(?<![\p{L}\d.])(\d{1,4}) ?h(?:ours?)? ?(\d{1,2}) ?(?:min(?:utes?)?|m)?${bound}`,
  'iu',
)
const spanPattern = new RegExp(
  String.raw`(?<![\p{L}\d.])(${number})(?: ?(${timeName})? ?(?:-|–|—|~|to|à|a|até) ?(${number}))?[ -]?(${timeName})${bound}`,
  'iu',
)

/** "one hour", "two weeks", "half an hour". "A day" is left out: it is "per day" as often. */
const writtenNumbers: Readonly<Record<string, number>> = {
  'half an': 0.5,
  an: 1,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  twelve: 12,
}
/** How the number of a duration begins, in a pattern. */
export const numberStart = String.raw`(?:\d|(?:${Object.keys(writtenNumbers).join('|')}) )`
const writtenPattern = new RegExp(
  String.raw`(?<![\p{L}\d.])(?:(half an|an)(?= hour)|(${Object.keys(writtenNumbers).slice(2).join('|')})) (?:full )?(seconds?|minutes?|hours?|(?:business |working )?days?|weeks?)${bound}`,
  'iu',
)

export interface Span {
  /** Shortest and longest, in milliseconds. */
  durationMs: [number, number]
  /** Where it stands in the text. */
  index: number
  length: number
}

/** The first duration in a text, or `undefined`. "24 hours" is as long at least as at most. */
export function readDuration(text: string): Span | undefined {
  const folded = foldKeepingLength(text)
  const compound = compoundPattern.exec(folded)
  const span = spanPattern.exec(folded)
  if (compound && (!span || compound.index <= span.index)) {
    const ms = Number(compound[1]) * hour + Number(compound[2]) * minute
    return { durationMs: [ms, ms], index: compound.index, length: compound[0].length }
  }
  const written = writtenPattern.exec(folded)
  if (written && (!span || written.index < span.index)) {
    const [whole, hours, number, unit = ''] = written
    const ms = (writtenNumbers[(hours ?? number ?? '').toLowerCase()] ?? 0) * (timeUnitOf(unit)?.ms ?? 0)
    return { durationMs: [ms, ms], index: written.index, length: whole.length }
  }
  if (!span) return undefined
  const [whole, from = '', fromUnit, to, unit = ''] = span
  const scale = timeUnitOf(unit)?.ms ?? 0
  const low = decimal(from) * (timeUnitOf(fromUnit ?? unit)?.ms ?? scale)
  const high = to === undefined ? low : decimal(to) * scale
  if (!(low <= high)) return undefined
  return { durationMs: [low, high], index: span.index, length: whole.length }
}

const timeUnitPatterns = timeUnits.map(({ names, ...unit }) => ({
  ...unit,
  pattern: new RegExp(`^(?:${names})$`, 'i'),
}))

function timeUnitOf(name: string): { unit: string; ms: number } | undefined {
  return timeUnitPatterns.find(({ pattern }) => pattern.test(name))
}

export interface Quantity {
  value: number
  /** `%`, `ms`, `s`, `min`, `h`, `d`, `x baseline`, `sigma`, a currency, the author's own word, or `count` for a bare number. */
  unit: string
  length: number
}

const amountPattern =
  /^ ?([$€£])? ?(-?(?:[1-9]\d{0,2}(?:[, '’]\d{3}){1,4}(?![\d])(?:\.\d{1,9})?|\d{1,15}(?:[.,]\d{1,15})?|\.\d{1,9}))/u
const unitPatterns: { pattern: RegExp; unit: (match: RegExpExecArray) => string }[] = [
  { pattern: /^ ?(?:%|％|percent|per cent|pct|pour cent|por cento)/iu, unit: () => '%' },
  { pattern: /^ ?[x×]? ?(?:σ|sigmas?|standard deviations?)/iu, unit: () => 'sigma' },
  {
    pattern:
      /^ ?[x×](?: (?:the |da |de la |du |o |a )?(baseline|stable|control|legacy|normal|expected|average|current))?(?![\p{L}])/iu,
    unit: ([, of]) => (of ? `x ${/^(?:stable|control|legacy)$/i.test(of) ? 'baseline' : of}` : 'x'),
  },
  { pattern: /^\/(?:5|10|100)(?!\d)/u, unit: ([all]) => all },
  { pattern: /^ ?per \d{0,4} ?[\p{L}]{1,10}/iu, unit: ([all]) => all.trim() },
  { pattern: new RegExp(`^ ?(${timeName})${bound}`, 'iu'), unit: ([, name = '']) => normalTime(name) },
  {
    pattern: /^ ?((?:[KMGT]i?B|[kMG]bps)(?:\/s)?|(?:rps|qps|req(?:uests)?\/s(?:ec)?|points?|pts|stars?))(?![\p{L}])/iu,
    unit: ([, name = '']) => name,
  },
]
/** "% of baseline": what the percentage is of, up to the next preposition or mark. */
const sharePattern =
  /^ (?:(?:of|du|de|da|do)(?: the| la)? ([\p{L}-]{1,30}(?: (?!(?:for|in|over|per|during|within|and|or) )[\p{L}-]{1,30}){0,2})|(baseline|total))/iu

const overPattern =
  /^ (?:over|above|higher than|more than|versus|vs\.?|compared (?:to|with)|relative to) (?:the )?(?:\p{L}{1,20} )?baseline(?![\p{L}])/iu

/** The number with its unit at the start of `text`; `undefined` when there is none or it cannot be read for certain (a version, a date). */
export function readQuantity(text: string): Quantity | undefined {
  const match = amountPattern.exec(text)
  if (!match?.[2]) return undefined
  const [amount, currency, digits] = match
  const rest = text.slice(amount.length)
  // "18.2.1", "2024-05-01" and "3/5" are not quantities.
  if (/^(?:[.,:-]\d|\/(?!(?:5|10|100)(?![\d/]))\d|\d)/.test(rest)) return undefined
  const value = decimal(digits)
  if (currency) return { value, unit: currency, length: amount.length }
  for (const { pattern, unit } of unitPatterns) {
    const found = pattern.exec(rest)
    if (!found) continue
    const name = unit(found)
    const share = name === '%' ? sharePattern.exec(rest.slice(found[0].length)) : undefined
    const over = name === '%' ? overPattern.exec(rest.slice(found[0].length))?.[0] : undefined
    if (over) return { value, unit: '% over baseline', length: amount.length + found[0].length + over.length }
    const length = amount.length + found[0].length + (share?.[0].length ?? 0)
    if (name === 'w') return { value: value * 7, unit: 'd', length }
    return { value, unit: share ? `% of ${share[1] ?? share[2]}` : name, length }
  }
  const thousands = /^([kKM])(?![\p{L}\d])/u.exec(rest)?.[1]
  if (thousands) return { value: value * (thousands === 'M' ? 1e6 : 1e3), unit: 'count', length: amount.length + 1 }
  return /^\p{L}/u.test(rest) ? undefined : { value, unit: 'count', length: amount.length }
}

function normalTime(name: string): string {
  return timeUnitOf(foldCase(name))?.unit ?? name
}

/** `1,000`, `1 000` and `1'000` group; `0,5` is a decimal comma. */
function decimal(digits: string): number {
  const grouped = /^-?[1-9]\d{0,2}(?:[, '’]\d{3})+(?:\.\d+)?$/.test(digits)
  return Number(grouped ? digits.replace(/[, '’]/g, '') : digits.replace(',', '.'))
}
