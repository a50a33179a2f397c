/** Going back: who goes, in what order, until share 0 is read back, within the deadline or degraded (7, 8, 11). */
import type { EventOf } from '../../../core/release/events.ts'
import type { Release } from '../../../core/release/release.ts'
import { callsOf, isDone, isSame } from './calls.ts'
import { at, every, firstOf, type Invariant, type Moment } from './invariant.ts'
import { indexOf } from './plan-index.ts'
import { isGoingBack, verdictOf } from './state.ts'

/** A service that is stuck keeps those behind it waiting this long. */
const stuckMs = 1_000

type Fired = EventOf<'TriggerFired'>

/** Users were asked for and not seen back. */
function hasUsers({ services, ended }: Release, name: string): boolean {
  const state = services[name]
  return state !== undefined && state.askedStageId !== null && (ended !== null || state.rollback?.readBackMs == null)
}

/**
 * A rollback trigger that is breached, or data that the plan goes back without, and the service is not on its way back; there must be none once
 * a decision has come to rest.
 */
export function breached({ plan, services, elapsedMs }: Release): string | null {
  for (const { name } of plan.services) {
    const state = services[name]
    if (!state?.exposure || state.rollback) continue
    const { exposure } = state
    const unseen = Object.entries(exposure.missingSinceMs ?? {}).find(
      ([metricId, sinceMs]) =>
        elapsedMs - sinceMs > plan.judging.stalenessMs && !('gauge' in (plan.metrics[metricId]?.query ?? {})),
    )
    if (plan.judging.onMissing === 'rollback' && unseen) return `data of ${name}`
    for (const { statementId, verdict } of exposure.triggers) {
      if (verdict !== 'Failed' || (exposure.streaks[statementId] ?? 0) < plan.judging.breachLooks) continue
      const triggers = indexOf(plan).stages.get(exposure.stageId)?.stage.triggers ?? []
      if (triggers.some(({ id, action }) => id === statementId && action.kind === 'rollback')) return statementId
    }
  }
  return null
}

function brokenCause({ cause, services }: Fired, { before }: Moment): string | null {
  if (cause.kind !== 'trigger') return null
  const exposure = before.services[cause.service]?.exposure
  const trigger =
    exposure &&
    indexOf(before.plan)
      .stages.get(exposure.stageId)
      ?.stage.triggers.find(({ id }) => id === cause.triggerId)
  const verdict = verdictOf(before, cause.service, cause.triggerId)
  return firstOf(
    !trigger && `${cause.triggerId} is not armed`,
    trigger && trigger.action.kind !== 'rollback' && `${cause.triggerId} takes nothing back`,
    verdict !== 'Failed' && `${cause.triggerId} fired on ${verdict}`,
    (exposure?.streaks[cause.triggerId] ?? 0) < before.plan.judging.breachLooks && `${cause.triggerId} fired too early`,
    !services.includes(cause.service) && `${cause.service} failed and does not go back`,
  )
}

/** Everybody who must come along does, dependents first. */
function brokenScope({ services, phases, isWhole }: Fired, { before }: Moment): string | null {
  const { dependents, phases: all } = indexOf(before.plan)
  const wasBack = isGoingBack(before) ? (before.rollback?.services ?? []) : []
  const left = before.plan.services.find(({ name }) => {
    if (services.includes(name) || !hasUsers(before, name)) return false
    return isWhole || services.some((going) => dependents.get(going)?.has(name))
  })
  const outOfOrder = services.find((name, place) =>
    services.slice(place + 1).some((later) => dependents.get(name)?.has(later) && !dependents.get(later)?.has(name)),
  )
  const open = [...all.keys()].find((id) => {
    const status = before.phases[id]?.status
    return (status === 'active' || status === 'waiting') && !phases.includes(id) && isWhole
  })
  return firstOf(
    left && `${left.name} has users and does not go back`,
    outOfOrder && `${outOfOrder} goes back before what depends on it`,
    new Set(services).size !== services.length && 'a service goes back twice',
    wasBack.find((name) => hasUsers(before, name) && !services.includes(name)) && 'a service was left on its way back',
    open && `phase ${open} does not stop`,
  )
}

/** What the fold makes of it: everything going forward stops, and every service on the list is on its way. */
function brokenFold({ services, phases, isWhole }: Fired, { before, after, recorded }: Moment): string | null {
  const idle = services.find((name) => !after.services[name]?.rollback)
  const fresh = services.find((name) => {
    const was = before.services[name]?.rollback
    return !(isGoingBack(before) && was) && after.services[name]?.rollback?.readBackMs !== null
  })
  const running = phases.find((id) => after.phases[id]?.status !== 'stopped')
  return firstOf(
    !isGoingBack(after) && 'nothing goes back',
    idle && `${idle} is not on its way back`,
    fresh && `${fresh} is called back before it was asked to be`,
    running && `phase ${running} goes on`,
    isWhole && (after.holds.length > 0 || after.pause) && 'what is held or paused stays so while all goes back',
    !isGoingBack(before) &&
      after.rollback?.triggeredMs !== recorded.elapsedMs &&
      'the clock of the rollback starts at another time',
    isGoingBack(before) &&
      after.rollback?.triggeredMs !== before.rollback?.triggeredMs &&
      'the clock of the rollback started again',
  )
}

/** Share 0 is asked for in turn; those behind one that is stuck wait a second for it. */
function brokenTurn({ purpose, effect }: EventOf<'EffectRequested'>, { before, recorded }: Moment): string | null {
  if (purpose.kind !== 'rollback' || !before.rollback) return null
  const { services, triggeredMs } = before.rollback
  const place = services.indexOf(purpose.service)
  const service = before.plan.services.find(({ name }) => name === purpose.service)
  if (place < 0 || !service) return `${purpose.service} does not go back`
  const waits = services.slice(0, place).some((name) => before.services[name]?.rollback?.readBackMs === null)
  const early = waits && recorded.elapsedMs < triggeredMs + place * stuckMs
  const { mover, candidate, baseline } = service
  const wanted =
    mover.kind === 'flag'
      ? { kind: 'setFlag', backend: mover.backend, flag: mover.flag, setting: { percent: 0 } }
      : { kind: 'setShares', target: mover.router, shares: { [baseline]: 100, [candidate]: 0 } }
  return firstOf(
    before.services[purpose.service]?.rollback?.readBackMs !== null && `${purpose.service} is back already`,
    early && `${purpose.service} goes back before what depends on it is back`,
    purpose.part === 'shares' &&
      !isSame(wanted, effect) &&
      `${purpose.service} goes back to something else than share 0`,
    purpose.part === 'restore' && (effect.kind !== 'deploy' || effect.version !== baseline)
      ? 'something else than the baseline is restored'
      : null,
  )
}

function brokenRollbackStep({ purpose, effect }: EventOf<'EffectRequested'>, { before }: Moment): string | null {
  if (purpose.kind !== 'rollbackStep' || !before.rollback) return null
  const { services, failedSteps } = before.rollback
  const { steps } = before.plan.rollback
  const place = steps.findIndex(({ id }) => id === purpose.stepId)
  const step = steps[place]
  const away = services.find((name) => before.services[name]?.rollback?.readBackMs === null)
  const earlier = steps.slice(0, place).find(({ id }) => !(id in failedSteps) && !isStepDone(before, id))
  return firstOf(
    !step && `${purpose.stepId} is no step of the rollback`,
    step && !isSame(callsOf(before, step).get(''), effect) && `${step.id} asks for something else than its plan`,
    away && `${purpose.stepId} comes before ${away} is back`,
    earlier && `${purpose.stepId} comes before ${earlier.id}`,
    purpose.stepId in failedSteps && `${purpose.stepId} had failed`,
  )
}

function isStepDone(release: Release, stepId: string): boolean {
  const call = release.effects[`rollbackStep ${stepId}`]
  return call !== undefined && isDone(release, call)
}

/** An end of a rollback that is no failure: all are back, in time, every step done. */
function brokenEnd(
  { type, readBackMs }: { type: string; readBackMs?: number },
  { before, recorded, truth }: Moment,
): string | null {
  const { rollback, plan } = before
  if (!rollback) return `${type} without a rollback`
  const isLate = rollback.endedMs === null && recorded.elapsedMs - rollback.triggeredMs > plan.rollback.deadlineMs
  const times = rollback.services.map((name) => before.services[name]?.rollback?.readBackMs ?? null)
  const away = rollback.services[times.indexOf(null)]
  const [failed] = Object.keys(rollback.failedSteps)
  const undone =
    rollback.services.length > 0 ? plan.rollback.steps.find(({ id }) => !isStepDone(before, id)) : undefined
  const exposed = rollback.services.find((name) => (truth.shares[name] ?? 0) > 0.001)
  const tookMs = Math.max(rollback.triggeredMs, ...times.map((time) => time ?? 0)) - rollback.triggeredMs
  return firstOf(
    away && `${away} is not back`,
    exposed && `${exposed} has ${truth.shares[exposed]} % of its users at the candidate`,
    (isLate || rollback.overdue) && 'it was late, and late is degraded',
    failed && `${failed} failed, and that is degraded`,
    undone && `${undone.id} was not done`,
    type === 'ReleaseSuperseded' && rollback.cause.kind !== 'superseded' && 'no other release takes its place',
    type !== 'ReleaseSuperseded' &&
      rollback.cause.kind === 'superseded' &&
      'another release takes its place, and it is not said',
    readBackMs !== undefined &&
      rollback.endedMs === null &&
      Math.abs(readBackMs - tookMs) > 0.5 &&
      `it took ${tookMs} ms, and says ${readBackMs} ms`,
  )
}

/** A service is called back only by an answer that says its candidate has nobody. */
function brokenReadback(event: Moment['recorded']['event'], { before, after }: Moment): string | null {
  for (const { name, candidate } of before.plan.services) {
    const [was, is] = [before.services[name], after.services[name]]
    if (was === is || is?.rollback?.readBackMs == null || was?.rollback?.readBackMs === is.rollback.readBackMs) continue
    if (event.type !== 'EffectSettled' || !event.outcome.ok) return `${event.type} called ${name} back`
    const { value } = event.outcome
    const percent =
      value.kind === 'setShares'
        ? (value.shares[candidate] ?? 0)
        : value.kind === 'setFlag'
          ? value.setting.percent
          : 100
    if (percent > 0.001) return `${name} is called back with ${percent} % at the candidate`
  }
  return null
}

/** Once its turn has come, a service is asked to go back, whatever those before it do. */
function brokenWait({ before, recorded }: Moment): string | null {
  if (!isGoingBack(before) || !before.rollback || recorded.elapsedMs <= before.elapsedMs) return null
  const { services, triggeredMs } = before.rollback
  const late = services.find((name, place) => {
    const isAsked = before.effects[`rollback ${name} capacity`] ?? before.effects[`rollback ${name} shares`]
    return (
      before.services[name]?.rollback?.readBackMs === null &&
      !isAsked &&
      before.elapsedMs > triggeredMs + place * stuckMs
    )
  })
  return late ? `nobody asks ${late} back` : null
}

export const rollbackInvariants: Invariant[] = [
  every('7 a breached trigger fires before anything else happens', (event, { before }) => {
    if (before.ended || event.type === 'TriggerFired' || event.type === 'EffectRequested') return null
    const id = breached(before)
    return id === null ? null : `${id} is breached, and ${event.type} follows`
  }),
  at('TriggerFired', '7 triggers fire by breached looks alone', brokenCause),
  at('TriggerFired', '7 what depends on each other goes back together', brokenScope),
  at('TriggerFired', '7 going back stops what goes forward', brokenFold),
  every('7 nobody on the way back waits for one that is stuck', (_event, moment) => brokenWait(moment)),
  at('EffectRequested', '7 services go back in turn, to share 0', brokenTurn),
  at('EffectRequested', '11 the plan’s own steps come once users are back', brokenRollbackStep),
  every('8 share 0 is read back', brokenReadback),
  at(
    ['RollbackEnded', 'ReleaseRolledBack', 'ReleaseSuperseded'],
    '11 a late or failed rollback is degraded',
    brokenEnd,
  ),
  at('ReleaseRolledBack', '11 rolled back is the end of all that can go on', (_event, { before }) => {
    const active = before.rollback?.isWhole
      ? undefined
      : Object.entries(before.phases).find(([, { status }]) => status === 'active')
    return active ? `phase ${active[0]} is under way` : null
  }),
  at('RollbackOverdue', '11 a rollback is late after its deadline, once', (_event, { before, recorded }) =>
    firstOf(
      before.rollback?.overdue && 'it was late already',
      recorded.elapsedMs - (before.rollback?.triggeredMs ?? 0) <= before.plan.rollback.deadlineMs &&
        'it is not late yet',
    ),
  ),
  at('RollbackStepFailed', '11 a step that failed is noted', ({ stepId }, { before, after }) =>
    firstOf(
      !isGoingBack(before) && 'nothing goes back',
      isStepDone(before, stepId) && `${stepId} was done`,
      !after.rollback || !(stepId in after.rollback.failedSteps) ? `the failure of ${stepId} was lost` : null,
    ),
  ),
  at('ReleaseDegraded', '11 degraded is said of what went back late or failed', (_event, { before, recorded }) => {
    const { rollback, plan } = before
    if (!rollback) return 'nothing went back'
    const isLate = rollback.overdue || recorded.elapsedMs - rollback.triggeredMs > plan.rollback.deadlineMs
    const isAway = rollback.services.some((name) => before.services[name]?.rollback?.readBackMs == null)
    const isReceiving = rollback.services.some((name) => before.services[name]?.rollback?.isReceiving)
    return isLate || isAway || isReceiving || Object.keys(rollback.failedSteps).length > 0
      ? null
      : 'it went back as planned'
  }),
]
