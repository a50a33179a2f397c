/** One look at the metrics of the stage that carries traffic: what must be read, and what the judge makes of it. */
import type { JudgeState, Question } from '../judge/judge.ts'
import { thresholdJudge } from '../judge/threshold-judge.ts'
import { findRung, type Rung } from '../plan/plan.ts'
import type { Criterion, Stage, Trigger } from '../plan/step.ts'
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

export function questionOf(release: Release, statement: Criterion | Trigger): Question {
  const metric = release.plan.metrics[statement.metricId]
  const isTrigger = 'windowMs' in statement
  const samples = (isTrigger ? metric?.triggerSamples : metric?.minimumSamples) ?? Number.POSITIVE_INFINITY
  const { id: statementId, condition } = statement
  return isTrigger
    ? { statementId, condition, minimumSamples: samples, windowMs: statement.windowMs }
    : { statementId, condition, minimumSamples: samples }
}

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
    const state = judges[statement.id] ?? thresholdJudge.initial()
    const look = { fromMs: exposure.lastLookMs, toMs: atMs, reading }
    judges[statement.id] = thresholdJudge.observe(state, questionOf(release, statement), look)
  }
  answered.set(readings, { exposure, atMs, judges })
  return judges
}

/** A decision asks the judges, and the fold of what it decided asks them again: the answer is kept with the readings that it came from. */
const answered = new WeakMap<object, { exposure: Exposure; atMs: number; judges: Record<string, JudgeState> }>()

/** The verdict on each statement from the judges' states. */
export function judgementsOf(
  release: Release,
  statements: readonly (Criterion | Trigger)[],
  judges: Readonly<Record<string, JudgeState>>,
): Judgement[] {
  return statements.map((statement) =>
    thresholdJudge.judge(judges[statement.id] ?? thresholdJudge.initial(), questionOf(release, statement)),
  )
}
