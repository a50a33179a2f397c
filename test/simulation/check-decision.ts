/** What must be so of a decision on a person's word, beyond its events: abort always wins, and nobody does what is not theirs. */
import type { ReleaseCommand } from '../../src/core/release/commands.ts'
import type { Decision, Input } from '../../src/core/release/decide.ts'
import type { ReleaseEvent } from '../../src/core/release/events.ts'
import type { Recorded } from '../../src/core/release/fold.ts'
import type { Release } from '../../src/core/release/release.ts'

/** What outdates every decision that was made before it. */
const outdating: ReadonlySet<ReleaseEvent['type']> = new Set<ReleaseEvent['type']>([
  'PhaseStarted',
  'PhaseCompleted',
  'StageEntered',
  'StagePassed',
  'TriggerActed',
  'ReleaseHeld',
  'HoldCleared',
  'ReleasePaused',
  'ReleaseResumed',
  'TriggerFired',
  'RollbackEnded',
])

const forward = ['promote', 'override', 'skip', 'retry', 'reassign', 'supersede']

/** What is wrong with a decision; null when nothing is. */
export function brokenDecision(
  release: Release,
  input: Input,
  decision: Decision,
  log: readonly Recorded[],
): string | null {
  if (input.type !== 'command') return null
  const { command, actor } = input
  if (command.type === 'abort') return brokenAbort(release, command, decision)
  if (decision.rejected) return null
  return brokenRight(release, command, actor.id) ?? brokenMoment(release, command) ?? brokenAge(release, command, log)
}

function brokenAbort(
  release: Release,
  { service }: Extract<ReleaseCommand, { type: 'abort' }>,
  decision: Decision,
): string | null {
  const isWholeUnderWay = release.status === 'RollingBack' && release.rollback?.isWhole === true
  const isOver = release.status === 'Succeeded' || release.status === 'RolledBack' || release.status === 'Superseded'
  if (decision.rejected)
    return isOver || isWholeUnderWay || service !== undefined ? null : `an abort was refused: ${decision.message}`
  const [first] = decision.events
  if (first?.event.type !== 'TriggerFired' || first.event.cause.kind !== 'abort')
    return 'an abort was taken and nothing fired'
  const isRight = service === undefined ? first.event.isWhole : first.event.services.includes(service)
  return isRight ? null : 'an abort took back something else'
}

/** Whoever signs holds the role and did not write the plan; whoever steers is among those who are asked. */
function brokenRight({ plan, gates }: Release, command: ReleaseCommand, who: string): string | null {
  if (command.type === 'approve' || command.type === 'reject') {
    const steps = plan.phases.flatMap(({ entry, exit, steps }) => [...entry, ...exit, ...steps])
    const wanted = steps.find(({ id }) => id === command.gateId)
    const role = gates[command.gateId]?.role ?? (wanted && 'role' in wanted ? wanted.role : '')
    return isOf(plan, who, role) ? null : `${who} signed for ${role}`
  }
  return forward.includes(command.type) && !isOf(plan, who, plan.asks) ? `${who} was let ${command.type}` : null
}

const isOf = ({ author, roles }: Release['plan'], who: string, role: string): boolean =>
  who !== author && (roles[role] ?? []).includes(who)

function brokenMoment({ ended, rollback }: Release, { type }: ReleaseCommand): string | null {
  if (ended) return `${type} was taken after the end`
  const isGoingBack = rollback !== null && rollback.endedMs === null
  return isGoingBack && (forward.includes(type) || type === 'pause') ? `${type} was taken while it goes back` : null
}

/** Pausing is always safe; everything else is refused once something happened that it depends on. */
function brokenAge(
  { version }: Release,
  { type, seenVersion }: ReleaseCommand,
  log: readonly Recorded[],
): string | null {
  if (type === 'pause' || seenVersion === undefined) return null
  if (seenVersion > version) return `${type} was taken on a version that does not exist`
  const since = log.slice(seenVersion).find(({ event }) => outdating.has(event.type))
  return since ? `${type} was taken, and ${since.event.type} had happened since` : null
}
