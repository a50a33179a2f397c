/** Windows and freezes, from the document or from `tidegate.yaml`, become gates before the phases that they hold. What cannot be read is reported. */
import { formatFreeze, formatWindow } from '../calendar/format-calendar.ts'
import { Freeze } from '../calendar/freeze.ts'
import { readFreeze, readWindow, type Unread } from '../calendar/read-calendar-words.ts'
import { TimeWindow } from '../calendar/time-window.ts'
import type { SourceRange } from '../diagnostic.ts'
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

/** The phases with the gates and the schedules that the calendar gives them. */
export function withCalendar(binder: Binder, phases: Phase[]): Phase[] {
  const windows = bindWindows(binder)
  const freezes = bindFreezes(binder)
  const held = heldPhases(binder, phases)
  if (windows.length + freezes.length > 0) {
    const names = phases.filter(({ id }) => held.has(id)).map(({ id }) => id)
    const message = `windows and freezes hold ${names.join(', ') || 'no phase'}`
    const [first] = [...windows, ...freezes]
    binder.report('note', 'CALENDAR_HOLDS', first?.source ?? [], message, 'name others under `calendar: holds`')
  }
  const gated = phases.map((phase) =>
    held.has(phase.id) ? { ...phase, entry: [...phase.entry, ...gatesOf(binder, phase, windows, freezes)] } : phase,
  )
  return bindSchedules(
    binder,
    gated,
    freezes.map(({ value }) => value),
  )
}

function gatesOf(
  binder: Binder,
  { id }: Phase,
  windows: readonly Stated<TimeWindow>[],
  freezes: readonly Stated<Freeze>[],
): Gate[] {
  const statement = (name: string, stated: readonly Stated<unknown>[]) => ({
    id: binder.id(id, name),
    text: stated.map(({ text }) => text).join('; '),
    source: stated[0]?.source ?? { start: 1, end: 1 },
  })
  const window = { kind: 'window' as const, windows: windows.map(({ value }) => value) }
  const freeze = { kind: 'freeze' as const, freezes: freezes.map(({ value }) => value) }
  return [
    ...(windows.length > 0 ? [{ ...statement('window', windows), ...window }] : []),
    ...(freezes.length > 0 ? [{ ...statement('freeze', freezes), ...freeze }] : []),
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

function bindWindows(binder: Binder): Stated<TimeWindow>[] {
  const { calendar } = binder.input.bindings
  const bound = calendar?.windows?.flatMap((window, index) => {
    const parsed = TimeWindow.safeParse({ ...window, zone: window.zone ?? calendar.zone })
    return stated(binder, ['calendar', 'windows', String(index)], parsed, formatWindow)
  })
  return bound ?? readLines(binder, 'window', (text) => readWindow(text, calendar?.zone))
}

function bindFreezes(binder: Binder): Stated<Freeze>[] {
  const { calendar } = binder.input.bindings
  const bound = calendar?.freezes?.flatMap((freeze, index) => {
    const parsed = Freeze.safeParse({ ...freeze, zone: freeze.zone ?? calendar.zone })
    return stated(binder, ['calendar', 'freezes', String(index)], parsed, formatFreeze)
  })
  return bound ?? readLines(binder, 'freeze', (text) => readFreeze(text, calendar?.zone))
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
function readLines<T>(binder: Binder, kind: 'window' | 'freeze', read: (text: string) => T | Unread): Stated<T>[] {
  return binder.input.draft.windows
    .filter((line) => line.kind === kind)
    .flatMap(({ text, source }) => {
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
