/** A release as its clients see it now: where it is, what it measured, what it waits for, what comes next. */
import { formatCondition } from '../core/plan/condition.ts'
import { formatValue } from '../core/plan/format-value.ts'
import { ladderOf, type Phase } from '../core/plan/plan.ts'
import type { Service } from '../core/plan/service.ts'
import type { Criterion, Stage, Trigger } from '../core/plan/step.ts'
import { describeCause, describeSplit } from '../core/release/advance-notices.ts'
import type { Shares } from '../core/release/evidence.ts'
import type { Judgement } from '../core/release/judgement.ts'
import { questionOf, stageOf } from '../core/release/look.ts'
import { type Now, type Release, serviceState } from '../core/release/release.ts'
import { bakeMs } from '../core/release/time.ts'
import type { ReleaseView, StatementView } from '../server/contract.ts'
import { focusOf, serviceOfStage } from './focus.ts'
import { formatActor } from './format-values.ts'
import { nextOf } from './next-decision.ts'
import { waitsOf } from './waits.ts'

/** `now` is release time; an ended release stays at the time it ended. `startedAt` is the wall clock of its first event. */
export function statusOf(release: Release, now: Now, startedAt: string): ReleaseView {
  const { plan, releaseId, projectId, digest, status, version, speed } = release
  const { service, state } = focusOf(release)
  const { name, candidate, baseline } = service
  const elapsedMs = release.ended?.atMs ?? Math.max(now.elapsedMs, release.elapsedMs)
  const moment = { elapsedMs, wallMs: now.wallMs }
  return {
    releaseId,
    projectId,
    planName: plan.name,
    planVersion: plan.version,
    digest,
    status,
    version,
    speed,
    startedAt,
    elapsedMs,
    rollout: { service: name, candidate, baseline },
    services: plan.services.map((one) => serviceView(release, one)),
    phases: plan.phases.map((phase) => phaseView(release, phase)),
    stage: stageView(release),
    shares: { desired: shareOf(state.shares.desired, candidate), observed: shareOf(state.shares.observed, candidate) },
    confirmedPercents: state.confirmedPercents,
    waits: waitsOf(release, moment),
    next: nextOf(release, moment),
    rollback: rollbackView(release),
  }
}

function serviceView(release: Release, { name, candidate, baseline }: Service): ReleaseView['services'][number] {
  const { shares, exposure, rollback } = serviceState(release, name)
  return {
    service: name,
    candidate,
    baseline,
    observedPercent: shareOf(shares.observed, candidate),
    stage: exposure && !rollback ? stageOf(release, exposure.stageId).name : null,
    wentBack: rollback?.readBackMs != null,
  }
}

const shareOf = (shares: Shares | null, version: string): number | null => (shares ? (shares[version] ?? 0) : null)

function phaseView(release: Release, phase: Phase): ReleaseView['phases'][number] {
  const stages = ladderOf(release.plan).filter((rung) => rung.phase.id === phase.id)
  return {
    id: phase.id,
    name: phase.name,
    status: release.phases[phase.id]?.status ?? 'waiting',
    stages: stages.map(({ stage: { id, name, percent } }) => ({ id, name, percent, status: stageStatus(release, id) })),
  }
}

/** The highest rung asked for is the one in play: those below it passed. It counts as rolled back only once share 0 was read back. */
export function stageStatus(
  release: Release,
  stageId: string,
): ReleaseView['phases'][number]['stages'][number]['status'] {
  const { service, state } = serviceOfStage(release, stageId)
  const ladder = ladderOf(release.plan, service.name).map(({ stage }) => stage.id)
  const reached = state.askedStageId === null ? -1 : ladder.indexOf(state.askedStageId)
  const index = ladder.indexOf(stageId)
  if (index !== reached) return index < reached ? 'passed' : 'waiting'
  if (state.rollback) return state.rollback.readBackMs === null ? 'active' : 'rolledBack'
  return state.exposure?.stageId === stageId && state.exposure.passed ? 'passed' : 'active'
}

function stageView(release: Release): ReleaseView['stage'] {
  const { exposure } = focusOf(release).state
  if (!exposure) return null
  const stage = stageOf(release, exposure.stageId)
  const { candidate, baseline } = exposure.arrivals
  const received = candidate + baseline
  return {
    id: stage.id,
    name: stage.name,
    percent: stage.percent,
    enteredMs: exposure.enteredMs,
    bakedMs: exposure.bakedMs,
    bakeMs: bakeMs(release, stage),
    criteria: stage.criteria.map((criterion) => statementView(release, stage, criterion, exposure.criteria)),
    triggers: stage.triggers.map((trigger) => statementView(release, stage, trigger, exposure.triggers)),
    receivedPercent: received > 0 ? (candidate / received) * 100 : null,
    receivedRequests: received,
    ...(exposure.split?.found ? { split: describeSplit(exposure.split.found) } : {}),
  }
}

function statementView(
  release: Release,
  stage: Stage,
  statement: Criterion | Trigger,
  judgements: readonly Judgement[],
): StatementView {
  const { id, text, condition } = statement
  const judgement = judgements.find(({ statementId }) => statementId === id)
  return {
    id,
    text,
    condition: formatCondition(condition),
    verdict: judgement?.verdict ?? null,
    display: formatValue(judgement?.value ?? null, condition),
    baseline: formatValue(judgement?.baseline ?? null, condition),
    samples: judgement?.samples ?? 0,
    needed: judgement?.needed ?? questionOf(release, stage, statement).minimumSamples,
    explanation: judgement?.explanation ?? 'not looked at yet',
  }
}

function rollbackView(release: Release): ReleaseView['rollback'] {
  const { rollback, plan } = release
  if (!rollback) return null
  const { triggeredMs, firstBreachMs } = rollback
  const went = rollback.services.map((name) => serviceState(release, name).rollback)
  const since = (times: (number | null | undefined)[]) =>
    times.length === 0 || times.some((time) => time == null)
      ? null
      : Math.max(...times.map((time) => time ?? 0)) - triggeredMs
  return {
    cause: describeCause(release),
    by: formatActor(rollback.by),
    triggeredMs,
    detectionMs: firstBreachMs === null ? null : triggeredMs - firstBreachMs,
    readBackMs: since(went.map((state) => state?.readBackMs)),
    quietMs: since(went.map((state) => state?.quietMs)),
    deadlineMs: plan.rollback.deadlineMs,
  }
}
