/** Going back: each service in turn to share 0, read back, then the last requests seen out and the plan's own steps. It needs no metric and no person. */
import { serviceOf } from '../plan/plan.ts'
import type { Service } from '../plan/service.ts'
import type { RollbackStep } from '../plan/step.ts'
import { lastAttempt, lateWrites } from './effects.ts'
import type { Purpose, ReleaseEvent } from './events.ts'
import { moveEffect } from './move.ts'
import { canGoOn } from './phases.ts'
import { type Now, type Release, type Rollback, serviceState } from './release.ts'
import { driveEffect } from './request-effect.ts'
import { capacityWaitMs, lateWriteMs, rollbackLooksUntilMs, stuckMs } from './rollback-limits.ts'
import { callsOf } from './steps/calls.ts'

export function advanceRollback(release: Release, now: Now): ReleaseEvent[] {
  const { rollback, plan } = release
  if (!rollback) return []
  const { deadlineMs } = plan.rollback
  if (!rollback.overdue && now.elapsedMs - rollback.triggeredMs > deadlineMs)
    return [{ type: 'RollbackOverdue', deadlineMs }]
  for (const name of turnsOf(release, rollback, now)) {
    const events = takeBack(release, rollback, serviceOf(plan, name), now)
    if (events.length > 0) return events
  }
  const unread = rollback.services.filter((name) => serviceState(release, name).rollback?.readBackMs === null)
  if (unread.length > 0) return []
  const steps = rollback.services.length > 0 ? advanceSteps(release, rollback, now) : 'done'
  return steps === 'done' ? finish(release, rollback, now) : steps
}

/** Whose turn it is: one after another, but nobody waits long for one that is stuck. */
function turnsOf(release: Release, { services, triggeredMs }: Rollback, now: Now): string[] {
  const stuck = Math.floor((now.elapsedMs - triggeredMs) / stuckMs)
  const firstOpen = services.findIndex((name) => serviceState(release, name).rollback?.readBackMs === null)
  return firstOpen < 0 ? [] : services.slice(firstOpen, Math.max(firstOpen, stuck) + 1)
}

function takeBack(release: Release, rollback: Rollback, service: Service, now: Now): ReleaseEvent[] {
  if (serviceState(release, service.name).rollback?.readBackMs !== null) return []
  const waits = makeRoom(release, rollback, service, now)
  if (waits !== 'enough') return waits
  const purpose: Purpose = { kind: 'rollback', service: service.name, part: 'shares' }
  const { requests, progress } = driveEffect(release, purpose, moveEffect(service, 0), now)
  if (progress.state !== 'failed') return requests
  return [
    { type: 'ReleaseDegraded', reason: `share 0 of ${service.name} could not be confirmed: ${progress.error.message}` },
  ]
}

/**
 * Is the baseline there to take the users? It is asked once; where it is known not to be, it is deployed again and waited for, but not for
 * ever: a baseline that nobody can ask is trusted, for a rollback must not hang on a question.
 */
function makeRoom(release: Release, { triggeredMs }: Rollback, service: Service, now: Now): 'enough' | ReleaseEvent[] {
  const { deployer, baseline, name } = service
  if (deployer === undefined || now.elapsedMs - triggeredMs >= capacityWaitMs) return 'enough'
  const asking: Purpose = { kind: 'rollback', service: name, part: 'capacity' }
  const asked = lastAttempt(release, asking)
  if (!asked) return driveEffect(release, asking, { kind: 'readVersions', target: deployer }, now).requests
  if (!asked.settled) return []
  const { outcome } = asked.settled
  if (!outcome.ok || outcome.value.kind !== 'readVersions') return 'enough'
  if (outcome.value.versions.running.some(({ version, healthy }) => version === baseline && healthy)) return 'enough'
  const restoring: Purpose = { kind: 'rollback', service: name, part: 'restore' }
  const effect = { kind: 'deploy' as const, target: deployer, version: baseline }
  const { requests, progress } = driveEffect(release, restoring, effect, now)
  return progress.state === 'done' || progress.state === 'failed' ? 'enough' : requests
}

/** The plan's own steps, in order; one that cannot be done is noted, and the next one is tried. */
function advanceSteps(release: Release, { failedSteps }: Rollback, now: Now): 'done' | ReleaseEvent[] {
  for (const step of release.plan.rollback.steps) {
    if (step.id in failedSteps) continue
    const purpose: Purpose = { kind: 'rollbackStep', stepId: step.id }
    const { requests, progress } = driveEffect(release, purpose, effectOf(release, step), now)
    if (progress.state === 'failed')
      return [{ type: 'RollbackStepFailed', stepId: step.id, error: progress.error.message }]
    if (progress.state !== 'done') return requests
  }
  return 'done'
}

function effectOf(release: Release, step: RollbackStep) {
  const [call] = callsOf(release, step)
  if (!call) throw new Error(`rollback step ${step.id} calls nothing`)
  return call.effect
}

/** Ends when the services are quiet, or when that could not be seen in time: share 0 was read back, and no metric holds a rollback up. */
function finish(release: Release, rollback: Rollback, now: Now): ReleaseEvent[] {
  const states = rollback.services.map((name) => serviceState(release, name).rollback)
  const readBackMs = Math.max(rollback.triggeredMs, ...states.map((state) => state?.readBackMs ?? 0))
  const isQuiet = states.every((state) => state?.quietMs !== null)
  if (!isQuiet && now.elapsedMs - readBackMs < rollbackLooksUntilMs) return []
  if (lateWrites(release).length > 0 && now.elapsedMs - rollback.triggeredMs < lateWriteMs) return []
  const problem = problemOf(release, rollback, now)
  if (problem !== null) return [{ type: 'ReleaseDegraded', reason: problem }]
  const quietMs = Math.max(...states.map((state) => state?.quietMs ?? 0)) - rollback.triggeredMs
  const took = { readBackMs: readBackMs - rollback.triggeredMs, quietMs: isQuiet && states.length > 0 ? quietMs : null }
  if (rollback.cause.kind === 'superseded') return [{ type: 'ReleaseSuperseded', by: rollback.cause.by }]
  const goesOn = !rollback.isWhole && canGoOn(release)
  return [goesOn ? { type: 'RollbackEnded', ...took } : { type: 'ReleaseRolledBack', ...took }]
}

function problemOf(release: Release, rollback: Rollback, now: Now): string | null {
  const receiving = rollback.services.filter((name) => serviceState(release, name).rollback?.isReceiving)
  if (receiving.length > 0)
    return `share 0 was read back, and requests still reach the candidate of ${receiving.join(', ')}`
  const [failed] = Object.entries(rollback.failedSteps)
  if (failed) {
    const text = release.plan.rollback.steps.find(({ id }) => id === failed[0])?.text ?? failed[0]
    return `users are back at the baseline, but "${text}" could not be done: ${failed[1]}`
  }
  const isLate = rollback.overdue || now.elapsedMs - rollback.triggeredMs > release.plan.rollback.deadlineMs
  return isLate ? 'users are back at the baseline, after the deadline' : null
}
