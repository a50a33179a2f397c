/** What a finished log says beyond its last state: how each stage went, what failed, and what happened when. One pass over the events. */
import { serviceOf } from '../core/plan/plan.ts'
import { effectById, progressOf } from '../core/release/effects.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import type { CheckEvidence } from '../core/release/evidence.ts'
import { evolve } from '../core/release/evolve.ts'
import type { EffectState, Exposure, Release } from '../core/release/release.ts'

/** A stage that carried traffic, with everything seen until the next one was entered or the release went back. */
export interface StageHistory {
  stageId: string
  /** Confirmed share of the candidate, in percent. */
  confirmedPercent: number
  entered: EventEnvelope
  passed: EventEnvelope | null
  last: Exposure
}

export interface FailedEffect {
  effect: EffectState
  message: string
  /** The code of a driver's error, else what differed from what was asked. */
  code: string
  settled: EventEnvelope
}

export interface CheckedEffect {
  effect: EffectState
  evidence: CheckEvidence
  settled: EventEnvelope
}

export interface History {
  release: Release
  first: EventEnvelope
  last: EventEnvelope
  stages: StageHistory[]
  failed: FailedEffect[]
  /** Checks that brought evidence, those of gates among them. */
  checks: CheckedEffect[]
  /** When share 0 was read back for the last service that went back. */
  readBack: EventEnvelope | null
  /** Wall clock of the last event, in milliseconds since 1970. */
  wallMs: number
}

/** Throws on an empty log: a release has at least one event. */
export function historyOf(events: readonly EventEnvelope[]): History {
  const [first] = events
  const last = events.at(-1)
  if (!first || !last) throw new Error('a release has at least one event')
  const stages: StageHistory[] = []
  const failed: FailedEffect[] = []
  const checks: CheckedEffect[] = []
  let readBack: EventEnvelope | null = null
  let release: Release | null = null
  for (const envelope of events) {
    const before: Release | null = release
    release = evolve(before, envelope)
    noteStage(stages, release, envelope)
    const failure = failureOf(release, envelope)
    if (failure) failed.push(failure)
    const check = checkOf(release, envelope)
    if (check) checks.push(check)
    if (backCount(release) > backCount(before)) readBack = envelope
  }
  if (release === null) throw new Error('a release has at least one event')
  return { release, first, last, stages, failed, checks, readBack, wallMs: Date.parse(last.at) }
}

/** Services whose share 0 was read back. */
const backCount = (release: Release | null): number =>
  Object.values(release?.services ?? {}).filter(({ rollback }) => rollback?.readBackMs != null).length

function noteStage(stages: StageHistory[], { services, plan }: Release, envelope: EventEnvelope): void {
  const { event } = envelope
  if (!('service' in event) || !('stageId' in event)) return
  const exposure = services[event.service]?.exposure
  if (!exposure || exposure.stageId !== event.stageId) return
  if (event.type === 'StageEntered') {
    const confirmedPercent = event.shares[serviceOf(plan, event.service).candidate] ?? 0
    stages.push({ stageId: event.stageId, confirmedPercent, entered: envelope, passed: null, last: exposure })
  }
  const stage = stages.findLast(({ stageId }) => stageId === event.stageId)
  if (!stage) return
  stage.last = exposure
  if (event.type === 'StagePassed') stage.passed = envelope
}

function checkOf(release: Release, settled: EventEnvelope): CheckedEffect | undefined {
  if (settled.event.type !== 'EffectSettled') return undefined
  const { effectId, outcome } = settled.event
  const effect = effectById(release, effectId)
  if (!effect || !outcome.ok || outcome.value.kind !== 'runCheck') return undefined
  return { effect, evidence: outcome.value.evidence, settled }
}

/** Asked right after the effect settled, so that a failed try shows even when a later one succeeded. */
function failureOf(release: Release, envelope: EventEnvelope): FailedEffect | undefined {
  if (envelope.event.type !== 'EffectSettled') return undefined
  const { effectId, outcome } = envelope.event
  const effect = effectById(release, effectId)
  if (!effect) return undefined
  if (!outcome.ok) return { effect, message: outcome.error.message, code: outcome.error.code, settled: envelope }
  const progress = progressOf(release, effect.purpose)
  if (progress.state !== 'retry' && progress.state !== 'failed') return undefined
  return { effect, message: progress.error.message, code: progress.error.code, settled: envelope }
}
