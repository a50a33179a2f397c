/** Dates of a plan against each other and against the calendar: week-ends, weekdays, order, reviews before the end. */
import type { DraftPhase, PlanDraft } from '../draft.ts'
import { trackOf } from './ladders-of.ts'
import { dayOf, readDays, readSpans, weekdayOf } from './read-span.ts'
import type { Finding } from './rule.ts'
import { textsOf } from './texts-of.ts'

const dayMs = 86_400_000
const at = (line: number) => ({ start: line, end: line })

export function findDateFaults(draft: PlanDraft): Finding[] {
  return [...onWeekend(draft), ...onOtherWeekday(draft), ...outOfOrder(draft), ...reviewedTooEarly(draft)]
}

const avoidsWeekends =
  /(?:avoid|no (?:deploy\w*|releases?|launch\w*)|never|not|eviter|évit\w*|evitar)\b.{0,60}\b(?:week-?ends?|saturdays?|sundays?|fim de semana|fins de semana)|(?:week-?ends?|fins? de semana).{0,30}\b(?:freeze|excluded|off limits)/iu

/** The planned day is a Saturday or Sunday, and the plan itself rules those out. */
function onWeekend(draft: PlanDraft): Finding[] {
  const rule = textsOf(draft).find(({ text }) => avoidsWeekends.test(text))
  if (!rule) return []
  const planned = draft.metadata.flatMap(({ source, label, value }) =>
    /date|launch|release|go-?live|deploy/i.test(label)
      ? readDays(value).map(({ dayMs: day, text }) => ({ source, day, text }))
      : [],
  )
  const phases = draft.phases.flatMap(({ timing }) => {
    const day = timing?.dates && midnight(timing.dates[0])
    return timing && day !== undefined ? [{ source: timing.source, day, text: timing.dates?.[0] ?? '' }] : []
  })
  return [...planned, ...phases].flatMap(({ source, day, text }) => {
    const weekday = weekdayOf(day)
    if (weekday !== 'Saturday' && weekday !== 'Sunday') return []
    const message = `${text} is a ${weekday}, and line ${rule.line} rules week-ends out`
    return [{ source, message, hint: 'plan a working day, or take the rule out' }]
  })
}

const months = 'jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec'.split('|')
const weekdayPattern = /\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b[,.]? {0,2}\(?/i

/** "Monday, June 3, 2024" or "2024-06-03 (Sunday)" where the calendar says another weekday. */
function onOtherWeekday(draft: PlanDraft): Finding[] {
  const before = new RegExp(
    String.raw`${weekdayPattern.source}(\d{4}-\d{2}-\d{2}|(?:${months.join('|')})[a-z]{0,6}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2} (?:${months.join('|')})[a-z]{0,6}\.?,? \d{4})`,
    'gi',
  )
  const after = /(\d{4}-\d{2}-\d{2}),? \(?(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?\b/gi
  return textsOf(draft).flatMap(({ line, text, isCode }) => {
    if (isCode) return []
    const pairs = [
      ...[...text.matchAll(before)].map(([, name = '', date = '']) => ({ name, date })),
      ...[...text.matchAll(after)].map(([, date = '', name = '']) => ({ name, date })),
    ]
    return pairs.flatMap(({ name, date }): Finding[] => {
      const day = dayInWords(date)
      const real = day === undefined ? undefined : weekdayOf(day)
      if (!real || real.toLowerCase().startsWith(name.toLowerCase().slice(0, 3))) return []
      return [
        { source: at(line), message: `${date} is a ${real}, not a ${name}`, hint: 'correct the weekday or the date' },
      ]
    })
  })
}

function dayInWords(text: string): number | undefined {
  const [iso] = readDays(text)
  if (iso) return iso.dayMs
  const month = months.findIndex((name) => text.toLowerCase().includes(name)) + 1
  const year = Number(/\d{4}/.exec(text)?.[0])
  const day = Number(/(?<!\d)\d{1,2}(?!\d)/.exec(text)?.[0])
  return month > 0 && day > 0 && year > 0 ? dayOf(year, month, day) : undefined
}

const midnight = (date: string): number | undefined => readDays(date.slice(0, 10))[0]?.dayMs

/** A phase that starts before the one before it, or a rung of the ladder that starts before the last one has had its time. */
function outOfOrder({ phases }: PlanDraft): Finding[] {
  return phases.flatMap((phase, index) => {
    const before = phases.slice(0, index).findLast((earlier) => trackOf(earlier) === trackOf(phase))
    return [...endsBeforeItStarts(phase), ...(before ? startsTooEarly(before, phase) : [])]
  })
}

function endsBeforeItStarts({ name, timing }: DraftPhase): Finding[] {
  const [start, end] = timing?.dates?.map(midnight) ?? []
  if (!timing || start === undefined || end === undefined || end >= start) return []
  const message = `"${name}" ends on ${timing.dates?.[1]} before it starts on ${timing.dates?.[0]}`
  return [{ source: timing.source, message, hint: 'correct the dates' }]
}

function startsTooEarly(before: DraftPhase, phase: DraftPhase): Finding[] {
  const [first, next] = [spanOf(before), spanOf(phase)]
  if (!first || !next || !phase.timing || first.unit !== next.unit) return []
  const isRung = [before, phase].every(({ percent, stages }) => percent !== undefined || stages.length > 0)
  const shown = `"${phase.name}" (${phase.timing.text})`
  if (next.start < first.start) {
    const message = `${shown} starts before "${before.name}" (${before.timing?.text}), which comes first`
    return [{ source: phase.timing.source, message, hint: 'correct the dates or the order' }]
  }
  // Who counts from day 0 has a day more than the offsets say.
  if (!isRung || next.start >= first.end || /\b(?:day|week|hour|jour|dia)s? ?0\b/i.test(before.timing?.text ?? ''))
    return []
  const message = `${shown} starts before "${before.name}" (${before.timing?.text}) has had its time`
  return [{ source: phase.timing.source, message, hint: 'start it later, or shorten the stage before' }]
}

/** When a phase starts and at the earliest ends: by its dates, else by its place in the plan. A day counts from its first minute. */
function spanOf({ timing }: DraftPhase): { unit: 'date' | 'offset'; start: number; end: number } | undefined {
  if (!timing) return undefined
  const start = timing.dates && midnight(timing.dates[0])
  const last = timing.dates && midnight(timing.dates[1])
  const stated = timing.durationMs?.[0] ?? 0
  if (start !== undefined && last !== undefined) return { unit: 'date', start, end: Math.max(last, start + stated) }
  if (timing.startOffsetMs === undefined) return undefined
  return { unit: 'offset', start: timing.startOffsetMs, end: timing.startOffsetMs + stated }
}

const looksBack =
  /\b(?:retro(?:spective)?s?|post-?mortem|(?:final|release|launch) review|r[ée]trospective|retrospectiva)\b/i
const watches = /\b(?:monitor\w*|observ\w*|watch\w*|soak\w*|hypercare|surveill\w*)\b/i
const launches = /\b(?:deploy\w*|launch\w*|go-?live|release|cut-?over|production)\b/i

/** A retrospective on a day on which the monitoring that it looks back on still goes on. */
function reviewedTooEarly(draft: PlanDraft): Finding[] {
  const texts = textsOf(draft).filter(({ isCode }) => !isCode)
  const monitored = texts.flatMap(({ line, text }) =>
    watches.test(text) ? readSpans(text).map(({ ms, text: span }) => ({ line, ms: ms[0], span })) : [],
  )
  return texts.flatMap(({ line, text }): Finding[] => {
    const review = looksBack.test(text) ? readDays(text)[0] : undefined
    const monitoring = monitored.filter((one) => Math.abs(one.line - line) <= 5).at(-1)
    if (!review || !monitoring) return []
    const launch = texts
      .filter((other) => launches.test(other.text) && !looksBack.test(other.text))
      .flatMap((other) => readDays(other.text).map((day) => ({ ...day, atMs: day.dayMs + timeIn(other.text) })))
      .filter(({ dayMs: day }) => day <= review.dayMs && review.dayMs - day < 14 * dayMs)
      .sort((a, b) => a.atMs - b.atMs)
      .at(-1)
    if (!launch || launch.dayMs + monitoring.ms < review.dayMs + dayMs) return []
    const message = `on ${review.text} the ${monitoring.span} of monitoring (line ${monitoring.line}) that begin on ${launch.text} are not over`
    return [{ source: at(line), message, hint: 'look back after the monitoring has ended' }]
  })
}

/** "03:00" in milliseconds after midnight. */
function timeIn(text: string): number {
  const [, hours, minutes] = /(?<![\d:])([01]\d|2[0-3]):([0-5]\d)(?![\d:])/.exec(text) ?? []
  return hours === undefined ? 0 : Number(hours) * 3_600_000 + Number(minutes) * 60_000
}
