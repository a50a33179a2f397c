/** When windows and freezes next let something begin. */
import { type Freeze, spanOf } from './freeze.ts'
import { dayMs } from './local-time.ts'
import { nextOpening, searchDays, type TimeWindow } from './time-window.ts'

/**
 * The first instant from `wallMs` on at which one of the windows is open and no freeze holds; null if there is none within `searchDays`.
 * Without windows every hour is open.
 */
export function nextAllowed(windows: readonly TimeWindow[], freezes: readonly Freeze[], wallMs: number): number | null {
  const spans = freezes.map(spanOf)
  let atMs = wallMs
  // Each round but the last leaves at least one freeze behind for good.
  for (let round = 0; round <= spans.length; round++) {
    const openMs = earliestOpening(windows, atMs)
    if (openMs === null || openMs > wallMs + searchDays * dayMs) return null
    const ends = spans.filter(({ startMs, endMs }) => startMs <= openMs && openMs < endMs).map(({ endMs }) => endMs)
    if (ends.length === 0) return openMs
    atMs = Math.max(...ends)
  }
  return null
}

function earliestOpening(windows: readonly TimeWindow[], atMs: number): number | null {
  if (windows.length === 0) return atMs
  const openings = windows.map((window) => nextOpening(window, atMs)).filter((openMs) => openMs !== null)
  return openings.length === 0 ? null : Math.min(...openings)
}
