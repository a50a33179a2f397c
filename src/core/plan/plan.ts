/** The plan that runs: every name resolved, every duration in milliseconds, every statement tied to the lines that made it. */
import { z } from 'zod'
import { SourceRange } from './diagnostic.ts'
import { Gate } from './gate.ts'
import { MetricQuery } from './metric.ts'
import { Schedule } from './schedule.ts'
import { Service } from './service.ts'
import { Id, statement } from './statement.ts'
import { RollbackStep, type RolloutStep, type Stage, Step } from './step.ts'

/** Counts up when a stored plan would no longer mean the same. */
export const planSchemaVersion = 2

/** A metric of the plan. Samples are what a verdict on a criterion or a trigger needs from the candidate; they never scale with speed. */
export const PlanMetric = z.strictObject({
  id: Id,
  name: z.string(),
  metricSource: Id,
  query: MetricQuery,
  minimumSamples: z.int().positive(),
  triggerSamples: z.int().positive(),
  /** Real time after which what happened to a user is known (a mail verified); until then a stage's own users are not judged by it. */
  maturesMs: z.number().positive().optional(),
  /** Noise that the candidate may have for itself: it stays the same for about `spanMs`, with a coefficient of variation of at most `mostCv`. */
  noise: z.strictObject({ spanMs: z.number().positive(), mostCv: z.number().positive().max(1) }).optional(),
  /** Its part of the false alarms that are allowed, beside the other metrics'; 1 where none is stated. */
  weight: z.number().positive().optional(),
  /** What is expected of it: requests of both arms a minute of real time, and the part of them that is bad. */
  expected: z.strictObject({ perMinute: z.number().positive(), rate: z.number().gt(0).lt(1) }).optional(),
})
export type PlanMetric = z.infer<typeof PlanMetric>

/** An event that nothing measures: anyone in `role` reports it, by an abort. */
export const ReportedTrigger = z.strictObject({ ...statement, role: z.string() })
export type ReportedTrigger = z.infer<typeof ReportedTrigger>

/** `startOffsetMs` is plan time after the start of the release; the phase never starts earlier, nor before `schedule` lets it. */
export const Phase = z.strictObject({
  id: Id,
  name: z.string(),
  source: SourceRange,
  objective: z.string().optional(),
  /** Parallel tracks have names; phases of one track are shown together. */
  track: z.string().optional(),
  lead: z.string().optional(),
  contributors: z.array(z.string()).default([]),
  tickets: z.array(z.string()).default([]),
  startOffsetMs: z.number().nonnegative(),
  schedule: Schedule.optional(),
  dependsOn: z.array(Id),
  entry: z.array(Gate),
  steps: z.array(Step),
  exit: z.array(Gate),
})
export type Phase = z.infer<typeof Phase>

/** How sure the sequential judge must be. */
export const SequentialJudging = z.strictObject({
  /** Chance that a good candidate is ever found bad by any trigger. */
  rollbackAlpha: z.number().gt(0).max(0.5).default(0.01),
  /** Chance that a candidate beyond a criterion's threshold passes it. */
  promotionAlpha: z.number().gt(0).max(0.5).default(0.05),
  /** A criterion on a rate passes only when it is shown that the candidate fails less than so many times as often as the baseline. */
  margin: z.number().gt(1).max(10).optional(),
  /** Instead of `rollbackAlpha`, for watches of days: at most one false alarm of any trigger in so much real time, in the mean. */
  falseAlarmEveryMs: z.number().positive().optional(),
  /** The split of the requests is found to be broken only when the candidate's part differs by more than this part of what was asked for. */
  splitTolerance: z.number().gt(0).max(1).optional(),
})
export type SequentialJudging = z.infer<typeof SequentialJudging>

/** Real time throughout: none of these scale with speed. */
export const Judging = z.strictObject({
  /** Time between two looks. */
  intervalMs: z.number().positive(),
  /** Fresh data must not be older than this to count as bake time; beyond it the release is held. */
  stalenessMs: z.number().positive(),
  /** How long beyond the bake a stage waits for enough samples before it asks a person. */
  sampleWaitMs: z.number().positive(),
  /** Looks in a row that a trigger must be breached before it fires, and that it must be clear before it is over. */
  breachLooks: z.int().min(1).default(1),
  clearLooks: z.int().min(1).default(1),
  /** Verdicts are bets that stay valid at every look (docs/judge.md); without it, the counts of a window or stage against the threshold. */
  sequential: SequentialJudging.optional(),
  /** What follows when a stage has had no fresh data for `stalenessMs`; without it the release is held. */
  onMissing: z.literal('rollback').optional(),
})

export const Plan = z.strictObject({
  schemaVersion: z.literal(planSchemaVersion),
  name: z.string(),
  version: z.string(),
  /** Path of the document. */
  document: z.string(),
  /** The person who wrote it, if known; their sign-off does not count. */
  author: z.string().optional(),
  /** In the order in which a train moves them: a rollback walks it backwards. */
  services: z.array(Service).min(1),
  metrics: z.record(z.string(), PlanMetric),
  phases: z.array(Phase).min(1),
  reportedTriggers: z.array(ReportedTrigger),
  /** `deadlineMs` is real time from `TriggerFired` to share 0 read back and the last of the steps done. */
  rollback: z.strictObject({ deadlineMs: z.number().positive(), steps: z.array(RollbackStep).default([]) }),
  judging: Judging,
  /** Role → the people who hold it when the plan is bound; re-checked when a sign-off is used. */
  roles: z.record(z.string(), z.array(z.string())),
  /** Who is asked when the release is undecided. */
  asks: z.string(),
})
export type Plan = z.infer<typeof Plan>

/** A stage with the phase and the step that it belongs to. */
export interface Rung {
  phase: Phase
  step: RolloutStep
  stage: Stage
}

/** The stages of one service in the order they are climbed; without a service, those of all. */
export function ladderOf(plan: Plan, service?: string): readonly Rung[] {
  const { all, byService } = rungsOf(plan)
  return service === undefined ? all : (byService.get(service) ?? [])
}

/** The stage with this id and where it belongs. */
export const findRung = (plan: Plan, stageId: string): Rung | undefined => rungsOf(plan).byStage.get(stageId)

interface Rungs {
  all: readonly Rung[]
  byService: ReadonlyMap<string, readonly Rung[]>
  byStage: ReadonlyMap<string, Rung>
}

/** A plan never changes, and every look asks for its rungs. */
const known = new WeakMap<Plan, Rungs>()

function rungsOf(plan: Plan): Rungs {
  const found = known.get(plan)
  if (found) return found
  const all = plan.phases.flatMap((phase) =>
    phase.steps.flatMap((step) =>
      step.kind === 'rollout' ? step.stages.map((stage) => ({ phase, step, stage })) : [],
    ),
  )
  const rungs = {
    all,
    byService: Map.groupBy(all, ({ step }) => step.service),
    byStage: new Map(all.map((rung) => [rung.stage.id, rung])),
  }
  known.set(plan, rungs)
  return rungs
}

/** The service with this name; names come from the plan itself, so a missing one is a bug. */
export function serviceOf(plan: Plan, name: string): Service {
  const service = plan.services.find((one) => one.name === name)
  if (!service) throw new Error(`service ${name} is not in the plan`)
  return service
}
