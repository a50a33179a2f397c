/** The invariants of the design, asked at every event of a simulated release and at its end. What they say is worked out anew from events and plan. */
import type { ReleaseEvent } from '../../core/release/events.ts'
import type { Recorded } from '../../core/release/fold.ts'
import type { Release } from '../../core/release/release.ts'
import { effectInvariants } from './invariants/effects.ts'
import { exposureInvariants } from './invariants/exposure.ts'
import { finalInvariants } from './invariants/final.ts'
import { gateInvariants } from './invariants/gates.ts'
import type { Invariant, Moment } from './invariants/invariant.ts'
import { peopleInvariants } from './invariants/people.ts'
import { recordInvariants } from './invariants/record.ts'
import { rollbackInvariants } from './invariants/rollback.ts'

/** What is really so in the simulated world, beside what the engine believes. */
export type Truth = Moment['truth']

/** `atMs` is release time, `version` that of the event at which it showed. */
export interface Violation {
  invariant: string
  message: string
  atMs: number
  version: number
}

export const invariants: readonly Invariant[] = [
  ...recordInvariants,
  ...effectInvariants,
  ...exposureInvariants,
  ...gateInvariants,
  ...rollbackInvariants,
  ...peopleInvariants,
]

const everywhere = invariants.filter(({ at }) => at === 'every')
const byType = new Map<ReleaseEvent['type'], Invariant[]>()
for (const invariant of invariants) {
  if (invariant.at === 'every') continue
  for (const type of invariant.at) byType.set(type, [...(byType.get(type) ?? everywhere), invariant])
}

/** What is wrong at an event, given the state that it found and left. `before` is null at the first event. */
export function spotViolations(before: Release | null, recorded: Recorded, after: Release, truth: Truth): Violation[] {
  const { event, elapsedMs } = recorded
  const found = (invariant: string, message: string): Violation => ({
    invariant,
    message,
    atMs: elapsedMs,
    version: after.version,
  })
  if (before === null) {
    const isStart = event.type === 'ReleaseStarted' && after.version === 1
    return isStart ? [] : [found('2 a release begins with its start', `it begins with ${event.type}`)]
  }
  const violations: Violation[] = []
  const moment = { before, recorded, after, truth }
  for (const { name, broken } of byType.get(event.type) ?? everywhere) {
    const message = broken(event, moment)
    if (message !== null) violations.push(found(name, message))
  }
  return violations
}

/** What is wrong with a run as a whole, once nothing follows any more. */
export function spotFinalViolations(release: Release, log: readonly Recorded[], truth: Truth): Violation[] {
  return finalInvariants.flatMap(({ name, broken }) => {
    const message = broken(release, log, truth)
    return message === null ? [] : [{ invariant: name, message, atMs: release.elapsedMs, version: release.version }]
  })
}
