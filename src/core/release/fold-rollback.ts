/** What going back leaves in the state. */
import { ladderOf } from '../plan/plan.ts'
import type { Fold } from './fold.ts'
import { withService } from './fold-effects.ts'
import { gateAbout, stageAbout, stepAbout, triggerAbout } from './holds.ts'
import { type Hold, isGoingBack, type Release, type Rollback, type ServiceRollback, serviceState } from './release.ts'

export const foldRollback: {
  TriggerFired: Fold<'TriggerFired'>
  RollbackObserved: Fold<'RollbackObserved'>
  RollbackOverdue: Fold<'RollbackOverdue'>
  RollbackStepFailed: Fold<'RollbackStepFailed'>
  RollbackEnded: Fold<'RollbackEnded'>
  ReleaseRolledBack: Fold<'ReleaseRolledBack'>
  ReleaseDegraded: Fold<'ReleaseDegraded'>
} = {
  TriggerFired: (before, { cause, firstBreachMs, services, phases, isWhole }, { actor, elapsedMs }) => ({
    ended: null,
    holds: isWhole ? [] : heldElsewhere(before, services, phases),
    pause: isWhole ? null : before.pause,
    effects: withoutEarlierWays(before, services),
    phases: stopped(before, phases),
    services: goingBack(before, services, elapsedMs),
    rollback: {
      cause,
      by: actor,
      // A train that is drawn in further while it goes back is late by its first trigger.
      triggeredMs: isGoingBack(before) ? (before.rollback?.triggeredMs ?? elapsedMs) : elapsedMs,
      firstBreachMs,
      services,
      isWhole,
      overdue: false,
      failedSteps: {},
      endedMs: null,
    },
  }),
  RollbackObserved: (before, { service, quiet, arrivals }, { elapsedMs }) => {
    const state = serviceState(before, service)
    if (!state.rollback) return {}
    const rollback = {
      ...state.rollback,
      quietMs: quiet ? elapsedMs : null,
      isReceiving: (arrivals?.arms.candidate?.total ?? 0) > 0,
      lastLookMs: elapsedMs,
      arrivalsCursor: arrivals?.cursor ?? state.rollback.arrivalsCursor,
    }
    return withService(before, service, { ...state, rollback })
  },
  RollbackOverdue: (before) => withRollback(before, { overdue: true }),
  RollbackStepFailed: (before, { stepId, error }) =>
    withRollback(before, { failedSteps: { ...before.rollback?.failedSteps, [stepId]: error } }),
  RollbackEnded: (before, _event, { elapsedMs }) => withRollback(before, { endedMs: elapsedMs }),
  ReleaseRolledBack: (before, _event, { elapsedMs }) => ended(before, 'RolledBack', '', elapsedMs),
  ReleaseDegraded: (before, { reason }, { elapsedMs }) => ended(before, 'Degraded', reason, elapsedMs),
}

/** Holds of what neither goes back nor stops. */
function heldElsewhere({ plan, holds }: Release, services: readonly string[], phases: readonly string[]): Hold[] {
  const rungs = ladderOf(plan).filter(({ step }) => services.includes(step.service))
  const over = new Set(
    rungs.flatMap(({ stage }) => [stageAbout(stage.id), ...stage.triggers.map(({ id }) => triggerAbout(id))]),
  )
  for (const { entry, steps, exit } of plan.phases.filter(({ id }) => phases.includes(id))) {
    for (const { id } of [...entry, ...exit]) over.add(gateAbout(id))
    for (const { id } of steps) over.add(stepAbout(id))
  }
  return holds.filter(({ about }) => !over.has(about))
}

const ended = (before: Release, status: 'RolledBack' | 'Degraded', reason: string, atMs: number): Partial<Release> => ({
  ended: { status, reason, atMs },
  holds: [],
  pause: null,
  ...withRollback(before, { endedMs: before.rollback?.endedMs ?? atMs }),
})

const withRollback = ({ rollback }: Release, change: Partial<Rollback>): Partial<Release> =>
  rollback ? { rollback: { ...rollback, ...change } } : {}

function stopped({ phases }: Release, stops: readonly string[]): Release['phases'] {
  const entries = Object.entries(phases).map(([id, state]): [string, Release['phases'][string]] => [
    id,
    stops.includes(id) ? { ...state, status: 'stopped' } : state,
  ])
  return Object.fromEntries(entries)
}

/** Services that are on their way back already stay where they are on it. */
const isOnItsWay = (before: Release, name: string): boolean =>
  isGoingBack(before) && before.services[name]?.rollback != null

function goingBack(before: Release, names: readonly string[], elapsedMs: number): Release['services'] {
  const fresh: ServiceRollback = {
    readBackMs: null,
    quietMs: null,
    isReceiving: false,
    lastLookMs: elapsedMs,
    arrivalsCursor: null,
  }
  const entries = Object.entries(before.services).map(([name, state]): [string, Release['services'][string]] => [
    name,
    names.includes(name) && !isOnItsWay(before, name) ? { ...state, rollback: fresh } : state,
  ])
  return Object.fromEntries(entries)
}

/** What an earlier way back of these services asked for says nothing of this one. */
function withoutEarlierWays(before: Release, names: readonly string[]): Release['effects'] {
  const fresh = names.filter((name) => !isOnItsWay(before, name)).map((name) => `rollback ${name} `)
  const entries = Object.entries(before.effects).filter(
    ([key]) => !key.startsWith('rollbackStep ') && !fresh.some((prefix) => key.startsWith(prefix)),
  )
  return Object.fromEntries(entries)
}
