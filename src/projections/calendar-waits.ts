/** Waits for the wall clock: windows, freezes and the schedules of phases. Each says when it ends by itself. */
import { formatWall } from '../core/plan/calendar/format-calendar.ts'
import { searchDays } from '../core/plan/calendar/time-window.ts'
import { formatDuration } from '../core/plan/duration.ts'
import { formatCount } from '../core/plan/format-value.ts'
import type { Phase } from '../core/plan/plan.ts'
import { type CalendarGate, nextOpen } from '../core/release/gates/calendar.ts'
import type { Now, Release } from '../core/release/release.ts'
import { type StartCondition, unmetConditions } from '../core/release/start-conditions.ts'
import type { WaitView } from '../server/contract.ts'

export function calendarWait(
  release: Release,
  gate: CalendarGate,
  { sinceMs, otherwise }: { sinceMs: number; otherwise: string },
  now: Now,
): WaitView {
  return {
    what:
      gate.kind === 'window'
        ? `the window "${gate.text}": ${opensText(gate, now)}`
        : `the end of the freeze "${gate.text}": ${opensText(gate, now)}`,
    sinceMs,
    who: release.plan.asks,
    command: `tidegate skip ${gate.id} --release ${release.releaseId} --as PERSON --reason WHY`,
    otherwise: `${otherwise}; it opens by itself`,
  }
}

/** `opens Mon 2026-12-07 09:00 Europe/Berlin, in 2 d 3 h` */
export function opensText(gate: CalendarGate, now: Now): string {
  const openMs = nextOpen(gate, now)
  if (openMs === null) return `does not open within ${searchDays} days`
  const zone = gate.kind === 'window' ? gate.windows[0]?.zone : gate.freezes[0]?.zone
  return `opens ${formatWall(openMs, zone ?? 'UTC')}, in ${formatDuration(openMs - now.wallMs)}`
}

/** `"Canary" starts at 2 d of plan time, in 8.2 s at speed 8,640×` */
export function scheduleText(release: Release, phase: Phase, now: Now): string {
  const [first, ...others] = unmetConditions(release, phase, now)
  if (!first) return `"${phase.name}" starts when its turn comes`
  const texts = [first, ...others].map((condition) => conditionText(release, condition, now))
  const words = phase.schedule ? ` ("${phase.schedule.text}")` : ''
  return `"${phase.name}" starts ${texts.join(', and ')}${words}`
}

function conditionText(release: Release, condition: StartCondition, now: Now): string {
  if (condition.kind === 'phase') {
    const anchor = release.plan.phases.find(({ id }) => id === condition.phaseId)?.name ?? condition.phaseId
    const event = `"${anchor}" ${condition.edge === 'start' ? 'has begun' : 'is completed'}`
    if (condition.offsetMs === 0) return `when ${event}`
    return `${formatDuration(Math.abs(condition.offsetMs))} ${condition.offsetMs > 0 ? 'after' : 'before'} ${event}`
  }
  if (condition.kind === 'wall') {
    return `on ${formatWall(condition.atMs, condition.zone)}, in ${formatDuration(condition.atMs - now.wallMs)}`
  }
  const planMs = condition.atMs * release.speed
  const speed = release.speed === 1 ? '' : ` at speed ${formatCount(release.speed)}×`
  return `at ${formatDuration(planMs)} of plan time, in ${formatDuration(condition.atMs - now.elapsedMs)}${speed}`
}
