/** Gates that the wall clock opens: windows and freezes. Asked again whenever they are used, for a window closes and a clock is set back. */
import { dayMs } from '../../plan/calendar/local-time.ts'
import { nextAllowed } from '../../plan/calendar/next-allowed.ts'
import { searchDays } from '../../plan/calendar/time-window.ts'
import type { Gate, GateOf } from '../../plan/gate.ts'
import type { Now, Release } from '../release.ts'
import { wallWake } from '../time.ts'

export type CalendarGate = GateOf<'window' | 'freeze'>

export const isCalendarGate = (gate: Gate): gate is CalendarGate => gate.kind === 'window' || gate.kind === 'freeze'

/** Wall time from now on at which the gate is next open; null beyond what is searched. */
export const nextOpen = (gate: CalendarGate, { wallMs }: Now): number | null =>
  gate.kind === 'window' ? nextAllowed(gate.windows, [], wallMs) : nextAllowed([], gate.freezes, wallMs)

export const isOpenNow = (gate: CalendarGate, now: Now): boolean => nextOpen(gate, now) === now.wallMs

/** Release times at which the gate wants to be looked at again; none while it is open, for its closing moves nothing. */
export function calendarWakes(release: Release, gate: CalendarGate, now: Now): number[] {
  const openMs = nextOpen(gate, now)
  return openMs === now.wallMs ? [] : [wallWake(release, openMs ?? now.wallMs + searchDays * dayMs, now)]
}
