/** How people steer a release beside signing it: promote, override, skip, retry, reassign, supersede. Each needs a right and a reason that is kept. */
import { maySteer } from '../access/roles.ts'
import type { Rejection, ReleaseCommand } from './commands.ts'
import { sameShares } from './effects.ts'
import type { Actor, ReleaseEvent } from './events.ts'
import { gateHolds } from './gates/gates.ts'
import { gateAbout, isHeld, stageAbout, stepAbout } from './holds.ts'
import { stageOf } from './look.ts'
import { activePhases, reachedGates } from './open-gates.ts'
import { readySteps } from './phases.ts'
import { invalid, wrongState } from './rejections.ts'
import { type Exposure, isGoingBack, isOver, type Now, type Release, serviceState } from './release.ts'
import { exposedServices, wholeRollback } from './scope.ts'

export type SteerCommand = Exclude<ReleaseCommand, { type: 'abort' | 'pause' | 'resume' | 'approve' | 'reject' }>
type Of<T extends SteerCommand['type']> = Extract<SteerCommand, { type: T }>

export function steer(release: Release, command: SteerCommand, actor: Actor, now: Now): ReleaseEvent[] | Rejection {
  const right = maySteer(release.plan, actor.id)
  if (!right.allowed) return { rejected: true, code: 'notAuthorised', message: right.because }
  if (isOver(release) || isGoingBack(release)) return wrongState(release, `it cannot be told to ${command.type}`)
  switch (command.type) {
    case 'promote':
      return promote(release, command, now)
    case 'override':
      return override(release, command)
    case 'skip':
      return skip(release, command, now)
    case 'retry':
      return retry(release, command)
    case 'reassign':
      return reassign(release, command)
    case 'supersede':
      return [wholeRollback(release, { kind: 'superseded', by: command.by, reason: command.reason })]
  }
}

/** The stage under way of the one service that a command means; with several it must be named. */
function stageUnderWay(
  release: Release,
  service: string | undefined,
): { service: string; exposure: Exposure } | Rejection {
  const climbing = exposedServices(release).flatMap((name) => {
    const { exposure } = serviceState(release, name)
    return exposure && !exposure.passed ? [{ service: name, exposure }] : []
  })
  const [only, ...others] = climbing.filter((one) => service === undefined || one.service === service)
  if (!only)
    return wrongState(release, service === undefined ? 'no stage is under way' : `no stage of ${service} is under way`)
  if (others.length === 0) return only
  return invalid(
    'several services have a stage under way',
    `say which with --service: ${climbing.map((one) => one.service).join(', ')}`,
  )
}

/** The bake is cut short, never the verdict: without every criterion met it stays. */
function promote(release: Release, { service, reason }: Of<'promote'>, { elapsedMs }: Now): ReleaseEvent[] | Rejection {
  const found = stageUnderWay(release, service)
  if ('rejected' in found) return found
  const { exposure } = found
  const { shares } = serviceState(release, found.service)
  const stage = stageOf(release, exposure.stageId)
  const open = stage.criteria.filter(
    ({ id }) => exposure.criteria.find(({ statementId }) => statementId === id)?.verdict !== 'Successful',
  )
  const seenMs = Math.min(exposure.lastFreshMs, shares.observedMs ?? 0)
  const isStale = elapsedMs - seenMs > release.plan.judging.stalenessMs
  if (isStale || Object.keys(exposure.missing).length > 0) return wrongState(release, `${stage.name} has no fresh data`)
  if (!sameShares(shares.desired, shares.observed))
    return wrongState(release, `the shares of ${stage.name} are not there`)
  if (exposure.lastLookMs === exposure.enteredMs) return wrongState(release, `${stage.name} was not looked at yet`)
  if (open.length > 0 || exposure.acting.length > 0) {
    const what = open.map(({ text }) => `"${text}"`).join(', ') || 'a trigger that is breached'
    return wrongState(release, `${stage.name} is not decided: ${what}`, 'override an undecided verdict, or wait')
  }
  const { service: name } = found
  return [
    ...clearedHold(release, stageAbout(stage.id), `promoted: ${reason}`),
    { type: 'StagePassed', service: name, stageId: stage.id, criteria: exposure.criteria, promoted: reason },
  ]
}

/** Only where the numbers are asked and do not decide; missing data is no verdict, and a stage is overridden once. */
function override(release: Release, { service, reason }: Of<'override'>): ReleaseEvent[] | Rejection {
  const found = stageUnderWay(release, service)
  if ('rejected' in found) return found
  const { exposure } = found
  const { name, criteria } = stageOf(release, exposure.stageId)
  if (exposure.override) return wrongState(release, `${name} was overridden already`)
  if (Object.keys(exposure.missing).length > 0)
    return wrongState(release, `${name} has no fresh data, and that is no verdict to override`)
  const isDecided = criteria.every(
    ({ id }) => exposure.criteria.find(({ statementId }) => statementId === id)?.verdict === 'Successful',
  )
  if (isDecided) return wrongState(release, `${name} has nothing undecided to override`, 'promote ends its bake')
  return [{ type: 'VerdictOverridden', service: found.service, stageId: exposure.stageId, reason }]
}

/** Steps, and gates that are no person's word. A ladder is not skipped: promote or abort it. */
function skip(release: Release, { id, reason }: Of<'skip'>, now: Now): ReleaseEvent[] | Rejection {
  for (const { phase, state } of activePhases(release)) {
    const step = readySteps(phase, state).find((one) => one.id === id)
    if (step?.kind === 'rollout') return wrongState(release, 'a rollout is not skipped', 'promote its stage, or abort')
    if (!step) continue
    const cleared = clearedHold(release, stepAbout(id), `skipped: ${reason}`)
    return [...cleared, { type: 'StepSkipped', phaseId: phase.id, stepId: id, reason }]
  }
  const gate = reachedGates(release).find((one) => one.id === id)
  if (!gate || gateHolds(release, gate, now)) return nothingNamed(release, id)
  if ('role' in gate)
    return wrongState(
      release,
      `"${gate.text}" is a person's word, and is not skipped`,
      'reassign it to a role that can sign',
    )
  return [{ type: 'GateBypassed', gateId: id, reason }]
}

/** The word that what was held about this is no longer asked. */
const clearedHold = (release: Release, about: string, reason: string): ReleaseEvent[] =>
  isHeld(release, about) ? [{ type: 'HoldCleared', about, reason }] : []

function retry(release: Release, { id }: Of<'retry'>): ReleaseEvent[] | Rejection {
  const about = [stepAbout(id), gateAbout(id)].find((one) => isHeld(release, one))
  return about === undefined ? nothingNamed(release, id) : [{ type: 'RetryOrdered', about }]
}

function reassign(release: Release, { gateId, role, reason }: Of<'reassign'>): ReleaseEvent[] | Rejection {
  const gate = reachedGates(release).find((one) => one.id === gateId)
  if (!gate || !('role' in gate)) return nothingNamed(release, gateId)
  const known = Object.keys(release.plan.roles)
  if (!known.includes(role)) return invalid(`role ${role} is not in the plan`, `roles: ${known.join(', ')}`)
  return [{ type: 'GateReassigned', gateId, role, reason }]
}

function nothingNamed(release: Release, id: string): Rejection {
  const steps = activePhases(release).flatMap(({ phase, state }) => readySteps(phase, state))
  const names = [...steps, ...reachedGates(release)].map((one) => one.id).join(', ')
  return {
    rejected: true,
    code: 'notFound',
    message: `nothing named ${id} waits or is held now`,
    hint: names === '' ? 'nothing is under way' : `under way: ${names}`,
  }
}
