/** The events that a person wants to read about, each in one sentence. */
import type { Effect } from '../core/release/effect.ts'
import { effectById, formatSetting, formatShares } from '../core/release/effects.ts'
import type { EventEnvelope, ReleaseEvent, RollbackCause } from '../core/release/events.ts'
import type { Cohorts } from '../core/release/evidence.ts'
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
      return `${by} signed "${gateText(release, event.gateId)}" for ${event.role}${quoted(event.comment)}`
    case 'SignOffRefused':
      return `${by} refused "${gateText(release, event.gateId)}" for ${event.role}${quoted(event.comment)}`
    case 'EffectSettled':
      return describeSettled(release, event)
    case 'StepSkipped':
      return `${by} skipped step "${stepText(release, event)}": ${event.reason}`
    case 'RetryOrdered':
      return `${by} ordered another try of ${event.about}`
    case 'GateReminded':
    case 'GateDeadlineMissed':
    case 'GateBypassed':
    case 'GateReassigned':
    case 'WebhookReceived':
      return describeGate(event, gateText(release, event.gateId), by)
    case 'VerdictOverridden':
      return `${by} overrode the verdict on ${stageOf(release, event.stageId).name}: ${event.reason}`
    case 'TriggerActed':
      return `trigger acted (${event.action.kind}): ${event.judgement.explanation}`
    case 'TriggerCleared':
      return `trigger ${event.triggerId} is clear again`
    case 'RollbackStepFailed':
      return `a step of the rollback could not be done: ${event.error}`
    case 'RollbackEnded':
      return 'the part that went back is back; the rest goes on'
    case 'ReleaseSuperseded':
      return `superseded by release ${event.by}`
    case 'StageEntered':
      return `${stageOf(release, event.stageId).name}: entered, shares read back as ${formatShares(event.shares)}`
    case 'StagePassed':
      return event.promoted === undefined
        ? `${stageOf(release, event.stageId).name}: every criterion holds`
        : `${by} promoted ${stageOf(release, event.stageId).name}: ${event.promoted}`
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
    case 'GateReached':
    case 'EffectRequested':
    case 'StageObserved':
    case 'RollbackObserved':
      return null
  }
}

type GateEvent = Extract<
  ReleaseEvent,
  { type: 'GateReminded' | 'GateDeadlineMissed' | 'GateBypassed' | 'GateReassigned' | 'WebhookReceived' }
>

function describeGate(event: GateEvent, text: string, by: string): string {
  switch (event.type) {
    case 'GateReminded':
      return `a reminder of "${text}" went out`
    case 'GateDeadlineMissed':
      return `"${text}" missed its deadline`
    case 'GateBypassed':
      return `${by} passed over "${text}": ${event.reason}`
    case 'GateReassigned':
      return `${by} gave "${text}" to ${event.role}: ${event.reason}`
    case 'WebhookReceived':
      return `a webhook spoke for "${text}": ${event.evidence.verdict}, ${event.evidence.summary}`
  }
}

/** Why traffic went back; `by` is who said so. */
export function causeText(cause: RollbackCause, by: string): string {
  if (cause.kind === 'abort') return `${by} aborted: ${cause.reason}`
  if (cause.kind === 'failure') return `${cause.what} failed: ${cause.error}`
  if (cause.kind === 'deadline') return `"${cause.what}" missed its deadline`
  if (cause.kind === 'superseded') return `release ${cause.by} takes its place: ${cause.reason}`
  return `trigger fired: ${cause.judgement.explanation}`
}

const formatCohorts = (cohorts: Cohorts = {}): string =>
  Object.entries(cohorts)
    .map(([name, version]) => `, all of ${name} to ${version}`)
    .join('')

/** `set shares at proxy to v1 90 %, v2 10 %, all of internal to v2` */
export function describeEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'deploy':
      return `deploy ${effect.version} at ${effect.target}`
    case 'setShares':
      return `set shares at ${effect.target} to ${formatShares(effect.shares)}${formatCohorts(effect.cohorts)}`
    case 'runCheck':
      return `check ${effect.check}`
    case 'rehearse':
      return 'rehearse the plan'
    case 'runCommand':
      return `command ${effect.command}`
    case 'setFlag':
      return `set ${effect.flag} at ${effect.backend} to ${formatSetting(effect.setting)}`
    case 'readVersions':
      return `read what runs at ${effect.target}`
    case 'notify':
      return `notice "${effect.message.subject}"`
  }
}

/** Only what failed, and the readback that ends the clock of a rollback; the rest shows by what followed from it. */
function describeSettled(
  release: Release,
  { effectId, outcome }: Extract<ReleaseEvent, { type: 'EffectSettled' }>,
): string | null {
  const state = effectById(release, effectId)
  if (!state) return null
  if (!outcome.ok) return `${describeEffect(state.effect)} failed (${outcome.error.code}): ${outcome.error.message}`
  if (state.purpose.kind !== 'rollback' || outcome.value.kind !== 'setShares') return null
  return `going back: shares read back as ${formatShares(outcome.value.shares)}`
}

const phaseName = ({ plan }: Release, phaseId: string): string =>
  plan.phases.find(({ id }) => id === phaseId)?.name ?? phaseId

const stepText = ({ plan }: Release, { phaseId, stepId }: { phaseId: string; stepId: string }): string =>
  plan.phases.find(({ id }) => id === phaseId)?.steps.find(({ id }) => id === stepId)?.text ?? stepId

function gateText({ plan }: Release, id: string): string {
  const statements = plan.phases.flatMap((phase) => [...phase.entry, ...phase.steps, ...phase.exit])
  return statements.find((statement) => statement.id === id)?.text ?? id
}

const quoted = (comment: string | undefined): string => (comment === undefined ? '' : `: “${comment}”`)
