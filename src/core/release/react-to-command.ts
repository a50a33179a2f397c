/** What people's commands do, and why some are refused. Abort is refused only when there is nothing left to go back. */
import { maySign } from '../access/roles.ts'
import type { Rejection, ReleaseCommand } from './commands.ts'
import type { Decided } from './decided.ts'
import type { Actor, ReleaseEvent } from './events.ts'
import { openRequirements } from './open-requirements.ts'
import type { Release } from './release.ts'

export function reactToCommand(release: Release, command: ReleaseCommand, actor: Actor): Decided[] | Rejection {
  const reaction = answer(release, command, actor)
  return 'rejected' in reaction ? reaction : reaction.map((event) => ({ event, actor }))
}

function answer(release: Release, command: ReleaseCommand, actor: Actor): ReleaseEvent[] | Rejection {
  switch (command.type) {
    case 'abort':
      return abort(release, command.reason)
    case 'pause':
      if (release.status === 'Progressing' || release.status === 'Held' || release.status === 'Pending') {
        return [{ type: 'ReleasePaused', reason: command.reason }]
      }
      return wrongState(release, 'only a release that goes forward can be paused')
    case 'resume':
      return release.status === 'Paused'
        ? [{ type: 'ReleaseResumed' }]
        : wrongState(release, 'only a paused release can be resumed')
    case 'approve':
    case 'reject':
      return sign(release, command, actor)
  }
}

/** Works in every state but the ended ones; a degraded release may be aborted again to try going back once more. */
function abort(release: Release, reason: string): ReleaseEvent[] | Rejection {
  const { status } = release
  if (status === 'Succeeded' || status === 'RolledBack' || status === 'Superseded') {
    return wrongState(release, 'there is nothing left to abort')
  }
  if (status === 'RollingBack') return wrongState(release, 'it is rolling back already')
  return [{ type: 'TriggerFired', cause: { kind: 'abort', reason }, firstBreachMs: null }]
}

function sign(
  release: Release,
  command: Extract<ReleaseCommand, { type: 'approve' | 'reject' }>,
  actor: Actor,
): ReleaseEvent[] | Rejection {
  const open = openRequirements(release).filter(({ requirement }) => requirement.role !== undefined)
  const wanted = open.find(({ requirement }) => requirement.id === command.requirementId)
  if (!wanted?.requirement.role) {
    const ids = open.map(({ requirement }) => requirement.id).join(', ')
    return {
      rejected: true,
      code: 'notFound',
      message: `nothing named ${command.requirementId} waits for a sign-off now`,
      hint: ids === '' ? 'no sign-off is open' : `open now: ${ids}`,
    }
  }
  if (command.seenVersion !== undefined && command.seenVersion > release.version) {
    return { rejected: true, code: 'stale', message: `version ${command.seenVersion} of this release does not exist` }
  }
  const { role, id: requirementId } = wanted.requirement
  const right = maySign(release.plan, actor.id, role)
  if (!right.allowed) return { rejected: true, code: 'notAuthorised', message: right.because }
  const type = command.type === 'approve' ? 'SignOffGiven' : 'SignOffRefused'
  const comment = command.comment === undefined ? {} : { comment: command.comment }
  return [{ type, requirementId, role, digest: release.digest, ...comment }]
}

const wrongState = (release: Release, message: string): Rejection => ({
  rejected: true,
  code: 'wrongState',
  message: `release ${release.releaseId} is ${release.status}: ${message}`,
})
