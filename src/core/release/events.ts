/** The events of a release: the only truth. Everything shown is a fold over these. */
import { z } from 'zod'
import { Plan } from '../plan/plan.ts'
import { TriggerAction } from '../plan/step.ts'
import { Effect, EffectOutcome } from './effect.ts'
import { CheckEvidence, MetricReading, Shares } from './evidence.ts'
import { Judgement, SplitFinding } from './judgement.ts'
import { DriverError } from './outcome.ts'

/** Who did it: a person of the operator's list, or the engine. `demo` people are labelled wherever they appear. */
export const Actor = z.strictObject({ id: z.string(), name: z.string(), demo: z.boolean() })
export type Actor = z.infer<typeof Actor>

/**
 * Why it was written: the input that the decision answers. `command`: a person's word, by its type; `effect`: a driver call that settled;
 * `look`: what was read of a service; `hook`: an outside system spoke; `clock`: time went by.
 */
export const Cause = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('command'), command: z.string() }),
  z.strictObject({ kind: z.literal('effect'), effectId: z.string() }),
  z.strictObject({ kind: z.literal('look'), service: z.string() }),
  z.strictObject({ kind: z.literal('hook'), hook: z.string() }),
  z.strictObject({ kind: z.literal('clock') }),
])
export type Cause = z.infer<typeof Cause>

export const engine: Actor = { id: 'tidegate', name: 'Tidegate', demo: false }

/**
 * Which part of the plan an effect serves. `part` tells the calls of one step apart; `run` counts the runs of a gate's check, `episode` the
 * times that a trigger acted.
 */
export const Purpose = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('step'), phaseId: z.string(), stepId: z.string(), part: z.string().optional() }),
  z.strictObject({ kind: z.literal('stage'), service: z.string(), stageId: z.string() }),
  z.strictObject({ kind: z.literal('gate'), phaseId: z.string(), gateId: z.string(), run: z.int().min(1) }),
  z.strictObject({ kind: z.literal('trigger'), triggerId: z.string(), episode: z.int().min(1) }),
  z.strictObject({ kind: z.literal('rollback'), service: z.string(), part: z.enum(['capacity', 'restore', 'shares']) }),
  z.strictObject({ kind: z.literal('rollbackStep'), stepId: z.string() }),
  z.strictObject({ kind: z.literal('notice'), about: z.string() }),
])
export type Purpose = z.infer<typeof Purpose>

/** Why users go back: a measured trigger, a person's word, what could not be done, a missed deadline, or another release. */
export const RollbackCause = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('trigger'), service: z.string(), triggerId: z.string(), judgement: Judgement }),
  z.strictObject({ kind: z.literal('abort'), reason: z.string() }),
  z.strictObject({ kind: z.literal('failure'), what: z.string(), error: z.string() }),
  z.strictObject({ kind: z.literal('deadline'), gateId: z.string(), what: z.string() }),
  z.strictObject({ kind: z.literal('superseded'), by: z.string(), reason: z.string() }),
])
export type RollbackCause = z.infer<typeof RollbackCause>

const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.strictObject({ type: z.literal(type), ...shape })

export const ReleaseEvent = z.discriminatedUnion('type', [
  /**
   * `speed` divides plan time (bakes, waits, schedules); 1 outside demos. `document` is the text that the plan was read from: it is shown
   * with its release, and decides nothing. Releases of older versions of Tidegate have none.
   */
  event('ReleaseStarted', {
    releaseId: z.string(),
    projectId: z.string(),
    plan: Plan,
    document: z.string().optional(),
    digest: z.string(),
    speed: z.number().positive(),
    startedBy: z.string(),
    acknowledged: z.array(z.string()),
  }),
  event('PhaseStarted', { phaseId: z.string() }),
  event('StepStarted', { phaseId: z.string(), stepId: z.string() }),
  event('StepCompleted', { phaseId: z.string(), stepId: z.string() }),
  event('StepSkipped', { phaseId: z.string(), stepId: z.string(), reason: z.string() }),
  /** What failed is tried again, from its first call on. `about` is what was held. */
  event('RetryOrdered', { about: z.string() }),
  event('PhaseCompleted', { phaseId: z.string() }),
  /** The release waits for this gate from here on: its deadline counts. */
  event('GateReached', { phaseId: z.string(), gateId: z.string() }),
  event('GateReminded', { gateId: z.string() }),
  event('GateDeadlineMissed', { gateId: z.string() }),
  /** Somebody lets the release go on without this gate. */
  event('GateBypassed', { gateId: z.string(), reason: z.string() }),
  event('GateReassigned', { gateId: z.string(), role: z.string(), reason: z.string() }),
  /** An outside system spoke, signed. */
  event('WebhookReceived', { gateId: z.string(), evidence: CheckEvidence }),
  /** Bound to the release by its stream, and to the plan by `digest`. */
  event('SignOffGiven', {
    gateId: z.string(),
    role: z.string(),
    digest: z.string(),
    comment: z.string().optional(),
  }),
  event('SignOffRefused', {
    gateId: z.string(),
    role: z.string(),
    digest: z.string(),
    comment: z.string().optional(),
  }),
  event('EffectRequested', { effectId: z.string(), effect: Effect, purpose: Purpose, attempt: z.int().min(1) }),
  event('EffectSettled', { effectId: z.string(), outcome: EffectOutcome }),
  /** The share was read back as asked; from here on the stage is judged. */
  event('StageEntered', { service: z.string(), stageId: z.string(), shares: Shares }),
  /**
   * One look: what each metric saw since the last look (`null`: no data, with the reason in `missing`), what the service itself
   * received, the shares read back, and the verdicts over the stage so far. `creditMs` is the bake time this look earned. `split`: that the
   * requests are not split as asked for was found at this look.
   */
  event('StageObserved', {
    service: z.string(),
    stageId: z.string(),
    readings: z.record(z.string(), MetricReading.nullable()),
    missing: z.record(z.string(), DriverError),
    arrivals: MetricReading.nullable(),
    shares: Shares.nullable(),
    creditMs: z.number().nonnegative(),
    criteria: z.array(Judgement),
    triggers: z.array(Judgement),
    split: SplitFinding.optional(),
  }),
  /** `promoted`: a person let it pass before its bake was over. */
  event('StagePassed', {
    service: z.string(),
    stageId: z.string(),
    criteria: z.array(Judgement),
    promoted: z.string().optional(),
  }),
  /** A person decided what the numbers did not: this stage may pass undecided, once. */
  event('VerdictOverridden', { service: z.string(), stageId: z.string(), reason: z.string() }),
  /** A trigger whose action is not to go back. */
  event('TriggerActed', {
    service: z.string(),
    triggerId: z.string(),
    action: TriggerAction,
    episode: z.int().min(1),
    judgement: Judgement,
  }),
  event('TriggerCleared', { service: z.string(), triggerId: z.string() }),
  event('ReleaseHeld', { about: z.string(), reason: z.string(), ask: z.string() }),
  event('HoldCleared', { about: z.string(), reason: z.string() }),
  event('ReleasePaused', { reason: z.string() }),
  event('ReleaseResumed', {}),
  /**
   * The clock of the rollback starts here. `firstBreachMs` is release time at which the first breaching look began. `services` go back in
   * this order; `phases` stop, and everything does where `isWhole`.
   */
  event('TriggerFired', {
    cause: RollbackCause,
    firstBreachMs: z.number().nullable(),
    services: z.array(z.string()),
    phases: z.array(z.string()),
    isWhole: z.boolean(),
  }),
  /** What the service received since share 0 was read back; `quiet` when nothing reached the candidate any more. */
  event('RollbackObserved', { service: z.string(), quiet: z.boolean(), arrivals: MetricReading.nullable() }),
  event('RollbackOverdue', { deadlineMs: z.number() }),
  event('RollbackStepFailed', { stepId: z.string(), error: z.string() }),
  /** A part of the train is back; what does not depend on it goes on. */
  event('RollbackEnded', { readBackMs: z.number(), quietMs: z.number().nullable() }),
  event('ReleaseRolledBack', { readBackMs: z.number(), quietMs: z.number().nullable() }),
  event('ReleaseDegraded', { reason: z.string() }),
  event('ReleaseSuperseded', { by: z.string() }),
  event('ReleaseSucceeded', {}),
])
export type ReleaseEvent = z.infer<typeof ReleaseEvent>
export type EventOf<T extends ReleaseEvent['type']> = Extract<ReleaseEvent, { type: T }>

/** A moment of the machine's monotonic clock, in milliseconds; moments compare only within one boot. */
export const MonotonicMoment = z.strictObject({ bootId: z.string(), monotonicMs: z.number().nonnegative() })
export type MonotonicMoment = z.infer<typeof MonotonicMoment>

/**
 * A stored event. `version` counts from 1 in its stream, `position` only grows over the whole store, `elapsedMs` is monotonic time
 * since the release started, `at` the wall clock, `clock` what
 * release time goes on from after a restart. Logs of older versions of Tidegate name no `cause`, and no `schema`, which is the version of the
 * event as it was stored. `hash` is SHA-256 over the previous hash and this event; where it was `liftedFrom` an older version, over what was
 * stored.
 */
export const EventEnvelope = z.strictObject({
  stream: z.string(),
  version: z.int().min(1),
  position: z.int().min(1),
  at: z.iso.datetime(),
  elapsedMs: z.number().nonnegative(),
  clock: MonotonicMoment,
  actor: Actor,
  cause: Cause.optional(),
  schema: z.int().min(1).optional(),
  liftedFrom: z.int().min(1).optional(),
  event: ReleaseEvent,
  previousHash: z.string(),
  hash: z.string(),
})
export type EventEnvelope = z.infer<typeof EventEnvelope>
