/** One look at the metrics of the stage that carries traffic: what must be read, and what the judge makes of it. */
import { gaugeJudge } from '../judge/gauge-judge.ts'
import type { Judge, JudgeState } from '../judge/judge.ts'
import type { Certainty, Question } from '../judge/question.ts'
import { sequentialJudge } from '../judge/sequential-judge.ts'
import { thresholdJudge } from '../judge/threshold-judge.ts'
import { isGauge } from '../plan/metric.ts'
import { findRung, type Plan, type Rung } from '../plan/plan.ts'
import type { Criterion, Stage, Trigger } from '../plan/step.ts'
import { watchOf } from '../plan/watches.ts'
import type { MetricReading } from './evidence.ts'
import type { Judgement } from './judgement.ts'
import type { Exposure, Release } from './release.ts'

/** The stage with this id and where it belongs; the id comes from the plan itself, so a missing one is a bug. */
export function rungOf(release: Release, stageId: string): Rung {
  const rung = findRung(release.plan, stageId)
  if (!rung) throw new Error(`stage ${stageId} is not in the plan`)
  return rung
}

export const stageOf = (release: Release, stageId: string): Stage => rungOf(release, stageId).stage

/** Ids of the metrics that the stage's criteria and triggers speak of, each once. */
export function metricsOf(stage: Stage): string[] {
  return [...new Set([...stage.criteria, ...stage.triggers].map((statement) => statement.metricId))]
}

export function questionOf(release: Release, stage: Stage, statement: Criterion | Trigger): Question {
  const metric = release.plan.metrics[statement.metricId]
  const isTrigger = 'windowMs' in statement
  const samples = (isTrigger ? metric?.triggerSamples : metric?.minimumSamples) ?? Number.POSITIVE_INFINITY
  const { id: statementId, condition } = statement
  const certainty = certaintyOf(release, stage, statement)
  const question = { statementId, condition, minimumSamples: samples, ...(certainty ? { certainty } : {}) }
  return isTrigger ? { ...question, windowMs: statement.windowMs } : question
}

/** The judge that the plan asks for. */
export const judgeOf = ({ judging }: Plan): Judge => (judging.sequential ? sequentialJudge : thresholdJudge)

/** A gauge has a judge of its own, whatever the plan asks for. */
const judgeFor = (plan: Plan, { metricId }: Criterion | Trigger): Judge =>
  isGauge(plan.metrics[metricId]) ? gaugeJudge : judgeOf(plan)

/** The triggers of a plan share its false alarms by their metrics' weights, and so do its criteria; each criterion has its own false passes. */
function certaintyOf(release: Release, stage: Stage, { id, metricId }: Criterion | Trigger): Certainty | undefined {
  const { judging, metrics } = release.plan
  if (!judging.sequential) return undefined
  const { rollbackAlpha, promotionAlpha, margin, falseAlarmEveryMs } = judging.sequential
  const { part, stages, bakeMs, isByStage } = watchOf(release.plan, id)
  const { noise, expected } = metrics[metricId] ?? {}
  const bar = stage.bars?.[id]
  return {
    // A statement that begins anew with each stage has a part of its false alarms in each.
    rollbackAlpha: (rollbackAlpha * part) / (isByStage ? stages : 1),
    promotionAlpha,
    stageMs: Math.max(leastStageMs, (isByStage ? stage.bakeMs : bakeMs) / release.speed),
    ...(falseAlarmEveryMs === undefined ? {} : { falseAlarmEveryMs: falseAlarmEveryMs / part }),
    ...(bar ? { bar } : {}),
    ...(margin === undefined ? {} : { margin }),
    ...(noise ? { noise } : {}),
    ...(expected ? { expectedRate: expected.rate } : {}),
  }
}

/** A stage without bake time is watched all the same. */
const leastStageMs = 60_000

/**
 * Folds one look into the judges of every statement of the stage. A metric without data updates nothing, and neither do outcomes that are
 * not known yet: what has to mature says nothing of this stage's users until that time has passed.
 */
export function judgesAfter(
  release: Release,
  exposure: Exposure,
  readings: Readonly<Record<string, MetricReading | null>>,
  atMs: number,
): Record<string, JudgeState> {
  const known = answered.get(readings)
  if (known?.exposure === exposure && known.atMs === atMs) return known.judges
  const stage = stageOf(release, exposure.stageId)
  const judges = { ...exposure.judges }
  for (const statement of [...stage.criteria, ...stage.triggers]) {
    const reading = readings[statement.metricId]
    if (!reading || atMs - exposure.enteredMs < (release.plan.metrics[statement.metricId]?.maturesMs ?? 0)) continue
    const judge = judgeFor(release.plan, statement)
    const state = judges[statement.id] ?? judge.initial()
    const look = { fromMs: exposure.lastLookMs, toMs: atMs, reading }
    judges[statement.id] = judge.observe(state, questionOf(release, stage, statement), look)
  }
  answered.set(readings, { exposure, atMs, judges })
  return judges
}

/** A decision asks the judges, and the fold of what it decided asks them again: the answer is kept with the readings that it came from. */
const answered = new WeakMap<object, { exposure: Exposure; atMs: number; judges: Record<string, JudgeState> }>()

/** The verdict on each of a stage's statements from the judges' states. */
export function judgementsOf(
  release: Release,
  stage: Stage,
  statements: readonly (Criterion | Trigger)[],
  judges: Readonly<Record<string, JudgeState>>,
): Judgement[] {
  return statements.map((statement) => {
    const judge = judgeFor(release.plan, statement)
    return judge.judge(judges[statement.id] ?? judge.initial(), questionOf(release, stage, statement))
  })
}
