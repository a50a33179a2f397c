/** Windows and freezes, from the document or from `tidegate.yaml`, become gates before the phases that they hold. What cannot be read is reported. */
import { formatFreeze, formatWindow } from '../calendar/format-calendar.ts'
import { Freeze } from '../calendar/freeze.ts'
import { namesWeekdays, readClosedDays, readFreeze, readWindow, type Unread } from '../calendar/read-calendar-words.ts'
import { TimeWindow } from '../calendar/time-window.ts'
import type { SourceRange } from '../diagnostic.ts'
import type { DraftWindow } from '../draft.ts'
import type { Gate } from '../gate.ts'
import type { Phase } from '../plan.ts'
import type { Step } from '../step.ts'
import { bindSchedules } from './bind-schedules.ts'
import type { Binder } from './binder.ts'

/** A window or a freeze, with the words that say it and their place. */
interface Stated<T> {
  value: T
  text: string
  source: SourceRange
}

/** What holds phases. All windows are one gate, all freezes one; days on which nothing begins are a gate a line, for all of them count. */
interface Calendar {
  windows: Stated<TimeWindow>[]
  closedDays: Stated<TimeWindow>[]
  freezes: Stated<Freeze>[]
}

/** The phases with the gates and the schedules that the calendar gives them. */
export function withCalendar(binder: Binder, phases: Phase[]): Phase[] {
  const { windows, closedDays, freezes } = bindCalendar(binder)
  const held = heldPhases(binder, phases)
  const [first] = [...windows, ...closedDays, ...freezes]
  if (first) {
    const names = phases.filter(({ id }) => held.has(id)).map(({ id }) => id)
    const message = `windows and freezes hold ${names.join(', ') || 'no phase'}`
    binder.report('note', 'CALENDAR_HOLDS', first.source, message, 'name others under `calendar: holds`')
  }
  const gated = phases.map((phase) =>
    held.has(phase.id)
      ? { ...phase, entry: [...phase.entry, ...gatesOf(binder, phase, { windows, closedDays, freezes })] }
      : phase,
  )
  return bindSchedules(
    binder,
    gated,
    freezes.map(({ value }) => value),
  )
}

function gatesOf(binder: Binder, { id }: Phase, { windows, closedDays, freezes }: Calendar): Gate[] {
  const statement = (name: string, [first, ...others]: readonly Stated<unknown>[]) => ({
    id: binder.id(id, name),
    text: [first, ...others].map((one) => one?.text).join('; '),
    source: first?.source ?? { start: 1, end: 1 },
  })
  const open = (name: string, some: Stated<TimeWindow>[]): Gate => ({
    ...statement(name, some),
    kind: 'window',
    windows: some.map(({ value }) => value),
  })
  const values = freezes.map(({ value }) => value)
  return [
    ...(windows.length > 0 ? [open('window', windows)] : []),
    ...closedDays.map((one) => open('closed-days', [one])),
    ...(freezes.length > 0 ? [{ ...statement('freeze', freezes), kind: 'freeze' as const, freezes: values }] : []),
  ]
}

/** Those that the bindings name, else every phase that may change something; what people do by hand may. */
function heldPhases(binder: Binder, phases: readonly Phase[]): Set<string> {
  const named = binder.input.bindings.calendar?.holds
  const known = phases.map(({ id }) => id)
  for (const name of named ?? []) if (!known.includes(name)) binder.unknown(['calendar', 'holds'], 'phase', name, known)
  return new Set(named ?? phases.filter(({ steps }) => steps.some(mayChange)).map(({ id }) => id))
}

const mayChange = ({ kind }: Step): boolean => kind !== 'check' && kind !== 'notify' && kind !== 'wait'

function bindCalendar(binder: Binder): Calendar {
  const { calendar } = binder.input.bindings
  const zone = calendar?.zone
  const windows = calendar?.windows?.flatMap((one, index) => {
    const parsed = TimeWindow.safeParse({ ...one, zone: one.zone ?? zone })
    return stated(binder, ['calendar', 'windows', String(index)], parsed, formatWindow)
  })
  const freezes = calendar?.freezes?.flatMap((one, index) => {
    const parsed = Freeze.safeParse({ ...one, zone: one.zone ?? zone })
    return stated(binder, ['calendar', 'freezes', String(index)], parsed, formatFreeze)
  })
  const lines = Object.groupBy(binder.input.draft.windows, ({ kind, text }) =>
    kind === 'freeze' && namesWeekdays(text) ? 'closedDays' : kind,
  )
  return {
    windows: windows ?? readLines(binder, lines.window, (text) => readWindow(text, zone)),
    closedDays: freezes ? [] : readLines(binder, lines.closedDays, (text) => readClosedDays(text, zone)),
    freezes: freezes ?? readLines(binder, lines.freeze, (text) => readFreeze(text, zone)),
  }
}

type Parsed<T> = { success: true; data: T } | { success: false; error: { issues: { message: string }[] } }

/** An entry of the bindings, once its zone is known. */
function stated<T>(
  binder: Binder,
  path: readonly string[],
  parsed: Parsed<T>,
  format: (value: T) => string,
): Stated<T>[] {
  if (parsed.success) return [{ value: parsed.data, text: format(parsed.data), source: binder.input.locate(path) }]
  const hasZone = binder.input.bindings.calendar?.zone !== undefined
  const message = `${path.slice(0, 2).join('.')}[${path[2]}] must have ${parsed.error.issues[0]?.message}`
  binder.report(
    'error',
    'CALENDAR_ENTRY',
    path,
    message,
    hasZone ? undefined : 'set `calendar: { zone: … }` or the zone of the entry',
  )
  return []
}

/** The document's own lines. One that is not understood holds nothing, and whoever starts the release has to say so. */
function readLines<T>(binder: Binder, lines: DraftWindow[] = [], read: (text: string) => T | Unread): Stated<T>[] {
  return lines.flatMap(({ text, source, kind }) => {
    const value = read(text)
    if (!isUnread(value)) return [{ value, text, source }]
    const message = `"${text}" holds no phase: ${value.problem}`
    const hint = `write it under \`calendar: ${kind}s\`, which takes the place of all ${kind}s of the document`
    binder.report('warning', 'CALENDAR_UNREAD', source, message, hint)
    return []
  })
}

const isUnread = <T>(value: T | Unread): value is Unread =>
  typeof value === 'object' && value !== null && 'problem' in value
