/** Thresholds without a comparator: "uptime 99.9%+", "CPU 30–70%", "100% pass rate", "5 consecutive green runs". */
import type { Comparator } from '../../core/plan/condition.ts'
import { readQuantity } from './read-quantity.ts'

export interface Threshold {
  comparator: Comparator
  value: number | [number, number]
  unit: string
  /** Where the comparator starts and the quantity ends. */
  start: number
  end: number
}

const suffixPattern =
  /(?<![\d.,]|\b(?:week|day|phase|stage|month|version|hour|v|semaine|semana|dia|jour|after|every|an?|ubuntu|debian|node(?:\.js)?|python|java|php|go|ruby|android|ios|macos|windows|postgres(?:ql)?|mysql|redis|chrome|firefox|safari|api) ?)(\d{1,9}(?:[.,]\d{1,6})?)(?: ?(%|ms|s|min|minutes|h|hours|d|days))?\+(?![\d+])(?: ?(minutes?|mins?|hours?|hrs?|days?|seconds?|secs?)(?![\p{L}]))?/iu
/** "5 consecutive green runs", "3 errors in a row": a streak of at least so many. */
const streakPattern =
  /(?<![\d.,<>≤≥-])(\d{1,4}) (?=(?:consecutive|successive|back-to-back) (?!(?:seconds?|minutes?|hours?|days?|weeks?)(?!\p{L}))\p{L})/u
const rangePattern = /(?<![\d.,])(\d{1,9}(?:\.\d{1,6})?) ?%? ?[-–—] ?(\d{1,9}(?:\.\d{1,6})?) ?%/u
const wholePattern =
  /^(100|9\d(?:\.\d{1,4})?) ?%(?= [\p{L}])(?! (?:of )?(?:the )?(?:traffic|users|rollout|reached|done|rolled out))/iu

/** "99.9%以上", "1% 이하": the comparison stands behind the number. */
const postposed: Readonly<Record<string, Comparator>> = {
  以上: '>=',
  이상: '>=',
  以下: '<=',
  以内: '<=',
  이하: '<=',
  이내: '<=',
  未満: '<',
  未满: '<',
  미만: '<',
  초과: '>',
}
const postposedPattern = new RegExp(
  String.raw`(?<![\d.,])\d[\d.,]{0,9} ?[%\p{L}]{0,3}? ?(${Object.keys(postposed).join('|')})`,
  'u',
)

/** "Idempotency rate: 100%", "Lost events: 0%", "Complaints: 0". */
const statedPattern = /(?<=\p{L}) ?[:：] ?(?:(100|0) ?(%)|(0))$/u

/** At most one; a text with a comparator is not asked. */
export function readBareThreshold(text: string): Threshold[] {
  const suffix = suffixPattern.exec(text)
  const quantity = suffix && readQuantity(suffix[0].replace('+', ''))
  if (suffix && quantity) return [{ ...placeOf(suffix), comparator: '>=', value: quantity.value, unit: quantity.unit }]
  const behind = postposedPattern.exec(text)
  const [said = '', word = ''] = behind ?? []
  const stated = behind && readQuantity(said.slice(0, said.length - word.length))
  const comparator = postposed[word]
  if (behind && stated && comparator)
    return [{ ...placeOf(behind), comparator, value: stated.value, unit: stated.unit }]
  const streak = streakPattern.exec(text)
  if (streak) return [{ ...placeOf(streak), comparator: '>=', value: Number(streak[1]), unit: 'count' }]
  const range = rangePattern.exec(text)
  const [low, high] = [Number(range?.[1]), Number(range?.[2])]
  if (range && range.index > 0 && low < high)
    return [{ ...placeOf(range), comparator: '==', value: [low, high], unit: '%' }]
  const exact = statedPattern.exec(text)
  if (exact) return [{ ...placeOf(exact), comparator: '==', value: Number(exact[1] ?? 0), unit: exact[2] ?? 'count' }]
  const whole = wholePattern.exec(text)
  if (!whole) return []
  return [{ ...placeOf(whole), comparator: whole[1] === '100' ? '==' : '>=', value: Number(whole[1]), unit: '%' }]
}

function placeOf({ index, 0: found }: RegExpExecArray): Pick<Threshold, 'start' | 'end'> {
  return { start: index, end: index + found.length }
}
