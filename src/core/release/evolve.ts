/** The fold: a state and an event give the next state. Nothing is decided here. */

import { changesAfter } from './changes.ts'
import type { EventOf, ReleaseEvent } from './events.ts'
import type { Fold, Recorded } from './fold.ts'
import { foldEffects } from './fold-effects.ts'
import { foldExposure } from './fold-exposure.ts'
import { foldGates } from './fold-gates.ts'
import { foldPeople } from './fold-people.ts'
import { foldPhases } from './fold-phases.ts'
import { foldRollback } from './fold-rollback.ts'
import { isGoingBack, type PhaseState, type Release, type ReleaseStatus, type ServiceState } from './release.ts'

/** Rises whenever the same events would give another state: snapshots of another fold are thrown away. */
export const foldVersion = 4

type Folds = { [T in Exclude<ReleaseEvent['type'], 'ReleaseStarted'>]: Fold<T> }

const folds: Folds = {
  ...foldPhases,
  ...foldGates,
  ...foldPeople,
  ...foldEffects,
  ...foldExposure,
  ...foldRollback,
}

/** The release after one more event. The first event of a stream must be `ReleaseStarted`. */
export function evolve(before: Release | null, recorded: Recorded): Release {
  const { event, elapsedMs } = recorded
  if (event.type === 'ReleaseStarted') return started(event, recorded)
  if (before === null) throw new Error(`a release begins with ReleaseStarted, not with ${event.type}`)
  const fold = folds[event.type] as Fold<typeof event.type>
  const version = before.version + 1
  const changes = changesAfter(before, event, version)
  const after = { ...before, ...fold(before, event as never, recorded), version, elapsedMs, changes }
  after.status = statusAfter(after)
  return after
}

/** The fold of a whole stream. */
export function releaseOf(events: readonly Recorded[]): Release {
  const release = events.reduce<Release | null>(evolve, null)
  if (release === null) throw new Error('a release has at least one event')
  return release
}

function started(event: EventOf<'ReleaseStarted'>, { actor, at, elapsedMs }: Recorded): Release {
  const { releaseId, projectId, plan, digest, speed } = event
  const waiting: PhaseState = { status: 'waiting', startedMs: null, completedMs: null, steps: {} }
  return {
    releaseId,
    projectId,
    plan,
    digest,
    speed,
    startedBy: actor,
    startedAt: at,
    status: 'Pending',
    version: 1,
    elapsedMs,
    changes: [],
    phases: Object.fromEntries(plan.phases.map((phase) => [phase.id, waiting])),
    gates: {},
    signOffs: {},
    effects: {},
    effectCount: 0,
    services: Object.fromEntries(plan.services.map(({ name }) => [name, untouched])),
    episodes: {},
    artefacts: {},
    holds: [],
    pause: null,
    rollback: null,
    ended: null,
  }
}

const untouched: ServiceState = {
  shares: { desired: null, observed: null, observedMs: null },
  confirmedPercents: [],
  exposure: null,
  askedStageId: null,
  rollback: null,
}

/** What ends, stops or holds a release says so, in this order. */
function statusAfter(release: Release): ReleaseStatus {
  if (release.ended) return release.ended.status
  if (isGoingBack(release)) return 'RollingBack'
  if (release.pause) return 'Paused'
  if (release.holds.length > 0) return 'Held'
  return Object.values(release.phases).some(({ startedMs }) => startedMs !== null) ? 'Progressing' : 'Pending'
}
