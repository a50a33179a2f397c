/** The state of a release: the fold of its events, nothing else. */

import type { JudgeState } from '../judge/judge.ts'
import type { Plan } from '../plan/plan.ts'
import type { Effect, EffectOutcome } from './effect.ts'
import type { Actor, Purpose, RollbackCause } from './events.ts'
import type { MetricReading, Shares } from './evidence.ts'
import type { Judgement } from './judgement.ts'

export type ReleaseStatus =
  | 'Pending'
  | 'Progressing'
  | 'Held'
  | 'Paused'
  | 'RollingBack'
  | 'Succeeded'
  | 'RolledBack'
  | 'Degraded'
  | 'Superseded'

/** All times below are milliseconds of release time: monotonic since the start. */
export interface PhaseState {
  status: 'waiting' | 'active' | 'completed'
  startedMs: number | null
  completedMs: number | null
  steps: Record<string, { startedMs: number; completedMs: number | null }>
}

export interface EffectState {
  effectId: string
  effect: Effect
  purpose: Purpose
  attempt: number
  /** Position of the request in the store: the fence the target sees. */
  fence: number
  requestedMs: number
  settled: { atMs: number; outcome: EffectOutcome } | null
}

export interface SignOff {
  person: Actor
  role: string
  digest: string
  approved: boolean
  atMs: number
  comment?: string
}

/** The stage that carries traffic now: everything the judge needs, and the bake time earned. */
export interface Exposure {
  stageId: string
  enteredMs: number
  bakedMs: number
  passed: boolean
  lastLookMs: number
  /** Last time every metric of the stage had data. */
  lastFreshMs: number
  /** Bookmarks of the metric sources, by metric id; `arrivals` is the service's own count. */
  cursors: Record<string, MetricReading['cursor']>
  judges: Record<string, JudgeState>
  criteria: Judgement[]
  triggers: Judgement[]
  arrivals: { candidate: number; baseline: number }
  missing: Record<string, string>
}

export interface Rollback {
  cause: RollbackCause
  by: Actor
  triggeredMs: number
  firstBreachMs: number | null
  /** Release time at which share 0 was read back. */
  readBackMs: number | null
  /** Release time at which the service had seen nothing for the candidate any more. */
  quietMs: number | null
  lastLookMs: number
  arrivalsCursor: MetricReading['cursor'] | null
  overdue: boolean
}

export interface Release {
  releaseId: string
  projectId: string
  plan: Plan
  digest: string
  speed: number
  startedBy: Actor
  /** ISO 8601, UTC. */
  startedAt: string
  status: ReleaseStatus
  /** Version of the last event. */
  version: number
  /** Release time of the last event. */
  elapsedMs: number
  phases: Record<string, PhaseState>
  signOffs: Record<string, SignOff[]>
  effects: Record<string, EffectState>
  shares: { desired: Shares | null; observed: Shares | null; observedMs: number | null }
  /** Candidate shares in the order they were confirmed. */
  confirmedPercents: number[]
  exposure: Exposure | null
  hold: { reason: string; ask: string; sinceMs: number } | null
  pause: { reason: string; by: Actor; sinceMs: number; from: ReleaseStatus } | null
  rollback: Rollback | null
  endedMs: number | null
}

export const terminalStatuses: readonly ReleaseStatus[] = ['Succeeded', 'RolledBack', 'Degraded', 'Superseded']

export const isOver = (release: Release): boolean => terminalStatuses.includes(release.status)
