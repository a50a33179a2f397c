/** What a release waits for: what, since when, who can unblock it, with which command, and what happens otherwise. */
import { maySign } from '../core/access/roles.ts'
import { formatDuration } from '../core/plan/duration.ts'
import { serviceOf } from '../core/plan/plan.ts'
import { moverName } from '../core/plan/service.ts'
import { lateWrites, progressOf } from '../core/release/effects.ts'
import { isCalendarGate } from '../core/release/gates/calendar.ts'
import { roleOf, type SignedGate, signersNeeded, standingWords } from '../core/release/gates/signatures.ts'
import { type OpenGate, openGates } from '../core/release/open-gates.ts'
import { type Hold, type Now, type Release, serviceState } from '../core/release/release.ts'
import { lateWriteMs, rollbackLooksUntilMs } from '../core/release/rollback-limits.ts'
import { exposedServices } from '../core/release/scope.ts'
import type { WaitView } from '../server/contract.ts'
import { calendarWait } from './calendar-waits.ts'
import { engineWaits } from './engine-waits.ts'
import { formatActor } from './format-values.ts'
import { evidenceWait, missedText } from './gate-waits.ts'

/** Empty when nothing can happen any more. */
export function waitsOf(release: Release, now: Now): WaitView[] {
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
      return [...release.holds.map((hold) => holdWait(release, hold)), ...forwardWaits(release, now)]
    case 'Pending':
    case 'Progressing':
      return forwardWaits(release, now)
  }
}

const forwardWaits = (release: Release, now: Now): WaitView[] => [
  ...openGates(release, now).map((one) => gateWait(release, one, now)),
  ...engineWaits(release, now),
]

function gateWait(release: Release, open: OpenGate, now: Now): WaitView {
  const { phase, gate, kind, sinceMs } = open
  const blocks = {
    entry: `"${phase.name}" does not begin`,
    confirm: `"${phase.name}" stays at this step`,
    exit: `"${phase.name}" does not end, and nothing after it begins`,
  }[kind]
  const keeps =
    exposedServices(release).length > 0 ? '; the candidate keeps its traffic and the triggers stay armed' : ''
  const otherwise = `${blocks}${keeps}${missedText(release, gate)}`
  if (isCalendarGate(gate)) return calendarWait(release, gate, { sinceMs, otherwise }, now)
  if (!('role' in gate)) return evidenceWait(release, phase, gate, { sinceMs, otherwise }, now)
  const role = roleOf(release, gate)
  const { who, as } = signersOf(release, role)
  return {
    what: `${kind === 'confirm' ? 'confirmation' : signatureWords[gate.kind]} of "${gate.text}"${saidSoFar(release, gate)}`,
    sinceMs,
    who,
    command: `tidegate approve ${gate.id} --release ${release.releaseId} --as ${as}`,
    otherwise,
    gateId: gate.id,
    role,
  }
}

const signatureWords = { signOff: 'sign-off', dependency: 'arrival', goNoGo: 'a go' } as const

/** "; 1 of 2 signed; Ola refused: too early" */
function saidSoFar(release: Release, gate: SignedGate): string {
  const words = standingWords(release, gate)
  const yes = words.filter(({ approved }) => approved).length
  const needed = signersNeeded(gate)
  const refused = words.filter(({ approved }) => !approved).at(-1)
  const no = refused ? `; ${formatActor(refused.person)} refused${refused.comment ? `: ${refused.comment}` : ''}` : ''
  return `${needed > 1 ? `; ${yes} of ${needed} signed` : ''}${no}`
}

/** Who may sign for a role, and what to write after `--as`. */
function signersOf(release: Release, role: string): { who: string; as: string } {
  const holders = (release.plan.roles[role] ?? []).filter((id) => maySign(release.plan, id, role).allowed)
  const [only, ...others] = holders
  if (only === undefined) return { who: `${role} (nobody who may sign holds this role)`, as: 'PERSON' }
  return { who: `${role} (${holders.join(', ')})`, as: others.length > 0 ? 'PERSON' : only }
}

/** A held stage goes on by itself when its numbers hold; a step or a gate that failed needs a word. */
function holdWait({ releaseId }: Release, { about, reason, ask, sinceMs }: Hold): WaitView {
  const [kind, id] = [about.slice(0, about.indexOf(' ')), about.slice(about.indexOf(' ') + 1)]
  const needsWord = kind === 'step' || kind === 'gate'
  return {
    what: `a decision: ${reason}`,
    sinceMs,
    who: ask,
    command: needsWord
      ? `tidegate retry ${id} --release ${releaseId} --as PERSON`
      : `tidegate abort ${releaseId} --as PERSON`,
    otherwise: needsWord
      ? 'it stays where it is; skip goes on without it, abort gives the release up'
      : 'the share stays; it goes on by itself when every criterion holds, and back when a trigger fires',
  }
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

function rollbackWaits(release: Release): WaitView[] {
  const { rollback, plan } = release
  if (!rollback) return []
  const common = { who: null, command: null }
  const deadline = formatDuration(plan.rollback.deadlineMs)
  const late = rollback.overdue
    ? `it is over its deadline of ${deadline}; ${plan.asks} was paged`
    : `${plan.asks} is paged ${deadline} after the trigger`
  const services = rollback.services.flatMap((name): WaitView[] => {
    const service = serviceOf(plan, name)
    const state = serviceState(release, name).rollback
    if (state?.readBackMs == null) {
      const what = `share 0 % for ${service.candidate} to be read back from ${moverName(service)}`
      return [{ ...common, what, sinceMs: rollback.triggeredMs, otherwise: late }]
    }
    if (state.quietMs !== null) return []
    const otherwise = `it ends without having seen it, ${formatDuration(rollbackLooksUntilMs)} after share 0 was read back`
    const what = `the last request to ${service.candidate} to be seen out`
    return [{ ...common, what, sinceMs: state.readBackMs, otherwise }]
  })
  if (services.length > 0) return services
  const step = plan.rollback.steps.find(
    ({ id }) =>
      !(id in rollback.failedSteps) && progressOf(release, { kind: 'rollbackStep', stepId: id }).state !== 'done',
  )
  if (step) return [{ ...common, what: `"${step.text}"`, sinceMs: rollback.triggeredMs, otherwise: late }]
  if (lateWrites(release).length === 0) return []
  const what = 'an older write to end, which could still move users to the candidate'
  const otherwise = `it ends without it, ${formatDuration(lateWriteMs)} after the trigger`
  return [{ ...common, what, sinceMs: rollback.triggeredMs, otherwise }]
}

function degradedWait(release: Release): WaitView {
  const { plan, releaseId, ended, elapsedMs } = release
  const stuck = plan.services.find(({ name }) => {
    const state = serviceState(release, name)
    return state.rollback !== null && state.rollback.readBackMs === null
  })
  const common = { sinceMs: ended?.atMs ?? elapsedMs, who: plan.asks }
  if (!stuck) {
    const what = `somebody to look at what went wrong: ${ended?.reason ?? ''}`
    return { ...common, what, command: `tidegate report ${releaseId}`, otherwise: null }
  }
  return {
    ...common,
    what: `somebody to take ${stuck.candidate} off ${moverName(stuck)} by hand`,
    command: `tidegate abort ${releaseId} --as PERSON`,
    otherwise: `${stuck.candidate} may keep its traffic; the abort tries to go back once more`,
  }
}
