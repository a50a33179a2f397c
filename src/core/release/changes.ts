/** What happened to a release that a decision may depend on, in a few words: for refusing a command that was decided on an older state. */
import type { ReleaseEvent } from './events.ts'
import type { Change, Release } from './release.ts'

const kept = 20

/** The changes with this event among them, if it is one. */
export function changesAfter(before: Release, event: ReleaseEvent, version: number): Change[] {
  const what = describeChange(event)
  return what === null ? before.changes : [...before.changes, { version, what, about: subjectOf(event) }].slice(-kept)
}

/** What changed since a version for a decision about `subject` (a gate, a step), or about the release as a whole; the newest last. */
export const changesSince = (release: Release, version: number, subject: string | null): string[] =>
  release.changes
    .filter((change) => change.version > version && (change.about === null || change.about === subject))
    .map(({ what }) => what)

/** One gate's sign-off does not outdate a decision on another one. */
function subjectOf(event: ReleaseEvent): string | null {
  if ('gateId' in event) return event.gateId
  return 'stepId' in event ? event.stepId : null
}

/** Looks, calls and notices change nothing that a person decides on. */
function describeChange(event: ReleaseEvent): string | null {
  switch (event.type) {
    case 'PhaseStarted':
      return `phase ${event.phaseId} began`
    case 'PhaseCompleted':
      return `phase ${event.phaseId} was completed`
    case 'StepCompleted':
      return `step ${event.stepId} was done`
    case 'StepSkipped':
      return `step ${event.stepId} was skipped`
    case 'RetryOrdered':
      return `${event.about} is tried again`
    case 'GateBypassed':
      return `gate ${event.gateId} was passed over`
    case 'GateReassigned':
      return `gate ${event.gateId} went to ${event.role}`
    case 'SignOffGiven':
      return `${event.gateId} was signed`
    case 'SignOffRefused':
      return `${event.gateId} was refused`
    case 'StageEntered':
      return `stage ${event.stageId} was entered`
    case 'StagePassed':
      return `stage ${event.stageId} passed`
    case 'VerdictOverridden':
      return `the verdict on ${event.stageId} was overridden`
    case 'TriggerActed':
      return `trigger ${event.triggerId} acted`
    case 'ReleaseHeld':
      return `held: ${event.reason}`
    case 'HoldCleared':
      return `a hold cleared: ${event.reason}`
    case 'ReleasePaused':
      return `paused: ${event.reason}`
    case 'ReleaseResumed':
      return 'resumed'
    case 'TriggerFired':
      return 'a rollback began'
    case 'RollbackEnded':
      return 'a rollback ended'
    case 'ReleaseRolledBack':
    case 'ReleaseDegraded':
    case 'ReleaseSuperseded':
    case 'ReleaseSucceeded':
      return 'the release ended'
    default:
      return null
  }
}
