/** Whether a gate holds, and what it asks for while it does not: the one place that the decider and every view ask. */
import type { Gate } from '../../plan/gate.ts'
import type { Phase } from '../../plan/plan.ts'
import type { ReleaseEvent } from '../events.ts'
import { gateAbout, isHeld } from '../holds.ts'
import type { Now, Release } from '../release.ts'
import { calendarWakes, isCalendarGate, isOpenNow } from './calendar.ts'
import { advanceCheck, evidenceWakes, hasEvidence, isChecked } from './checked.ts'
import { advanceDeadline, deadlineWakes } from './deadline.ts'
import { isSigned } from './signatures.ts'

/** Does this gate hold now? Asked again each time until the gate is used. */
export function gateHolds(release: Release, gate: Gate, now: Now): boolean {
  if (release.gates[gate.id]?.bypass) return true
  switch (gate.kind) {
    case 'signOff':
    case 'dependency':
    case 'goNoGo':
      return isSigned(release, gate)
    case 'check':
    case 'streak':
    case 'webhook':
    case 'rehearsal':
      return hasEvidence(release, gate, now)
    case 'window':
    case 'freeze':
      return isOpenNow(gate, now)
  }
}

/** What follows for the gates of a phase: `open` when all hold. */
export function advanceGates(
  release: Release,
  phase: Phase,
  gates: readonly Gate[],
  now: Now,
): 'open' | ReleaseEvent[] {
  const closed = gates.filter((gate) => !gateHolds(release, gate, now))
  const cleared = gates.find((gate) => !closed.includes(gate) && isHeld(release, gateAbout(gate.id)))
  if (cleared) return [{ type: 'HoldCleared', about: gateAbout(cleared.id), reason: `"${cleared.text}" holds` }]
  for (const gate of closed) {
    const events = advanceGate(release, phase, gate, now)
    if (events.length > 0) return events
  }
  return closed.length === 0 ? 'open' : []
}

function advanceGate(release: Release, phase: Phase, gate: Gate, now: Now): ReleaseEvent[] {
  if (!release.gates[gate.id]) return [{ type: 'GateReached', phaseId: phase.id, gateId: gate.id }]
  const late = advanceDeadline(release, gate, now)
  if (late.length > 0) return late
  return isChecked(gate) ? advanceCheck(release, phase, gate, now) : []
}

/** Release times at which a closed gate wants to be looked at again. */
export function gateWakes(release: Release, gate: Gate, now: Now): number[] {
  return [...ownWakes(release, gate, now), ...deadlineWakes(release, gate)]
}

function ownWakes(release: Release, gate: Gate, now: Now): number[] {
  if (isCalendarGate(gate)) return calendarWakes(release, gate, now)
  return 'role' in gate ? [] : evidenceWakes(release, gate)
}
