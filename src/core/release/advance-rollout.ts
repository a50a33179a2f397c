/** Up the ladder of one service: ask for a share, see it confirmed, bake, judge, go on or hold. */
import { findRung, ladderOf, serviceOf } from '../plan/plan.ts'
import type { RolloutStep, Stage, Trigger } from '../plan/step.ts'
import { progressOf, sameShares } from './effects.ts'
import type { ReleaseEvent } from './events.ts'
import { isHeld, stageAbout, triggerAbout } from './holds.ts'
import type { Judgement } from './judgement.ts'
import { cohortsAt, moveEffect } from './move.ts'
import type { Exposure, Now, Release, ServiceState } from './release.ts'
import { serviceState } from './release.ts'
import { driveEffect } from './request-effect.ts'
import type { StepProgress } from './steps/step-progress.ts'
import { bakeMs } from './time.ts'

/** A share that was read back as asked is a stage entered, even while paused: users are there, so it is watched. */
export function confirmStages(release: Release): ReleaseEvent[] {
  return release.plan.services.flatMap(({ name }): ReleaseEvent[] => {
    const { askedStageId: stageId, exposure, shares, rollback } = serviceState(release, name)
    if (stageId === null || rollback || exposure?.stageId === stageId) return []
    const { state } = progressOf(release, { kind: 'stage', service: name, stageId })
    if (state !== 'done' || shares.observed === null || !sameShares(shares.desired, shares.observed)) return []
    return [{ type: 'StageEntered', service: name, stageId, shares: shares.observed }]
  })
}

export function advanceRollout(release: Release, step: RolloutStep, now: Now): StepProgress {
  const state = serviceState(release, step.service)
  const index = step.stages.findIndex(({ id }) => id === state.exposure?.stageId)
  const current = step.stages[index]
  if (state.exposure && current && !state.exposure.passed) return judgeStage(release, step, state, current, now)
  const next = step.stages[index + 1]
  if (!next) return 'done'
  if (isHalted(release, state)) return []
  return next.after.every((id) => hasPassed(release, id)) ? enterStage(release, step, next, now) : []
}

/** A trigger that halts acts: the ladder stays where it is until it is clear, also above a stage that had passed. */
const isHalted = (release: Release, { exposure }: ServiceState): boolean =>
  exposure?.acting.some((id) => isHeld(release, triggerAbout(id))) ?? false

/** A stage has passed when its service stands above it, or on it with the verdict. */
export function hasPassed(release: Release, stageId: string): boolean {
  const rung = findRung(release.plan, stageId)
  const exposure = rung && serviceState(release, rung.step.service).exposure
  if (!rung || !exposure) return false
  const ladder = ladderOf(release.plan, rung.step.service).map(({ stage }) => stage.id)
  const ahead = ladder.indexOf(exposure.stageId) - ladder.indexOf(stageId)
  return ahead > 0 || (ahead === 0 && exposure.passed)
}

function enterStage(release: Release, step: RolloutStep, stage: Stage, now: Now): StepProgress {
  const { plan } = release
  const cohorts = cohortsAt(plan, step.service, stage.id)
  const effect = moveEffect(serviceOf(plan, step.service), stage.percent, cohorts)
  const purpose = { kind: 'stage' as const, service: step.service, stageId: stage.id }
  const { requests, progress } = driveEffect(release, purpose, effect, now)
  if (progress.state !== 'failed') return requests
  return { failed: { ...progress.error, message: `${stage.name} could not be set: ${progress.error.message}` } }
}

/** Passes, holds, clears a hold, or waits. Missing, stale or partial data never passes. */
function judgeStage(
  release: Release,
  { service }: RolloutStep,
  state: ServiceState,
  stage: Stage,
  { elapsedMs }: Now,
): ReleaseEvent[] {
  const { exposure } = state
  if (!exposure) return []
  const about = stageAbout(stage.id)
  const obstacle = obstacleOf(release, state, exposure, stage, elapsedMs)
  if (obstacle === 'wait') return []
  if (obstacle === null) {
    const reason = exposure.override ? 'the verdict was overridden' : 'every criterion holds'
    const cleared: ReleaseEvent[] = isHeld(release, about)
      ? [{ type: 'HoldCleared', about, reason: `${stage.name}: ${reason}` }]
      : []
    return [...cleared, { type: 'StagePassed', service, stageId: stage.id, criteria: exposure.criteria }]
  }
  return isHeld(release, about) ? [] : [{ type: 'ReleaseHeld', about, reason: obstacle, ask: release.plan.asks }]
}

/** Why a stage cannot pass: null when it can, `wait` when time or samples may still bring it. */
function obstacleOf(
  release: Release,
  state: ServiceState,
  exposure: Exposure,
  stage: Stage,
  nowMs: number,
): string | null | 'wait' {
  const { stalenessMs, sampleWaitMs } = release.plan.judging
  const missing = Object.entries(exposure.missing)
  const isStale = nowMs - exposure.lastFreshMs > stalenessMs
  const [metricId, why] = missing[0] ?? []
  if (metricId !== undefined && isStale) {
    return `${stage.name}: no fresh data of ${release.plan.metrics[metricId]?.name ?? metricId} (${why})`
  }
  if (!sameShares(state.shares.desired, state.shares.observed)) {
    return `${stage.name}: the shares that were confirmed are no longer there`
  }
  if (nowMs - (state.shares.observedMs ?? nowMs) > stalenessMs)
    return `${stage.name}: nobody can read where its users are`
  // One look at least: what was read back when the share was set is seen once more.
  if (exposure.lastLookMs === exposure.enteredMs) return 'wait'
  if (missing.length > 0 || isStale || exposure.bakedMs < bakeMs(release, stage) || exposure.acting.length > 0)
    return 'wait'
  const waitedMs = nowMs - exposure.enteredMs - Math.max(bakeMs(release, stage), maturesMs(release, stage))
  const failing = exposure.criteria.find(({ verdict }) => verdict === 'Failed' || verdict === 'Error')
  if (failing && !exposure.override) {
    if (waitedMs <= sampleWaitMs && leaningTrigger(exposure, stage, failing)) return 'wait'
    return `${stage.name}: ${failing.explanation}, and no trigger fires`
  }
  if (failing) return null
  const undecided = exposure.criteria.find(({ verdict }) => verdict === 'Inconclusive')
  if (exposure.override || (!undecided && exposure.criteria.length === stage.criteria.length)) return null
  return undecided && waitedMs > sampleWaitMs ? `${stage.name}: ${undecided.explanation}` : 'wait'
}

/** The rollback trigger of a failing criterion's metric that leans towards firing: a person is not asked what it is about to decide. */
export function leaningTrigger({ triggers }: Exposure, stage: Stage, { statementId }: Judgement): Trigger | undefined {
  const metricId = stage.criteria.find(({ id }) => id === statementId)?.metricId
  return stage.triggers.find(
    ({ id, metricId: own, action }) =>
      own === metricId && action.kind === 'rollback' && triggers.some((one) => one.statementId === id && leans(one)),
  )
}

/** More likely than not to be breached, and not shown: only bets can be. */
const leans = ({ verdict, statistics }: Judgement): boolean => verdict !== 'Failed' && (statistics?.odds ?? 0) > 1

/** The longest time that outcomes of this stage need to be known. */
const maturesMs = ({ plan }: Release, stage: Stage): number =>
  Math.max(0, ...stage.criteria.map(({ metricId }) => plan.metrics[metricId]?.maturesMs ?? 0))
