/** Moments, windows and freezes as people read them. */
import type { Freeze } from './freeze.ts'
import { dayMs, toLocal } from './local-time.ts'
import { type TimeWindow, type Weekday, weekdayOf, weekdays } from './time-window.ts'
import type { TimeZone } from './time-zone.ts'

/** `Mon 2026-12-07 09:00 Europe/Berlin` */
export function formatWall(wallMs: number, zone: TimeZone): string {
  const localMs = toLocal(zone, wallMs)
  const [date = '', time = ''] = new Date(localMs).toISOString().split('T')
  return `${capital(weekdayOf(Math.floor(localMs / dayMs)))} ${date} ${time.slice(0, 5)} ${zone}`
}

/** `Mon–Thu 09:00–16:00 Europe/Berlin` */
export const formatWindow = ({ days, from, to, zone }: TimeWindow): string =>
  `${formatDays(days)} ${from}–${to} ${zone}`

/** `code freeze: 2026-12-20 to 2027-01-05 Europe/Berlin` */
export const formatFreeze = ({ from, to, zone, reason }: Freeze): string => `${reason}: ${from} to ${to} ${zone}`

/** Days that follow each other as one run, in the order of the week. */
function formatDays(days: readonly Weekday[]): string {
  const runs: Weekday[][] = []
  for (const [index, day] of weekdays.entries()) {
    if (!days.includes(day)) continue
    const last = runs.at(-1)
    const yesterday = weekdays[index - 1]
    if (last && last.at(-1) === yesterday) last.push(day)
    else runs.push([day])
  }
  return runs
    .map((run) => [run[0], ...(run.length > 1 ? [run.at(-1)] : [])].map((day) => capital(day ?? '')).join('–'))
    .join(', ')
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
