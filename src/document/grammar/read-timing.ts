/** When something happens: "Week 1, Day 3", "Day 4-5", "Weeks 2–3", "24-48 hours", "1h45". Words without numbers stay words. */
import { cleanText, foldCase } from '../markdown/clean-text.ts'
import { readDuration } from './read-quantity.ts'

const dayMs = 86_400_000
const weekMs = 7 * dayMs

export interface ReadTiming {
  text: string
  startOffsetMs?: number
  durationMs?: [number, number]
}

const weekPattern =
  /(?<![\p{L}\d])(?:weeks?|wk|semaines?|semanas?|w) ?(\d{1,3})(?: ?(?:-|–|—|to|a) ?(?:weeks? )?(\d{1,3}))?(\+)?(?![\p{L}\d])/iu
const dayPattern =
  /(?<![\p{L}\d])(?:days?|jours?|dias?|d) ?(\d{1,3})(?: ?(?:-|–|—|to|a) ?(?:days? )?(\d{1,3}))?(\+)?(?![\p{L}\d])/iu

/**
 * `weekStartMs` is the week that a day without a week belongs to. A position without an end ("Week 4+") has no duration;
 * "Day 0" and "Day 1" are both the first day.
 */
export function readTiming(text: string, weekStartMs = 0): ReadTiming {
  const words = cleanText(text)
  const folded = foldCase(words)
  const week = weekPattern.exec(folded)
  const day = dayPattern.exec(folded)
  if (week && day) return position(words, (numberOf(week[1]) - 1) * weekMs + dayOffset(day), day, dayMs)
  if (week) return position(words, (numberOf(week[1]) - 1) * weekMs, week, weekMs)
  if (day) return position(words, weekStartMs + dayOffset(day), day, dayMs)
  const span = readDuration(words)
  return span ? { text: words, durationMs: span.durationMs } : { text: words }
}

function position(text: string, startMs: number, match: RegExpExecArray, unitMs: number): ReadTiming {
  const [, first, last = first, open] = match
  const length = (numberOf(last) - numberOf(first) + 1) * unitMs
  const startOffsetMs = Math.max(0, startMs)
  return open || length <= 0 ? { text, startOffsetMs } : { text, startOffsetMs, durationMs: [length, length] }
}

function dayOffset(match: RegExpExecArray): number {
  return Math.max(0, numberOf(match[1]) - 1) * dayMs
}

function numberOf(digits: string | undefined): number {
  return Number(digits ?? 0)
}
