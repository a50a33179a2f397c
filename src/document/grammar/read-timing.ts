/** When something happens: "Week 1, Day 3", "Weeks 2–3", "24-48 hours", "June 12 – 18", "T-45 → T-15", "72 h before launch". */
import type { Timing } from '../../core/plan/draft.ts'
import { cleanText, foldCase } from '../markdown/clean-text.ts'
import { readDates } from './read-dates.ts'
import { readDuration } from './read-quantity.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
const weekMs = 7 * dayMs

export type ReadTiming = Omit<Timing, 'source' | 'rule'>

export interface TimingContext {
  /** The week that a day without a week belongs to, as an offset from the start. */
  weekStartMs?: number
  /** Completes dates without a year. */
  year?: number | undefined
}

const weekPattern =
  /(?<![\p{L}\d])(?:weeks?|wk|semaines?|semanas?|w) ?(\d{1,3})(?: ?(?:-|–|—|to|a) ?(?:weeks? )?(\d{1,3}))?(\+)?(?![\p{L}\d])/iu
const dayPattern =
  /(?<![\p{L}\d])(?:days?|jours?|dias?|d) ?(\d{1,3})(?: ?(?:-|–|—|to|a) ?(?:days? )?(\d{1,3}))?(\+)?(?![\p{L}\d])/iu

/**
 * Words without numbers stay words. A position without an end ("Week 4+") has no duration; "Day 0" and "Day 1" are both the first day.
 */
export function readTiming(text: string, { weekStartMs = 0, year }: TimingContext = {}): ReadTiming {
  const words = cleanText(text)
  const dates = readDates(words, year)
  if (dates) return { text: words, dates: dates.dates, ...aroundDates(words, dates) }
  const anchored = readAnchored(words)
  if (anchored) return { text: words, ...anchored }
  const folded = foldCase(words)
  const week = weekPattern.exec(folded)
  const day = dayPattern.exec(folded)
  // "Day 8" in the second week counts from the start; only "Day 1" to "Day 7" can count from its Monday.
  const ofWeek = (startMs: number) => (day && dayOffset(day) < weekMs ? startMs : 0)
  if (week && day) return position(words, ofWeek((numberOf(week[1]) - 1) * weekMs) + dayOffset(day), day, dayMs)
  if (week) return position(words, (numberOf(week[1]) - 1) * weekMs, week, weekMs)
  if (day) return position(words, ofWeek(weekStartMs) + dayOffset(day), day, dayMs)
  const span = readDuration(words)
  return span ? { text: words, durationMs: span.durationMs } : { text: words }
}

/** "2026-05-06 (48 hours)": a date may stand beside a length. */
function aroundDates(words: string, { index, length }: { index: number; length: number }): Pick<Timing, 'durationMs'> {
  const span = readDuration(`${words.slice(0, index)} ; ${words.slice(index + length)}`)
  return span && span.durationMs[0] > 0 ? { durationMs: span.durationMs } : {}
}

const countdownPattern =
  /(?<![\p{L}\d])T ?([-+]) ?(\d{1,4}) ?(min(?:utes?)?|m|h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?)?(?: ?(?:→|->|-|–|—|to) ?T ?([-+]) ?(\d{1,4}) ?(min(?:utes?)?|m|h(?:ours?)?|d(?:ays?)?|w(?:eeks?)?)?)?(?![\p{L}\d])/iu
const relativePattern =
  /(?<span>\d{1,4} ?(?:-?hours?|-?h|-?days?|-?d|-?weeks?|-?minutes?|-?min)|(?:one|a|the)? ?(?<unit>day|week|hour)) (?<side>before|after|following|prior to|post|from) (?:the )?(?<event>\p{L}[\p{L}\d /-]{1,60}?)(?=[,.;:()]|$| (?:and|or|with|if|to)(?= ))/iu
const unitMs = { h: 60 * minuteMs, d: dayMs, w: weekMs }

/** "T-45 → T-15" counts minutes where no unit is said, as run sheets do. */
function readAnchored(words: string): Pick<Timing, 'anchor' | 'durationMs'> | undefined {
  const countdown = countdownPattern.exec(words)
  if (countdown) {
    const [, sign, amount, unit = '', lastSign, lastAmount, lastUnit = unit] = countdown
    const from = offset(sign, amount, unit || lastUnit)
    const to = lastAmount === undefined ? undefined : offset(lastSign, lastAmount, lastUnit)
    return {
      anchor: { event: 'T', offsetMs: from },
      ...(to !== undefined && to > from ? { durationMs: [to - from, to - from] as [number, number] } : {}),
    }
  }
  if (!/before|after|following|prior|post|from/i.test(words)) return undefined
  const { span = '', unit, side = '', event = '' } = relativePattern.exec(words)?.groups ?? {}
  if (event === '') return undefined
  const distance = unit
    ? unit.toLowerCase() === 'hour'
      ? unitMs.h
      : unit.toLowerCase() === 'day'
        ? dayMs
        : weekMs
    : readDuration(span.replace('-', ' '))?.durationMs[0]
  if (distance === undefined) return undefined
  return { anchor: { event, offsetMs: /before|prior/i.test(side) ? -distance : distance } }
}

function offset(sign: string | undefined, amount: string | undefined, unit: string): number {
  const scale = { h: unitMs.h, d: unitMs.d, w: unitMs.w }[unit.toLowerCase().slice(0, 1)] ?? minuteMs
  return (sign === '-' ? -1 : 1) * numberOf(amount) * scale
}

function position(text: string, startMs: number, match: RegExpExecArray, perUnitMs: number): ReadTiming {
  const [, first, last = first, open] = match
  const length = (numberOf(last) - numberOf(first) + 1) * perUnitMs
  const startOffsetMs = Math.max(0, startMs)
  return open || length <= 0 ? { text, startOffsetMs } : { text, startOffsetMs, durationMs: [length, length] }
}

function dayOffset(match: RegExpExecArray): number {
  return Math.max(0, numberOf(match[1]) - 1) * dayMs
}

function numberOf(digits: string | undefined): number {
  return Number(digits ?? 0)
}
