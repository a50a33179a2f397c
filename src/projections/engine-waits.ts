/** Waits that no person ends: schedules, driver calls, readbacks, bake time, samples, fresh data. */
import { formatDuration } from '../core/plan/duration.ts'
import { formatCount } from '../core/plan/format-value.ts'
import { isGauge } from '../core/plan/metric.ts'
import { type Phase, serviceOf } from '../core/plan/plan.ts'
import { moverName } from '../core/plan/service.ts'
import type { Criterion, RolloutStep, Stage, Step } from '../core/plan/step.ts'
import { hasPassed, leaningTrigger } from '../core/release/advance-rollout.ts'
import { isHeld, stepAbout } from '../core/release/holds.ts'
import type { Judgement } from '../core/release/judgement.ts'
import { stageOf } from '../core/release/look.ts'
import { activePhases } from '../core/release/open-gates.ts'
import { isEntered, mayBegin, readySteps } from '../core/release/phases.ts'
import { type Exposure, type Now, type Release, serviceState } from '../core/release/release.ts'
import { unmetConditions } from '../core/release/start-conditions.ts'
import { bakeMs, inReleaseTime } from '../core/release/time.ts'
import type { WaitView } from '../server/contract.ts'
import { scheduleText } from './calendar-waits.ts'
import { effectWait, engineWait } from './effect-wait.ts'

export const activePhase = (release: Release): Phase | undefined => activePhases(release)[0]?.phase

/** The next phase that waits, in the order of the plan. */
export const nextPhase = (release: Release): Phase | undefined =>
  release.plan.phases.find(({ id }) => release.phases[id]?.status === 'waiting')

/** The first step of the phase that is not done. */
export const currentStep = (release: Release, phase: Phase): Step | undefined =>
  phase.steps.find(({ id }) => (release.phases[phase.id]?.steps[id]?.completedMs ?? null) === null)

export function engineWaits(release: Release, now: Now): WaitView[] {
  const steps = activePhases(release).flatMap(({ phase, state }) =>
    isEntered(state) ? readySteps(phase, state).flatMap((step) => stepWaits(release, phase, step, now)) : [],
  )
  return [...steps, ...scheduleWaits(release, now)]
}

function stepWaits(release: Release, phase: Phase, step: Step, now: Now): WaitView[] {
  const startedMs = release.phases[phase.id]?.steps[step.id]?.startedMs
  if (startedMs === undefined || step.kind === 'confirm' || isHeld(release, stepAbout(step.id))) return []
  if (step.kind === 'rollout') return rolloutWaits(release, step, startedMs, now.elapsedMs)
  if (step.kind === 'wait') {
    const leftMs = Math.max(0, startedMs + inReleaseTime(release, step.waitMs) - now.elapsedMs)
    return [engineWait(`"${step.text}": ${formatDuration(leftMs)} more`, startedMs, null)]
  }
  const purpose = { kind: 'step' as const, phaseId: phase.id, stepId: step.id }
  return [effectWait(release, purpose, `${step.kind} "${step.text}"`, startedMs, now.elapsedMs)]
}

const notEarlier = 'it starts by itself then; to have it earlier, change the plan and supersede this release'

/** Phases whose turn it is and whose time has not come. */
function scheduleWaits(release: Release, now: Now): WaitView[] {
  const doneMs = Math.max(0, ...Object.values(release.phases).map(({ completedMs }) => completedMs ?? 0))
  return release.plan.phases
    .filter((phase) => mayBegin(release, phase) && unmetConditions(release, phase, now).length > 0)
    .map((phase) => engineWait(`the schedule: ${scheduleText(release, phase, now)}`, doneMs, notEarlier))
}

function rolloutWaits(release: Release, step: RolloutStep, startedMs: number, nowMs: number): WaitView[] {
  const { exposure } = serviceState(release, step.service)
  const current = step.stages.find(({ id }) => id === exposure?.stageId)
  if (exposure && current && !exposure.passed) return stageWaits(release, exposure, current)
  const next = step.stages[step.stages.findIndex(({ id }) => id === current?.id) + 1]
  if (!next) return []
  const behind = next.after.filter((id) => !hasPassed(release, id)).map((id) => stageOf(release, id).name)
  if (behind.length > 0) return [engineWait(`${behind.join(', ')} to pass, before ${next.name}`, startedMs, null)]
  const service = serviceOf(release.plan, step.service)
  const what = `${moverName(service)} to confirm ${next.percent} % for ${service.candidate}`
  return [effectWait(release, { kind: 'stage', service: step.service, stageId: next.id }, what, startedMs, nowMs)]
}

/** Bake time that is missing, samples that are missing, data that is missing: each by itself, as they end for different reasons. */
function stageWaits(release: Release, exposure: Exposure, stage: Stage): WaitView[] {
  const { judging, asks, metrics } = release.plan
  const waits: WaitView[] = []
  const [metricId, reason] = Object.entries(exposure.missing)[0] ?? []
  if (metricId !== undefined) {
    const afterMs = formatDuration(judging.stalenessMs)
    const otherwise =
      judging.onMissing === 'rollback'
        ? `rolled back after ${afterMs} without data`
        : `held after ${afterMs} without data, and ${asks} is asked`
    waits.push(
      engineWait(`fresh data of ${metrics[metricId]?.name ?? metricId}: ${reason}`, exposure.lastFreshMs, otherwise),
    )
  }
  const leftMs = bakeLeftMs(release, exposure)
  if (leftMs > 0) {
    const otherwise = 'a trigger that fires rolls back at once'
    waits.push(engineWait(`the bake of ${stage.name}: ${formatDuration(leftMs)} more`, exposure.enteredMs, otherwise))
  }
  const failing = exposure.criteria.find(({ verdict }) => verdict === 'Failed')
  const leaning = failing && leaningTrigger(exposure, stage, failing)
  const short = missingSamples(release, exposure)
  const otherwise = `held ${formatDuration(judging.sampleWaitMs)} after the bake, and ${asks} is asked`
  if (leaning && leftMs === 0)
    waits.push(engineWait(`trigger "${leaning.text}" to be shown or not`, exposure.lastLookMs, otherwise))
  for (const { explanation } of leftMs > 0 ? [] : undecidedGauges(release, exposure))
    waits.push(engineWait(`a gauge to hold: ${explanation}`, exposure.enteredMs, otherwise))
  if (short) {
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
  const short = exposure.criteria.flatMap(({ statementId, samples, needed }) => {
    const criterion = criterionOf(exposure, release, statementId)
    const isShort = samples < needed && !isGauge(release.plan.metrics[criterion?.metricId ?? ''])
    return isShort ? [{ text: criterion?.text ?? statementId, missing: needed - samples }] : []
  })
  return short.sort((a, b) => b.missing - a.missing)[0]
}

/** Criteria on gauges that have data and do not hold: they may yet, and nobody but a person decides otherwise. */
const undecidedGauges = (release: Release, exposure: Exposure): Judgement[] =>
  exposure.criteria.filter(({ statementId, verdict, value }) => {
    const metricId = criterionOf(exposure, release, statementId)?.metricId ?? ''
    return isGauge(release.plan.metrics[metricId]) && verdict === 'Inconclusive' && value !== null
  })

const criterionOf = ({ stageId }: Exposure, release: Release, statementId: string): Criterion | undefined =>
  stageOf(release, stageId).criteria.find(({ id }) => id === statementId)
