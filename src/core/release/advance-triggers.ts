/** Triggers stay armed as long as the candidate has users, whatever else the release waits for. */
import { isGauge } from '../plan/metric.ts'
import type { Trigger } from '../plan/step.ts'
import type { ReleaseEvent } from './events.ts'
import { isHeld, triggerAbout } from './holds.ts'
import { judgeOf, questionOf, stageOf } from './look.ts'
import { type Exposure, isGoingBack, type Now, type Release, serviceState } from './release.ts'
import { driveEffect } from './request-effect.ts'
import { serviceRollback } from './scope.ts'

/** The triggers of every service that is not going back already, rollbacks first. */
export function advanceTriggers(release: Release, now: Now): ReleaseEvent[] {
  const armed = release.plan.services.flatMap(({ name }) => armedTriggers(release, name))
  for (const { service, exposure, trigger } of armed) {
    if (trigger.action.kind === 'rollback' && isBreached(release, exposure, trigger))
      return [rollBack(release, service, exposure, trigger)]
  }
  const unseen = release.plan.services.flatMap(({ name }) => rollBackUnseen(release, name, now))
  if (unseen.length > 0) return unseen.slice(0, 1)
  if (isGoingBack(release)) return []
  for (const { service, exposure, trigger } of armed) {
    const events = act(release, service, exposure, trigger, now)
    if (events.length > 0) return events
  }
  return []
}

interface Armed {
  service: string
  exposure: Exposure
  trigger: Trigger
}

function armedTriggers(release: Release, service: string): Armed[] {
  const { exposure, rollback } = serviceState(release, service)
  if (!exposure || rollback) return []
  return stageOf(release, exposure.stageId).triggers.map((trigger) => ({ service, exposure, trigger }))
}

/** Enough looks in a row, and the newest of this stage among them: a stage that was just entered has not been looked at. */
const isBreached = (release: Release, { streaks, triggers }: Exposure, { id }: Trigger): boolean =>
  (streaks[id] ?? 0) >= release.plan.judging.breachLooks &&
  triggers.some(({ statementId, verdict }) => statementId === id && verdict === 'Failed')

const isClear = (release: Release, { streaks }: Exposure, { id }: Trigger): boolean =>
  (streaks[id] ?? 0) <= -release.plan.judging.clearLooks

/** Where the plan says so, users do not stay where nobody sees how they fare. A gauge decides nothing, also by being away. */
function rollBackUnseen(release: Release, service: string, { elapsedMs }: Now): ReleaseEvent[] {
  const { exposure, rollback } = serviceState(release, service)
  const { onMissing, stalenessMs } = release.plan.judging
  if (onMissing !== 'rollback' || !exposure || rollback) return []
  const { metrics } = release.plan
  const unseen = Object.entries(exposure.missingSinceMs ?? {}).find(
    ([metricId, sinceMs]) => elapsedMs - sinceMs > stalenessMs && !isGauge(metrics[metricId]),
  )
  if (!unseen) return []
  const [metricId] = unseen
  const what = `fresh data of ${metrics[metricId]?.name ?? metricId}`
  const cause = { kind: 'failure' as const, what, error: exposure.missing[metricId] ?? '' }
  return [withWhatGoesBack(release, serviceRollback(release, service, cause, null))]
}

function rollBack(release: Release, service: string, exposure: Exposure, trigger: Trigger): ReleaseEvent {
  const state = exposure.judges[trigger.id]
  const question = questionOf(release, stageOf(release, exposure.stageId), trigger)
  const firstBreachMs = state ? judgeOf(release.plan).firstBreachMs(state, question) : null
  const judgement = judgementOf(exposure, trigger)
  const cause = { kind: 'trigger' as const, service, triggerId: trigger.id, judgement }
  return withWhatGoesBack(release, serviceRollback(release, service, cause, firstBreachMs))
}

/** Another part of the train fails while the first goes back: both do. */
function withWhatGoesBack(release: Release, fired: ReturnType<typeof serviceRollback>): ReleaseEvent {
  if (!isGoingBack(release) || !release.rollback) return fired
  const both = new Set([...fired.services, ...release.rollback.services])
  const services = release.plan.services.map(({ name }) => name).filter((name) => both.has(name))
  return { ...fired, services: services.reverse(), isWhole: release.rollback.isWhole }
}

/** The verdict that breached; a streak of breaches comes from one, so a missing one is a bug. */
function judgementOf({ triggers }: Exposure, { id }: Trigger) {
  const judgement = triggers.find(({ statementId }) => statementId === id)
  if (!judgement) throw new Error(`trigger ${id} fired without a verdict`)
  return judgement
}

/** Actions that do not go back: once for each time the trigger is breached, until it is clear again. */
function act(release: Release, service: string, exposure: Exposure, trigger: Trigger, now: Now): ReleaseEvent[] {
  const { id, action, text } = trigger
  if (action.kind === 'rollback') return []
  const about = triggerAbout(id)
  if (!exposure.acting.includes(id)) {
    if (!isBreached(release, exposure, trigger)) return []
    const judgement = judgementOf(exposure, trigger)
    const episode = (release.episodes[id] ?? 0) + 1
    const acted: ReleaseEvent = { type: 'TriggerActed', service, triggerId: id, action, episode, judgement }
    const reason = `trigger "${text}": ${judgement.explanation}`
    if (action.kind === 'halt') return [acted, { type: 'ReleaseHeld', about, reason, ask: release.plan.asks }]
    if (action.kind === 'pause' && release.pause === null) return [acted, { type: 'ReleasePaused', reason }]
    return [acted]
  }
  if (isClear(release, exposure, trigger)) {
    const cleared: ReleaseEvent = { type: 'TriggerCleared', service, triggerId: id }
    return isHeld(release, about)
      ? [cleared, { type: 'HoldCleared', about, reason: `trigger "${text}" is clear` }]
      : [cleared]
  }
  if (action.kind !== 'command') return []
  const purpose = { kind: 'trigger' as const, triggerId: id, episode: release.episodes[id] ?? 1 }
  const { command, parameters } = action
  return driveEffect(release, purpose, { kind: 'runCommand', command, parameters }, now).requests
}
