/** What a finished log says beyond its last state: how each stage went, what failed, and what happened when. One pass over the events. */
import { progressOf } from '../core/release/effects.ts'
import type { EventEnvelope } from '../core/release/events.ts'
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

export interface History {
  release: Release
  first: EventEnvelope
  last: EventEnvelope
  stages: StageHistory[]
  failed: FailedEffect[]
  /** When share 0 was read back. */
  readBack: EventEnvelope | null
}

/** Throws on an empty log: a release has at least one event. */
export function historyOf(events: readonly EventEnvelope[]): History {
  const [first] = events
  const last = events.at(-1)
  if (!first || !last) throw new Error('a release has at least one event')
  const stages: StageHistory[] = []
  const failed: FailedEffect[] = []
  let readBack: EventEnvelope | null = null
  let release: Release | null = null
  for (const envelope of events) {
    const before: Release | null = release
    release = evolve(before, envelope)
    noteStage(stages, release, envelope)
    const failure = failureOf(release, envelope)
    if (failure) failed.push(failure)
    if (release.rollback && release.rollback.readBackMs !== null && before?.rollback?.readBackMs == null)
      readBack = envelope
  }
  if (release === null) throw new Error('a release has at least one event')
  return { release, first, last, stages, failed, readBack }
}

function noteStage(stages: StageHistory[], { exposure, plan }: Release, envelope: EventEnvelope): void {
  const { event } = envelope
  if (event.type === 'StageEntered' && exposure) {
    const confirmedPercent = event.shares[plan.rollout.candidate] ?? 0
    stages.push({ stageId: event.stageId, confirmedPercent, entered: envelope, passed: null, last: exposure })
  }
  const stage = stages.at(-1)
  if (!stage || !exposure || exposure.stageId !== stage.stageId) return
  stage.last = exposure
  if (event.type === 'StagePassed') stage.passed = envelope
}

/** Asked right after the effect settled, so that a failed try shows even when a later one succeeded. */
function failureOf(release: Release, envelope: EventEnvelope): FailedEffect | undefined {
  if (envelope.event.type !== 'EffectSettled') return undefined
  const { effectId, outcome } = envelope.event
  const effect = release.effects[effectId]
  if (!effect) return undefined
  if (!outcome.ok) return { effect, message: outcome.error.message, code: outcome.error.code, settled: envelope }
  const progress = progressOf(release, effect.purpose)
  if (progress.state !== 'retry' && progress.state !== 'failed') return undefined
  return { effect, message: progress.error.message, code: progress.error.code, settled: envelope }
}
