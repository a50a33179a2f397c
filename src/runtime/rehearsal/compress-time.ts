/**
 * A plan of weeks in few looks. Plan time (bakes, waits, schedules) is divided by `speed`, as in any release; what the plan measures in real
 * time and would take hundreds of looks (a missing sample, a trigger's window, a streak's pause) is shortened to some looks. What a rollback may
 * take stays as it is.
 */
import type { Gate } from '../../core/plan/gate.ts'
import { ladderOf, type Plan, type PlanMetric } from '../../core/plan/plan.ts'

/** About as many looks as the whole plan takes when nothing goes wrong; each stage has one at least. */
const plannedLooks = 20
const limits = { staleLooks: 5, sampleLooks: 8, windowLooks: 6, matureLooks: 3, streakLooks: 1, streakRuns: 20 }

export function compressTime(plan: Plan): { plan: Plan; speed: number } {
  const { intervalMs } = plan.judging
  const looks = (count: number, ms: number) => Math.min(ms, count * intervalMs)
  const gate = (one: Gate): Gate =>
    one.kind === 'streak'
      ? { ...one, everyMs: looks(limits.streakLooks, one.everyMs), runs: Math.min(one.runs, limits.streakRuns) }
      : one
  const metric = (one: PlanMetric): PlanMetric =>
    one.maturesMs === undefined ? one : { ...one, maturesMs: looks(limits.matureLooks, one.maturesMs) }
  return {
    speed: Math.max(1, plannedMs(plan) / (plannedLooks * intervalMs)),
    plan: {
      ...plan,
      metrics: Object.fromEntries(Object.entries(plan.metrics).map(([id, one]) => [id, metric(one)])),
      phases: plan.phases.map((phase) => ({
        ...phase,
        entry: phase.entry.map(gate),
        exit: phase.exit.map(gate),
        steps: phase.steps.map((step) =>
          step.kind === 'rollout'
            ? {
                ...step,
                stages: step.stages.map((stage) => ({
                  ...stage,
                  triggers: stage.triggers.map((one) => ({
                    ...one,
                    windowMs: looks(limits.windowLooks, one.windowMs),
                  })),
                })),
              }
            : step,
        ),
      })),
      judging: {
        ...plan.judging,
        stalenessMs: looks(limits.staleLooks, plan.judging.stalenessMs),
        sampleWaitMs: looks(limits.sampleLooks, plan.judging.sampleWaitMs),
      },
    },
  }
}

/** Plan time that the release takes at least: everything one after the other. */
function plannedMs(plan: Plan): number {
  const bakes = ladderOf(plan).reduce((sum, { stage }) => sum + stage.bakeMs, 0)
  const waits = plan.phases.flatMap(({ steps }) => steps.map((step) => (step.kind === 'wait' ? step.waitMs : 0)))
  const latest = Math.max(0, ...plan.phases.map(({ startOffsetMs }) => startOffsetMs))
  return bakes + waits.reduce((sum, ms) => sum + ms, 0) + latest
}
