/** Up the ladder: ask for a share, see it confirmed, bake, judge, go on, hold or fire a trigger. */
import { thresholdJudge } from '../judge/threshold-judge.ts'
import type { RolloutStep, Stage } from '../plan/plan.ts'
import { lastAttempt, sameShares } from './effects.ts'
import type { ReleaseEvent } from './events.ts'
import type { Shares } from './evidence.ts'
import { questionOf, stageOf } from './look.ts'
import type { Exposure, Release } from './release.ts'
import { driveEffect } from './request-effect.ts'
import { bakeMs } from './time.ts'

/** The shares of a stage: the candidate's percent, the rest to the baseline. */
export function sharesAt(release: Release, percent: number): Shares {
  const { candidate, baseline } = release.plan.rollout
  return { [baseline]: 100 - percent, [candidate]: percent }
}

/** Triggers stay armed as long as the candidate has traffic, whatever else the release waits for. */
export function fireTrigger(release: Release): ReleaseEvent[] {
  const { exposure } = release
  const judgement = exposure?.triggers.find(({ verdict }) => verdict === 'Failed')
  if (!exposure || !judgement) return []
  const trigger = stageOf(release, exposure.stageId).triggers.find(({ id }) => id === judgement.statementId)
  const state = trigger && exposure.judges[trigger.id]
  const firstBreachMs = trigger && state ? thresholdJudge.firstBreachMs(state, questionOf(release, trigger)) : null
  return [
    { type: 'TriggerFired', cause: { kind: 'trigger', triggerId: judgement.statementId, judgement }, firstBreachMs },
  ]
}

/** A share that was read back as asked is a stage entered, even while paused: traffic flows, so it is watched. */
export function confirmStage(release: Release): ReleaseEvent[] {
  const { desired, observed } = release.shares
  const last = Object.values(release.effects).findLast(({ purpose }) => purpose.kind === 'stage')
  if (last?.purpose.kind !== 'stage' || !last.settled?.outcome.ok || observed === null) return []
  const { stageId } = last.purpose
  if (release.exposure?.stageId === stageId || !sameShares(desired, observed)) return []
  return [{ type: 'StageEntered', stageId, shares: observed }]
}

export function advanceRollout(release: Release, step: RolloutStep, nowMs: number): 'completed' | ReleaseEvent[] {
  const { exposure } = release
  const index = step.stages.findIndex(({ id }) => id === exposure?.stageId)
  const current = step.stages[index]
  if (exposure && current && !exposure.passed) return judgeStage(release, exposure, current, nowMs)
  const next = step.stages[index + 1]
  if (!next) return 'completed'
  return enterStage(release, next, nowMs)
}

function enterStage(release: Release, stage: Stage, nowMs: number): ReleaseEvent[] {
  const effect = {
    kind: 'setShares' as const,
    target: release.plan.rollout.router,
    shares: sharesAt(release, stage.percent),
  }
  const { requests, progress } = driveEffect(release, { kind: 'stage', stageId: stage.id }, effect, nowMs)
  if (progress.state !== 'failed') return requests
  const { message } = progress.error
  return [
    {
      type: 'TriggerFired',
      cause: { kind: 'failure', what: `set ${stage.name}`, error: message },
      firstBreachMs: null,
    },
  ]
}

/** Passes, holds, clears a hold, or waits. Missing, stale or partial data never passes. */
function judgeStage(release: Release, exposure: Exposure, stage: Stage, nowMs: number): ReleaseEvent[] {
  const obstacle = obstacleOf(release, exposure, stage, nowMs)
  if (obstacle === 'wait') return []
  if (obstacle === null) {
    const cleared: ReleaseEvent[] = release.hold
      ? [{ type: 'HoldCleared', reason: `${stage.name}: every criterion holds` }]
      : []
    return [...cleared, { type: 'StagePassed', stageId: stage.id, criteria: exposure.criteria }]
  }
  return release.hold ? [] : [{ type: 'ReleaseHeld', reason: obstacle, ask: release.plan.asks }]
}

/** Why a stage cannot pass: null when it can, `wait` when time or samples may still bring it. */
function obstacleOf(release: Release, exposure: Exposure, stage: Stage, nowMs: number): string | null | 'wait' {
  const { stalenessMs, sampleWaitMs } = release.plan.judging
  const missing = Object.entries(exposure.missing)
  const [metricId, why] = missing[0] ?? []
  if (metricId !== undefined && nowMs - exposure.lastFreshMs > stalenessMs) {
    return `${stage.name}: no fresh data of ${release.plan.metrics[metricId]?.name ?? metricId} (${why})`
  }
  if (
    lastAttempt(release, { kind: 'stage', stageId: stage.id })?.settled &&
    !sameShares(release.shares.desired, release.shares.observed)
  ) {
    return `${stage.name}: the router no longer has the shares that were confirmed`
  }
  if (missing.length > 0 || exposure.bakedMs < bakeMs(release, stage)) return 'wait'
  const failing = exposure.criteria.find(({ verdict }) => verdict === 'Failed' || verdict === 'Error')
  if (failing) return `${stage.name}: ${failing.explanation}, and no trigger fires`
  const undecided = exposure.criteria.find(({ verdict }) => verdict === 'Inconclusive')
  if (!undecided && exposure.criteria.length === stage.criteria.length) return null
  const waitedMs = nowMs - exposure.enteredMs - bakeMs(release, stage)
  return undecided && waitedMs > sampleWaitMs ? `${stage.name}: ${undecided.explanation}` : 'wait'
}
