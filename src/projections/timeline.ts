/** The events that a person wants to read about, each in one sentence. */
import type { Effect } from '../core/release/effect.ts'
import { formatShares } from '../core/release/effects.ts'
import type { EventEnvelope, ReleaseEvent, RollbackCause } from '../core/release/events.ts'
import { stageOf } from '../core/release/look.ts'
import type { Release } from '../core/release/release.ts'
import { formatActor } from './format-values.ts'

export interface TimelineEntry {
  envelope: EventEnvelope
  text: string
}

/** `release` is the fold of these events: it knows the names that events refer to by id. */
export function timelineOf(release: Release, events: readonly EventEnvelope[]): TimelineEntry[] {
  return events.flatMap((envelope) => {
    const text = describe(release, envelope)
    return text === null ? [] : [{ envelope, text }]
  })
}

function describe(release: Release, { event, actor }: EventEnvelope): string | null {
  const by = formatActor(actor)
  switch (event.type) {
    case 'ReleaseStarted':
      return `${by} started the release`
    case 'PhaseStarted':
      return `phase "${phaseName(release, event.phaseId)}" began`
    case 'PhaseCompleted':
      return `phase "${phaseName(release, event.phaseId)}" was completed`
    case 'StepCompleted':
      return `step "${stepText(release, event)}" was done`
    case 'SignOffGiven':
      return `${by} signed "${requirementText(release, event.requirementId)}" for ${event.role}${quoted(event.comment)}`
    case 'SignOffRefused':
      return `${by} refused "${requirementText(release, event.requirementId)}" for ${event.role}${quoted(event.comment)}`
    case 'EffectSettled':
      return describeSettled(release, event)
    case 'StageEntered':
      return `${stageOf(release, event.stageId).name}: entered, shares read back as ${formatShares(event.shares)}`
    case 'StagePassed':
      return `${stageOf(release, event.stageId).name}: every criterion holds`
    case 'ReleaseHeld':
      return `held: ${event.reason}; ${event.ask} was asked`
    case 'HoldCleared':
      return `the hold cleared: ${event.reason}`
    case 'ReleasePaused':
      return `${by} paused the release: ${event.reason}`
    case 'ReleaseResumed':
      return `${by} resumed the release`
    case 'TriggerFired':
      return `rollback began: ${causeText(event.cause, by)}`
    case 'RollbackOverdue':
      return 'the rollback passed its deadline without share 0 % read back'
    case 'ReleaseRolledBack':
      return 'rolled back'
    case 'ReleaseDegraded':
      return `degraded: ${event.reason}`
    case 'ReleaseSucceeded':
      return 'succeeded'
    case 'StepStarted':
    case 'EffectRequested':
    case 'StageObserved':
    case 'RollbackObserved':
      return null
  }
}

/** Why traffic went back; `by` is who said so. */
export function causeText(cause: RollbackCause, by: string): string {
  if (cause.kind === 'abort') return `${by} aborted: ${cause.reason}`
  if (cause.kind === 'failure') return `${cause.what} failed: ${cause.error}`
  return `trigger fired: ${cause.judgement.explanation}`
}

/** `setShares at proxy: v1 90 %, v2 10 %` */
export function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'deploy':
      return `deploy ${effect.version} at ${effect.target}`
    case 'setShares':
      return `set shares at ${effect.target} to ${formatShares(effect.shares)}`
    case 'runCheck':
      return `check ${effect.check}`
    case 'runCommand':
      return `command ${effect.command}`
    case 'notify':
      return `notice "${effect.message.subject}"`
  }
}

/** Only what failed, and the readback that ends the clock of a rollback; the rest shows by what followed from it. */
function describeSettled(
  release: Release,
  { effectId, outcome }: Extract<ReleaseEvent, { type: 'EffectSettled' }>,
): string | null {
  const state = release.effects[effectId]
  if (!state) return null
  if (!outcome.ok) return `${describeEffect(state.effect)} failed (${outcome.error.code}): ${outcome.error.message}`
  if (state.purpose.kind !== 'rollback' || outcome.value.kind !== 'setShares') return null
  return `going back: shares read back as ${formatShares(outcome.value.shares)}`
}

const phaseName = ({ plan }: Release, phaseId: string): string =>
  plan.phases.find(({ id }) => id === phaseId)?.name ?? phaseId

const stepText = ({ plan }: Release, { phaseId, stepId }: { phaseId: string; stepId: string }): string =>
  plan.phases.find(({ id }) => id === phaseId)?.steps.find(({ id }) => id === stepId)?.text ?? stepId

function requirementText({ plan }: Release, id: string): string {
  const statements = plan.phases.flatMap((phase) => [...phase.entry, ...phase.steps, ...phase.exit])
  return statements.find((statement) => statement.id === id)?.text ?? id
}

const quoted = (comment: string | undefined): string => (comment === undefined ? '' : `: “${comment}”`)
