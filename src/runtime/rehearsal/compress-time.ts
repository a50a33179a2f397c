/**
 * A plan of weeks in few looks. Plan time (bakes, waits, schedules) is divided by `speed`, as in any release; what the plan measures in real
 * time and would take hundreds of looks (a missing sample, a trigger's window, a streak's pause) is shortened to some looks. What a rollback may
 * take stays as it is.
 */
import { spanOf } from '../../core/plan/calendar/freeze.ts'
import { dayMs, startOf } from '../../core/plan/calendar/local-time.ts'
import type { Gate } from '../../core/plan/gate.ts'
import { isGauge } from '../../core/plan/metric.ts'
import { ladderOf, type Plan, type PlanMetric } from '../../core/plan/plan.ts'

/** About as many looks as the whole plan takes when nothing goes wrong; each stage has one at least. */
const plannedLooks = 12
const limits = {
  staleLooks: 4,
  sampleLooks: 5,
  windowLooks: 4,
  gaugeLooks: 1,
  matureLooks: 2,
  streakLooks: 1,
  streakRuns: 20,
}

export function compressTime(plan: Plan): { plan: Plan; speed: number } {
  const { intervalMs } = plan.judging
  const looks = (count: number, ms: number) => Math.min(ms, count * intervalMs)
  const gate = (one: Gate): Gate =>
    one.kind === 'streak'
      ? { ...one, everyMs: looks(limits.streakLooks, one.everyMs), runs: Math.min(one.runs, limits.streakRuns) }
      : one
  // A gauge breaches when its whole window says so, and a stage may have one look only.
  const windowLooks = (metricId: string) => (isGauge(plan.metrics[metricId]) ? limits.gaugeLooks : limits.windowLooks)
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
                    windowMs: looks(windowLooks(one.metricId), one.windowMs),
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
  const afterOthers = plan.phases.map(({ schedule }) =>
    schedule?.kind === 'anchored' ? Math.max(0, schedule.offsetMs) : 0,
  )
  return bakes + [...waits, ...afterOthers].reduce((sum, ms) => sum + ms, 0) + latest + calendarMs(plan)
}

/** What a release may have to wait for the calendar once it has users: a week for a window, its longest freeze, from its first date to its last. */
function calendarMs({ phases }: Plan): number {
  const gates = phases.flatMap(({ entry, exit }) => [...entry, ...exit])
  const frozen = gates.flatMap((gate) =>
    gate.kind === 'freeze' ? gate.freezes.map(spanOf).map(({ startMs, endMs }) => endMs - startMs) : [],
  )
  const dates = phases.flatMap(({ schedule }) =>
    schedule?.kind === 'absolute' ? [startOf(schedule.notBefore, schedule.zone) + schedule.offsetMs] : [],
  )
  const windowMs = gates.some(({ kind }) => kind === 'window') ? 7 * dayMs : 0
  return windowMs + Math.max(0, ...frozen) + (dates.length > 0 ? Math.max(...dates) - Math.min(...dates) : 0)
}
