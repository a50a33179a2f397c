/** Steps of a phase, and the ladder of stages that a rollout climbs. */
import { z } from 'zod'
import { Condition } from './condition.ts'
import { SourceRange } from './diagnostic.ts'
import { Id, statement } from './statement.ts'

/** Passes a stage: a condition over everything seen since the stage began. */
export const Criterion = z.strictObject({ ...statement, metricId: Id, condition: Condition })
export type Criterion = z.infer<typeof Criterion>

const Parameters = z.record(z.string(), z.string())

/**
 * What a trigger does when it fires. `halt` stops the ladder where it is and asks a person; `pause` pauses the release; `command` runs an
 * entry of the catalogue (scale, throttle); `notify` pages and goes on. All but `rollback` may act again once the breach was over.
 */
export const TriggerAction = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('rollback') }),
  z.strictObject({ kind: z.literal('halt') }),
  z.strictObject({ kind: z.literal('pause') }),
  z.strictObject({ kind: z.literal('notify') }),
  z.strictObject({ kind: z.literal('command'), command: Id, parameters: Parameters }),
])
export type TriggerAction = z.infer<typeof TriggerAction>

/** A condition over a sliding window; stays armed until the release ends. `windowMs` is real time, never scaled. */
export const Trigger = z.strictObject({
  ...statement,
  metricId: Id,
  condition: Condition,
  windowMs: z.number().positive(),
  action: TriggerAction.default({ kind: 'rollback' }),
})
export type Trigger = z.infer<typeof Trigger>

/** `percent` of users for the candidate. `bakeMs` is plan time. */
export const Stage = z.strictObject({
  id: Id,
  name: z.string(),
  source: SourceRange,
  percent: z.number().min(0).max(100),
  /** People who see the candidate before shares do, by the cohort's name at the router: "internal". */
  cohort: z.string().optional(),
  /** Stages of other services that must have passed before this one is entered. */
  after: z.array(Id).default([]),
  bakeMs: z.number().nonnegative(),
  criteria: z.array(Criterion),
  triggers: z.array(Trigger),
  /**
   * By the id of a statement that compares the arms' rates: the odds that decide within so many events of both arms, which let as many false
   * alarms pass as those that any stage needs (calibrate-bar.ts). Beyond them, nothing is gained and the usual odds decide.
   */
  bars: z.record(Id, z.strictObject({ odds: z.number().gt(1), events: z.int().positive() })).optional(),
})
export type Stage = z.infer<typeof Stage>

/** One call of a migration: an entry of the catalogue. */
const CatalogueCall = z.strictObject({ command: Id, parameters: Parameters.default({}) })
export type CatalogueCall = z.infer<typeof CatalogueCall>

const step = {
  ...statement,
  /** Ids of steps of the same phase that must be done first; without it, the step before. */
  after: z.array(Id).optional(),
}

/** Work of people outside Tidegate, done when someone in `role` says so. */
const ConfirmStep = z.strictObject({ ...step, kind: z.literal('confirm'), role: z.string() })

const DeployStep = z.strictObject({ ...step, kind: z.literal('deploy'), target: Id, version: z.string() })

const CheckStep = z.strictObject({ ...step, kind: z.literal('check'), check: Id })

const CommandStep = z.strictObject({ ...step, kind: z.literal('command'), command: Id, parameters: Parameters })

/**
 * A change of a database: a backup is taken and verified, the change is tried dry, applied and verified, in this order; what a migration does
 * not have is left out. One that cannot be reverted says in `irreversible` who accepted that and why.
 */
const MigrateStep = z
  .strictObject({
    ...step,
    kind: z.literal('migrate'),
    backup: CatalogueCall.optional(),
    verifyBackup: CatalogueCall.optional(),
    dryRun: CatalogueCall.optional(),
    apply: CatalogueCall,
    verify: CatalogueCall.optional(),
    revert: CatalogueCall.optional(),
    irreversible: z.strictObject({ acceptedBy: z.string(), reason: z.string() }).optional(),
  })
  .refine(({ revert, irreversible }) => (revert === undefined) !== (irreversible === undefined), {
    path: ['revert'],
    message: 'a migration has a way back, or somebody who accepted that it has none, and not both',
  })

/** Sets a flag for a share of users, and reads it back. */
const SetFlagStep = z.strictObject({
  ...step,
  kind: z.literal('setFlag'),
  backend: Id,
  flag: Id,
  percent: z.number().min(0).max(100),
})

/** A rollback toggle is tried for real, on and off again, before anybody depends on it; the time it took is kept. */
const DrillStep = z.strictObject({ ...step, kind: z.literal('drill'), backend: Id, flag: Id })

/** Tells people; `audience` are roles. */
const NotifyStep = z.strictObject({ ...step, kind: z.literal('notify'), audience: z.array(z.string()).min(1) })

/** Lets plan time pass. */
const WaitStep = z.strictObject({ ...step, kind: z.literal('wait'), waitMs: z.number().nonnegative() })

const RolloutStep = z.strictObject({
  ...step,
  kind: z.literal('rollout'),
  service: Id,
  stages: z.array(Stage).min(1),
})
export type RolloutStep = z.infer<typeof RolloutStep>

export const Step = z.discriminatedUnion('kind', [
  DeployStep,
  CheckStep,
  CommandStep,
  ConfirmStep,
  MigrateStep,
  SetFlagStep,
  DrillStep,
  NotifyStep,
  WaitStep,
  RolloutStep,
])
export type Step = z.infer<typeof Step>
export type StepOf<K extends Step['kind']> = Extract<Step, { kind: K }>

/** What is done after the users are back, in order; when one fails the next is tried all the same. */
export const RollbackStep = z.discriminatedUnion('kind', [DeployStep, CheckStep, CommandStep, SetFlagStep])
export type RollbackStep = z.infer<typeof RollbackStep>
