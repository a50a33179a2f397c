/** Waits that no person ends: schedules, driver calls, readbacks, bake time, samples, fresh data. */
import { formatDuration } from '../core/plan/duration.ts'
import type { Phase, RolloutStep, Stage, Step } from '../core/plan/plan.ts'
import { effectLimits } from '../core/release/effect.ts'
import { lastAttempt, progressOf } from '../core/release/effects.ts'
import type { Purpose } from '../core/release/events.ts'
import { stageOf } from '../core/release/look.ts'
import type { Exposure, Release } from '../core/release/release.ts'
import { bakeMs, phaseStartMs } from '../core/release/time.ts'
import type { WaitView } from '../server/contract.ts'
import { formatCount } from './format-values.ts'

/** The active phase, or undefined between phases. */
export const activePhase = (release: Release): Phase | undefined =>
  release.plan.phases.find(({ id }) => release.phases[id]?.status === 'active')

/** The next phase that waits, in the order of the plan. */
export const nextPhase = (release: Release): Phase | undefined =>
  release.plan.phases.find(({ id }) => release.phases[id]?.status === 'waiting')

/** The first step of the phase that is not done. */
export const currentStep = (release: Release, phase: Phase): Step | undefined =>
  phase.steps.find(({ id }) => (release.phases[phase.id]?.steps[id]?.completedMs ?? null) === null)

export function engineWaits(release: Release, nowMs: number): WaitView[] {
  const phase = activePhase(release)
  if (!phase) return scheduleWaits(release, nowMs)
  const step = currentStep(release, phase)
  const startedMs = step && release.phases[phase.id]?.steps[step.id]?.startedMs
  if (!step || startedMs === undefined || step.kind === 'confirm') return []
  if (step.kind === 'rollout') return rolloutWaits(release, step, startedMs, nowMs)
  const purpose: Purpose = { kind: 'step', phaseId: phase.id, stepId: step.id }
  return [effectWait(release, purpose, `${step.kind} "${step.text}"`, startedMs, nowMs)]
}

/** `Phase 2 starts at 2 d 0 h plan time, in 8.2 s at speed 8640×` */
export function scheduleText(release: Release, phase: Phase, nowMs: number): string {
  const inMs = Math.max(0, phaseStartMs(release, phase) - nowMs)
  const speed = release.speed === 1 ? '' : ` at speed ${formatCount(release.speed)}×`
  return `"${phase.name}" starts at ${formatDuration(phase.startOffsetMs)} of plan time, in ${formatDuration(inMs)}${speed}`
}

function scheduleWaits(release: Release, nowMs: number): WaitView[] {
  const phase = nextPhase(release)
  if (!phase) return []
  const doneMs = Object.values(release.phases).map(({ completedMs }) => completedMs ?? 0)
  return [engineWait(`the schedule: ${scheduleText(release, phase, nowMs)}`, Math.max(0, ...doneMs), null)]
}

/** A driver call on its way, or the next try after a failed one. */
export function effectWait(release: Release, purpose: Purpose, what: string, sinceMs: number, nowMs: number): WaitView {
  const progress = progressOf(release, purpose)
  const last = lastAttempt(release, purpose)
  const attempts = last ? effectLimits[last.effect.kind].attempts : 1
  const otherwise = `if it cannot be done, the release is rolled back to ${release.plan.rollout.baseline}`
  if (progress.state !== 'retry') return engineWait(`${what} to finish`, last?.requestedMs ?? sinceMs, otherwise)
  const { attempt, atMs, error } = progress
  const inMs = Math.max(0, atMs - nowMs)
  return engineWait(
    `${what}: try ${attempt} of ${attempts} in ${formatDuration(inMs)}, after: ${error.message}`,
    sinceMs,
    otherwise,
  )
}

function rolloutWaits(release: Release, step: RolloutStep, startedMs: number, nowMs: number): WaitView[] {
  const { exposure } = release
  const current = step.stages.find(({ id }) => id === exposure?.stageId)
  if (exposure && current && !exposure.passed) return stageWaits(release, exposure, current)
  const next = step.stages[step.stages.findIndex(({ id }) => id === current?.id) + 1]
  if (!next) return []
  const what = `${release.plan.rollout.router} to confirm ${next.percent} % for ${release.plan.rollout.candidate}`
  return [effectWait(release, { kind: 'stage', stageId: next.id }, what, startedMs, nowMs)]
}

/** Bake time that is missing, samples that are missing, data that is missing: each by itself, as they end for different reasons. */
function stageWaits(release: Release, exposure: Exposure, stage: Stage): WaitView[] {
  const { judging, asks, metrics } = release.plan
  const waits: WaitView[] = []
  const [metricId, reason] = Object.entries(exposure.missing)[0] ?? []
  if (metricId !== undefined) {
    const otherwise = `held after ${formatDuration(judging.stalenessMs)} without data, and ${asks} is asked`
    waits.push(
      engineWait(`fresh data of ${metrics[metricId]?.name ?? metricId}: ${reason}`, exposure.lastFreshMs, otherwise),
    )
  }
  const leftMs = bakeLeftMs(release, exposure)
  if (leftMs > 0) {
    const otherwise = 'a trigger that fires rolls back at once'
    waits.push(engineWait(`the bake of ${stage.name}: ${formatDuration(leftMs)} more`, exposure.enteredMs, otherwise))
  }
  const short = missingSamples(release, exposure)
  if (short) {
    const otherwise = `held ${formatDuration(judging.sampleWaitMs)} after the bake, and ${asks} is asked`
    waits.push(
      engineWait(`"${short.text}" needs ${formatCount(short.missing)} more requests`, exposure.enteredMs, otherwise),
    )
  }
  return waits
}

/** Bake time the stage has yet to earn, in release milliseconds. */
export function bakeLeftMs(release: Release, exposure: Exposure): number {
  return Math.max(0, bakeMs(release, stageOf(release, exposure.stageId)) - exposure.bakedMs)
}

/** The criterion that lacks the most samples, or undefined when all have enough. */
export function missingSamples(release: Release, exposure: Exposure): { text: string; missing: number } | undefined {
  const { criteria } = stageOf(release, exposure.stageId)
  const short = exposure.criteria.flatMap(({ statementId, samples, needed }) => {
    const text = criteria.find(({ id }) => id === statementId)?.text ?? statementId
    return samples < needed ? [{ text, missing: needed - samples }] : []
  })
  return short.sort((a, b) => b.missing - a.missing)[0]
}

const engineWait = (what: string, sinceMs: number, otherwise: string | null): WaitView => ({
  what,
  sinceMs,
  who: null,
  command: null,
  otherwise,
})
