/** The plan that runs: every name resolved, every duration in milliseconds, every statement tied to the lines that made it. */
import { z } from 'zod'
import { Condition } from './condition.ts'
import { SourceRange } from './diagnostic.ts'
import { ArmSelector, MetricQuery } from './metric.ts'

/** Counts up when a stored plan would no longer mean the same. */
export const planSchemaVersion = 1

const Id = z.string().min(1)
const statement = { id: Id, text: z.string(), source: SourceRange }

/** A metric of the plan. Samples are what a verdict on a criterion or a trigger needs from the candidate; they never scale with speed. */
export const PlanMetric = z.strictObject({
  id: Id,
  name: z.string(),
  metricSource: Id,
  query: MetricQuery,
  minimumSamples: z.int().positive(),
  triggerSamples: z.int().positive(),
})
export type PlanMetric = z.infer<typeof PlanMetric>

/** Passes a stage: a condition over everything seen since the stage began. */
export const Criterion = z.strictObject({ ...statement, metricId: Id, condition: Condition })
export type Criterion = z.infer<typeof Criterion>

/** Fires a rollback: a condition over a sliding window; stays armed until the rollout ends. `windowMs` is real time, never scaled. */
export const Trigger = z.strictObject({
  ...statement,
  metricId: Id,
  condition: Condition,
  windowMs: z.number().positive(),
})
export type Trigger = z.infer<typeof Trigger>

/** An event that nothing measures: anyone in `role` reports it, by an abort. */
export const ReportedTrigger = z.strictObject({ ...statement, role: z.string() })
export type ReportedTrigger = z.infer<typeof ReportedTrigger>

/** One thing that must hold to go on: a check that runs, or the word of a person in `role`. */
export const Requirement = z.discriminatedUnion('kind', [
  z.strictObject({ ...statement, kind: z.literal('signOff'), role: z.string() }),
  z.strictObject({ ...statement, kind: z.literal('check'), check: Id }),
])
export type Requirement = z.infer<typeof Requirement>

/** `percent` of traffic for the candidate. `bakeMs` is plan time. */
export const Stage = z.strictObject({
  id: Id,
  name: z.string(),
  source: SourceRange,
  percent: z.number().min(0).max(100),
  bakeMs: z.number().nonnegative(),
  criteria: z.array(Criterion),
  triggers: z.array(Trigger),
})
export type Stage = z.infer<typeof Stage>

export const Step = z.discriminatedUnion('kind', [
  z.strictObject({ ...statement, kind: z.literal('deploy'), target: Id, version: z.string() }),
  z.strictObject({ ...statement, kind: z.literal('check'), check: Id }),
  z.strictObject({
    ...statement,
    kind: z.literal('command'),
    command: Id,
    parameters: z.record(z.string(), z.string()),
  }),
  /** Work of people outside Tidegate: done when someone in `role` says so. */
  z.strictObject({ ...statement, kind: z.literal('confirm'), role: z.string() }),
  z.strictObject({ ...statement, kind: z.literal('rollout'), stages: z.array(Stage).min(1) }),
])
export type Step = z.infer<typeof Step>
export type RolloutStep = Extract<Step, { kind: 'rollout' }>

/** `startOffsetMs` is plan time after the start of the release; the phase never starts earlier. */
export const Phase = z.strictObject({
  id: Id,
  name: z.string(),
  source: SourceRange,
  objective: z.string().optional(),
  startOffsetMs: z.number().nonnegative(),
  dependsOn: z.array(Id),
  entry: z.array(Requirement),
  steps: z.array(Step),
  exit: z.array(Requirement),
})
export type Phase = z.infer<typeof Phase>

/** What is moved: one service, its router, its two versions, and how measurements tell them apart. */
export const Rollout = z.strictObject({
  service: z.string(),
  router: Id,
  deployer: Id,
  candidate: z.string(),
  baseline: z.string(),
  arms: ArmSelector,
  /** Requests counted at the service itself, to see what share really arrives. */
  arrivals: z.strictObject({ metricSource: Id, query: MetricQuery }),
})
export type Rollout = z.infer<typeof Rollout>

/** Real time throughout: none of these scale with speed. */
export const Judging = z.strictObject({
  /** Time between two looks. */
  intervalMs: z.number().positive(),
  /** Fresh data must not be older than this to count as bake time; beyond it the release is held. */
  stalenessMs: z.number().positive(),
  /** How long beyond the bake a stage waits for enough samples before it asks a person. */
  sampleWaitMs: z.number().positive(),
})

export const Plan = z.strictObject({
  schemaVersion: z.literal(planSchemaVersion),
  name: z.string(),
  version: z.string(),
  /** Path of the document. */
  document: z.string(),
  /** The person who wrote it, if known; their sign-off does not count. */
  author: z.string().optional(),
  rollout: Rollout,
  metrics: z.record(z.string(), PlanMetric),
  phases: z.array(Phase).min(1),
  reportedTriggers: z.array(ReportedTrigger),
  /** `deadlineMs` is real time from `TriggerFired` to share 0 read back. */
  rollback: z.strictObject({ deadlineMs: z.number().positive() }),
  judging: Judging,
  /** Role → the people who hold it when the plan is bound; re-checked when a sign-off is used. */
  roles: z.record(z.string(), z.array(z.string())),
  /** Who is asked when the release is undecided. */
  asks: z.string(),
})
export type Plan = z.infer<typeof Plan>

/** All rollout stages in the order they are climbed, with the phase and step each belongs to. */
export function ladderOf(plan: Plan): { phase: Phase; step: RolloutStep; stage: Stage }[] {
  return plan.phases.flatMap((phase) =>
    phase.steps.flatMap((step) =>
      step.kind === 'rollout' ? step.stages.map((stage) => ({ phase, step, stage })) : [],
    ),
  )
}
