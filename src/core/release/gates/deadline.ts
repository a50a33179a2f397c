/** The deadline of a gate: reminders until it is missed, then the escalation and what the plan says. */
import type { Gate } from '../../plan/gate.ts'

import type { ReleaseEvent } from '../events.ts'
import { gateAbout, isHeld } from '../holds.ts'
import type { Now, Release } from '../release.ts'
import { wholeRollback } from '../scope.ts'
import { inReleaseTime } from '../time.ts'

export function advanceDeadline(release: Release, gate: Gate, { elapsedMs }: Now): ReleaseEvent[] {
  const times = timesOf(release, gate)
  if (!times || !gate.deadline) return []
  if (times.missMs !== null && elapsedMs >= times.missMs) return missed(release, gate, gate.deadline.onMissed)
  if (times.remindMs !== null && elapsedMs >= times.remindMs) return [{ type: 'GateReminded', gateId: gate.id }]
  return []
}

export function deadlineWakes(release: Release, gate: Gate): number[] {
  const times = timesOf(release, gate)
  return [times?.missMs, times?.remindMs].filter((time) => typeof time === 'number')
}

/** When the deadline is missed and when the next reminder is due, in release time; null for what is over. */
function timesOf(release: Release, gate: Gate): { missMs: number | null; remindMs: number | null } | undefined {
  const state = release.gates[gate.id]
  if (!gate.deadline || !state) return undefined
  if (state.missedMs !== null) return { missMs: null, remindMs: null }
  const { afterMs, remindEveryMs } = gate.deadline
  const remindMs =
    remindEveryMs === undefined ? null : (state.remindedMs ?? state.openedMs) + inReleaseTime(release, remindEveryMs)
  return { missMs: state.openedMs + inReleaseTime(release, afterMs), remindMs }
}

function missed(release: Release, gate: Gate, onMissed: 'hold' | 'abort'): ReleaseEvent[] {
  const event: ReleaseEvent = { type: 'GateDeadlineMissed', gateId: gate.id }
  if (onMissed === 'abort')
    return [event, wholeRollback(release, { kind: 'deadline', gateId: gate.id, what: gate.text })]
  if (isHeld(release, gateAbout(gate.id))) return [event]
  const reason = `"${gate.text}" missed its deadline`
  return [event, { type: 'ReleaseHeld', about: gateAbout(gate.id), reason, ask: release.plan.asks }]
}
