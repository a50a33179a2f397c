/** The state of a release: the fold of its events, nothing else. */

import type { JudgeState } from '../judge/judge.ts'
import type { SampleRatioState } from '../judge/sample-ratio.ts'
import type { Plan } from '../plan/plan.ts'
import type { Effect, EffectOutcome } from './effect.ts'
import type { Actor, Purpose, RollbackCause } from './events.ts'
import type { CheckEvidence, MetricReading, Shares } from './evidence.ts'
import type { Judgement, SplitFinding } from './judgement.ts'

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

/** What the decider is told of time: release time, and the wall clock for calendars. Both in milliseconds; wall time since 1970. */
export interface Now {
  elapsedMs: number
  wallMs: number
}

/** All times below are milliseconds of release time: monotonic since the start. */
export interface StepState {
  startedMs: number
  completedMs: number | null
  skipped: boolean
}

/** `stopped`: a rollback took it back, or its release with it. */
export interface PhaseState {
  status: 'waiting' | 'active' | 'completed' | 'stopped'
  startedMs: number | null
  completedMs: number | null
  steps: Record<string, StepState>
}

/** The last attempt for one purpose. */
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

/** What a gate has gathered. `runs` are the results of its check or webhook, the newest last, no more than the gate can use. */
export interface GateState {
  /** Since when the release waits for it. */
  openedMs: number
  runs: { atMs: number; evidence: CheckEvidence }[]
  /** Runs of its check asked for so far, and those that brought evidence. */
  run: number
  runsDone: number
  /** Failed runs count from here on: the opening, or the last word to try again. */
  triedMs: number
  /** Who passed over it, and why. */
  bypass: { by: Actor; reason: string; atMs: number } | null
  /** Who signs instead of the plan's role. */
  role: string | null
  missedMs: number | null
  remindedMs: number | null
}

/** A stage of one service that carries its users now: everything the judge needs, and the bake time earned. */
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
  /** Looks in a row: a trigger breached (counting up) or clear (counting down from zero). */
  streaks: Record<string, number>
  /** Triggers whose action was taken and that are not clear again. */
  acting: string[]
  arrivals: { candidate: number; baseline: number }
  /** Whether the service received what was asked for; absent where nobody counts that, or cohorts are routed beside the shares. */
  split?: { sums: SampleRatioState; found: SplitFinding | null }
  missing: Record<string, string>
  /** Since when each of these has been missing, without a look in between that had it; absent while nothing is. */
  missingSinceMs?: Record<string, number>
  /** Somebody let the stage pass undecided; it holds for this stage, once. */
  override: { by: Actor; reason: string } | null
}

/** What a service's way back has come to. */
export interface ServiceRollback {
  /** Release time at which share 0 was read back. */
  readBackMs: number | null
  /** Release time at which the service had seen nothing for the candidate any more. */
  quietMs: number | null
  /** Requests for the candidate were still coming at the last look. */
  isReceiving: boolean
  lastLookMs: number
  arrivalsCursor: MetricReading['cursor'] | null
}

export interface ServiceState {
  shares: { desired: Shares | null; observed: Shares | null; observedMs: number | null }
  /** Candidate shares in the order they were confirmed. */
  confirmedPercents: number[]
  exposure: Exposure | null
  /** The last stage that was asked for, by its id. */
  askedStageId: string | null
  rollback: ServiceRollback | null
}

export interface Rollback {
  cause: RollbackCause
  by: Actor
  triggeredMs: number
  firstBreachMs: number | null
  /** The services that go back, in this order. */
  services: string[]
  /** Everything stops with it; otherwise the phases that do not depend on what went back go on. */
  isWhole: boolean
  overdue: boolean
  /** Steps that could not be done, by id, with why. */
  failedSteps: Record<string, string>
  endedMs: number | null
}

export interface Hold {
  /** What is held: `stage ID`, `step ID`, `gate ID`, `trigger ID`. */
  about: string
  reason: string
  ask: string
  sinceMs: number
}

/** Something a person's decision may depend on: not a look, nor a call's attempt. */
export interface Change {
  version: number
  what: string
  /** The gate or step that it is about; null: the release. */
  about: string | null
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
  /** Derived from what is below it; kept, because everything asks for it. */
  status: ReleaseStatus
  /** Version of the last event. */
  version: number
  /** Release time of the last event. */
  elapsedMs: number
  /** The newest last, the first ones forgotten. */
  changes: Change[]
  phases: Record<string, PhaseState>
  gates: Record<string, GateState>
  signOffs: Record<string, SignOff[]>
  /** By the key of the purpose. */
  effects: Record<string, EffectState>
  /** Effects asked for so far. */
  effectCount: number
  services: Record<string, ServiceState>
  /** How often each trigger acted without going back. */
  episodes: Record<string, number>
  /** Digest of each version's artefact, as its first deployment reported it: what passed staging. */
  artefacts: Record<string, string>
  holds: Hold[]
  pause: { reason: string; by: Actor; sinceMs: number } | null
  /** The rollback under way or the last one. */
  rollback: Rollback | null
  ended: { status: ReleaseStatus; reason: string; atMs: number } | null
}

export const terminalStatuses: readonly ReleaseStatus[] = ['Succeeded', 'RolledBack', 'Degraded', 'Superseded']

export const isOver = (release: Release): boolean => release.ended !== null

/** A rollback that has not ended: nothing goes forward meanwhile. */
export const isGoingBack = ({ rollback, ended }: Release): boolean =>
  ended === null && rollback !== null && rollback.endedMs === null

/** The state of a service of the plan; a missing one is a bug. */
export function serviceState(release: Release, name: string): ServiceState {
  const state = release.services[name]
  if (!state) throw new Error(`service ${name} is not in release ${release.releaseId}`)
  return state
}

/** When the last service of the rollback was read back at share 0; null while one is not, and where none had users. */
export function backMs({ rollback, services }: Release): number | null {
  const times = (rollback?.services ?? []).map((name) => services[name]?.rollback?.readBackMs ?? null)
  const known = times.filter((time) => time !== null)
  return known.length > 0 && known.length === times.length ? Math.max(...known) : null
}
