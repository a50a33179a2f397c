/** What people's commands do, and why some are refused. Abort is refused only when there is nothing left to go back. */
import { maySign } from '../access/roles.ts'
import { changesSince } from './changes.ts'
import type { Rejection, ReleaseCommand } from './commands.ts'
import type { Decided } from './decided.ts'
import type { Actor, ReleaseEvent } from './events.ts'
import { roleOf } from './gates/signatures.ts'
import { signableGates } from './open-gates.ts'
import { invalid, wrongState } from './rejections.ts'
import { isGoingBack, type Now, type Release } from './release.ts'
import { exposedServices, serviceRollback, wholeRollback } from './scope.ts'
import { steer } from './steer.ts'

export function reactToCommand(
  release: Release,
  command: ReleaseCommand,
  actor: Actor,
  now: Now,
): Decided[] | Rejection {
  const reaction = answer(release, command, actor, now)
  return 'rejected' in reaction ? reaction : reaction.map((event) => ({ event, actor }))
}

function answer(release: Release, command: ReleaseCommand, actor: Actor, now: Now): ReleaseEvent[] | Rejection {
  switch (command.type) {
    case 'abort':
      return abort(release, command)
    case 'pause':
      if (release.pause === null && !release.ended && !isGoingBack(release))
        return [{ type: 'ReleasePaused', reason: command.reason }]
      return wrongState(release, 'only a release that goes forward can be paused')
    case 'resume':
      return staleness(release, command) ?? resume(release)
    case 'approve':
    case 'reject':
      return staleness(release, command) ?? sign(release, command, actor)
    default:
      return staleness(release, command) ?? steer(release, command, actor, now)
  }
}

function resume(release: Release): ReleaseEvent[] | Rejection {
  return release.pause ? [{ type: 'ReleaseResumed' }] : wrongState(release, 'only a paused release can be resumed')
}

/** Works in every state but the ended ones; a degraded release may be aborted again to try going back once more. */
function abort(
  release: Release,
  { reason, service }: Extract<ReleaseCommand, { type: 'abort' }>,
): ReleaseEvent[] | Rejection {
  const { status } = release
  if (status === 'Succeeded' || status === 'RolledBack' || status === 'Superseded') {
    return wrongState(release, 'there is nothing left to abort')
  }
  const cause = { kind: 'abort' as const, reason }
  if (service === undefined) {
    if (status === 'RollingBack' && release.rollback?.isWhole) return wrongState(release, 'it is rolling back already')
    return [wholeRollback(release, cause)]
  }
  if (isGoingBack(release))
    return wrongState(release, 'it is rolling back already; abort it as a whole to take everything back')
  const known = release.plan.services.map(({ name }) => name)
  if (!known.includes(service)) return invalid(`service ${service} is not in the plan`, `services: ${known.join(', ')}`)
  if (!exposedServices(release).includes(service)) return wrongState(release, `no user of ${service} was moved`)
  return [serviceRollback(release, service, cause, null)]
}

/** A command that was decided on an older state is refused when something happened since that the decision depends on. */
function staleness(
  release: Release,
  command: Exclude<ReleaseCommand, { type: 'abort' | 'pause' }>,
): Rejection | undefined {
  const { seenVersion } = command
  if (seenVersion === undefined) return undefined
  if (seenVersion > release.version)
    return { rejected: true, code: 'stale', message: `version ${seenVersion} of this release does not exist` }
  const subject = 'gateId' in command ? command.gateId : 'id' in command ? command.id : null
  const changes = changesSince(release, seenVersion, subject)
  if (changes.length === 0) return undefined
  const message = `the release has changed since version ${seenVersion}: ${changes.join('; ')}`
  return { rejected: true, code: 'stale', message, hint: `look at it again (tidegate status ${release.releaseId})` }
}

function sign(
  release: Release,
  command: Extract<ReleaseCommand, { type: 'approve' | 'reject' }>,
  actor: Actor,
): ReleaseEvent[] | Rejection {
  const signable = signableGates(release)
  const wanted = signable.find(({ id }) => id === command.gateId)
  if (!wanted) {
    const ids = signable.map(({ id }) => id).join(', ')
    return {
      rejected: true,
      code: 'notFound',
      message: `nothing named ${command.gateId} waits for a sign-off now`,
      hint: ids === '' ? 'no sign-off is open' : `open now: ${ids}`,
    }
  }
  const { id: gateId } = wanted
  const role = roleOf(release, wanted)
  const right = maySign(release.plan, actor.id, role)
  if (!right.allowed) return { rejected: true, code: 'notAuthorised', message: right.because }
  const type = command.type === 'approve' ? 'SignOffGiven' : 'SignOffRefused'
  const comment = command.comment === undefined ? {} : { comment: command.comment }
  return [{ type, gateId, role, digest: release.digest, ...comment }]
}
