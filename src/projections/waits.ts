/** What a release waits for: what, since when, who can unblock it, with which command, and what happens otherwise. */
import { maySign } from '../core/access/roles.ts'
import { formatDuration } from '../core/plan/duration.ts'
import { rollbackLooksUntilMs } from '../core/release/needs.ts'
import { type OpenRequirement, openRequirements } from '../core/release/open-requirements.ts'
import type { Release } from '../core/release/release.ts'
import type { WaitView } from '../server/contract.ts'
import { effectWait, engineWaits } from './engine-waits.ts'
import { formatActor } from './format-values.ts'

/** Empty when nothing can happen any more. `nowMs` is release time. */
export function waitsOf(release: Release, nowMs: number): WaitView[] {
  switch (release.status) {
    case 'Succeeded':
    case 'RolledBack':
    case 'Superseded':
      return []
    case 'Degraded':
      return [degradedWait(release)]
    case 'RollingBack':
      return rollbackWaits(release)
    case 'Paused':
      return pauseWaits(release)
    case 'Held':
      return [...holdWaits(release), ...forwardWaits(release, nowMs)]
    case 'Pending':
    case 'Progressing':
      return forwardWaits(release, nowMs)
  }
}

function forwardWaits(release: Release, nowMs: number): WaitView[] {
  const open = openRequirements(release)
  return open.length > 0 ? open.map((one) => requirementWait(release, one, nowMs)) : engineWaits(release, nowMs)
}

function requirementWait(release: Release, open: OpenRequirement, nowMs: number): WaitView {
  const { phase, requirement, kind, sinceMs } = open
  const otherwise = {
    entry: `"${phase.name}" does not begin`,
    confirm: `"${phase.name}" stays at this step`,
    exit: `"${phase.name}" does not end, and nothing after it begins`,
  }[kind]
  const { id, text, role } = requirement
  if (role === undefined) {
    return effectWait(
      release,
      { kind: 'requirement', phaseId: phase.id, requirementId: id },
      `check "${text}"`,
      sinceMs,
      nowMs,
    )
  }
  const last = release.signOffs[id]?.at(-1)
  const refused =
    last && !last.approved ? `; ${formatActor(last.person)} refused${last.comment ? `: ${last.comment}` : ''}` : ''
  const { who, as } = signersOf(release, role)
  return {
    what: `${kind === 'confirm' ? 'confirmation' : 'sign-off'} of "${text}"${refused}`,
    sinceMs,
    who,
    command: `tidegate approve ${id} --release ${release.releaseId} --as ${as}`,
    otherwise: release.exposure
      ? `${otherwise}; the candidate keeps its traffic and the triggers stay armed`
      : otherwise,
    requirementId: id,
    role,
  }
}

/** Who may sign for a role, and what to write after `--as`. */
function signersOf(release: Release, role: string): { who: string; as: string } {
  const holders = (release.plan.roles[role] ?? []).filter((id) => maySign(release.plan, id, role).allowed)
  const [only, ...others] = holders
  if (only === undefined) return { who: `${role} (nobody who may sign holds this role)`, as: 'PERSON' }
  return { who: `${role} (${holders.join(', ')})`, as: others.length > 0 ? 'PERSON' : only }
}

function holdWaits({ hold, releaseId }: Release): WaitView[] {
  if (!hold) return []
  return [
    {
      what: `a decision: ${hold.reason}`,
      sinceMs: hold.sinceMs,
      who: hold.ask,
      command: `tidegate abort ${releaseId} --as PERSON`,
      otherwise: `the share stays; it goes on by itself when every criterion holds, and back when a trigger fires`,
    },
  ]
}

function pauseWaits({ pause, releaseId }: Release): WaitView[] {
  if (!pause) return []
  return [
    {
      what: `somebody to resume: paused by ${formatActor(pause.by)} (${pause.reason})`,
      sinceMs: pause.sinceMs,
      who: "anyone among the operator's people",
      command: `tidegate resume ${releaseId} --as PERSON`,
      otherwise: 'nothing goes forward and no bake time is earned; triggers stay armed',
    },
  ]
}

function rollbackWaits({ rollback, plan }: Release): WaitView[] {
  if (!rollback) return []
  const { triggeredMs, readBackMs, overdue } = rollback
  const { candidate, router } = plan.rollout
  const common = { who: null, command: null }
  if (readBackMs !== null) {
    const otherwise = `it ends without having seen it, ${formatDuration(rollbackLooksUntilMs)} after share 0 was read back`
    return [{ ...common, what: `the last request to ${candidate} to be seen out`, sinceMs: readBackMs, otherwise }]
  }
  const deadline = formatDuration(plan.rollback.deadlineMs)
  const otherwise = overdue
    ? `it is over its deadline of ${deadline}; ${plan.asks} was paged`
    : `${plan.asks} is paged ${deadline} after the trigger`
  return [
    { ...common, what: `share 0 % for ${candidate} to be read back from ${router}`, sinceMs: triggeredMs, otherwise },
  ]
}

function degradedWait({ rollback, plan, releaseId, endedMs, elapsedMs }: Release): WaitView {
  const isBack = rollback?.readBackMs !== null && rollback !== null
  return {
    what: isBack
      ? 'somebody to look at why the rollback was late'
      : `somebody to take ${plan.rollout.candidate} off ${plan.rollout.router} by hand`,
    sinceMs: endedMs ?? elapsedMs,
    who: plan.asks,
    command: isBack ? `tidegate report ${releaseId}` : `tidegate abort ${releaseId} --as PERSON`,
    otherwise: isBack ? null : `${plan.rollout.candidate} may keep its traffic; the abort tries to go back once more`,
  }
}
