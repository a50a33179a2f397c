/** Where a release stands on each statement of its plan document, with the events that say so: what the document shows of its release. */
import { formatDuration } from '../core/plan/duration.ts'
import { formatCount } from '../core/plan/format-value.ts'
import { ladderOf, type Phase } from '../core/plan/plan.ts'
import type { DocumentStatus, StatementStatus } from '../core/release/document-status.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import { backMs, isGoingBack, isOver } from '../core/release/release.ts'
import { bakeMs } from '../core/release/time.ts'
import { formatActor } from './format-values.ts'
import { historyOf } from './history.ts'
import { outcomeOf } from './report.ts'
import { SeenEvents } from './seen-events.ts'
import {
  aboutStage,
  criterionStatuses,
  type Evidence,
  gateStatus,
  stepStatus,
  triggerStatuses,
} from './statement-evidence.ts'
import { stageStatus } from './status.ts'

/** The same events give the same status. Throws on an empty log. */
export function documentStatusOf(events: readonly EventEnvelope[]): DocumentStatus {
  const history = historyOf(events)
  const { release } = history
  const evidence: Evidence = {
    history,
    release,
    seen: new SeenEvents(events),
    isEnded: isOver(release) || isGoingBack(release),
  }
  const { plan, releaseId, version } = release
  return {
    releaseId,
    document: plan.document,
    version,
    statements: [
      outcomeStatus(evidence),
      ...plan.phases.flatMap((phase) => [
        phaseStatus(evidence, phase),
        ...phase.entry.map((gate) => gateStatus(evidence, phase, gate, 'entry')),
        ...phase.steps.map((step) => stepStatus(evidence, phase, step)),
        ...stageStatuses(evidence, phase),
        ...criterionStatuses(evidence, phase),
        ...phase.exit.map((gate) => gateStatus(evidence, phase, gate, 'exit')),
      ]),
      ...triggerStatuses(evidence),
      rollbackStatus(evidence),
    ],
  }
}

function outcomeStatus({ history, release, seen }: Evidence): StatementStatus {
  const { last } = history
  const { plan, releaseId, status, speed } = release
  const states: Partial<Record<typeof status, StatementStatus['state']>> = {
    Pending: 'waiting',
    Held: 'undecided',
    Succeeded: 'holds',
    RollingBack: 'wentBack',
    RolledBack: 'wentBack',
    Degraded: 'fails',
    Superseded: 'notReached',
  }
  const sentence = outcomeOf(release, last).replace(/\.$/, '')
  return {
    kind: 'outcome',
    id: releaseId,
    text: plan.name,
    state: states[status] ?? 'running',
    detail: speed === 1 ? sentence : `${sentence} (a demo, at ${formatCount(speed)} times real time)`,
    ...(isOver(release)
      ? seen.about(['ReleaseSucceeded'], ['ReleaseRolledBack'], ['ReleaseDegraded'], ['ReleaseSuperseded'])
      : { events: [last.version], at: last.at }),
  }
}

function phaseStatus({ release, seen, isEnded }: Evidence, phase: Phase): StatementStatus {
  const { id, name, source } = phase
  const statement = { kind: 'phase' as const, id, phase: name, text: name, source }
  const state = release.phases[id]
  if (state?.status === 'completed') {
    const tookMs = (state.completedMs ?? 0) - (state.startedMs ?? 0)
    const about = seen.about(['PhaseStarted', id], ['PhaseCompleted', id])
    return { ...statement, state: 'holds', detail: `took ${formatDuration(tookMs)}`, ...about }
  }
  if (state?.status === 'stopped' && state.startedMs !== null)
    return { ...statement, state: 'wentBack', detail: '', ...seen.about(['PhaseStarted', id], ['TriggerFired']) }
  if (state?.status !== 'active')
    return {
      ...statement,
      state: isEnded || state?.status === 'stopped' ? 'notReached' : 'waiting',
      detail: '',
      ...seen.about(['TriggerFired']),
    }
  const { pause } = release
  const [hold] = release.holds
  if (isEnded)
    return { ...statement, state: 'wentBack', detail: '', ...seen.about(['PhaseStarted', id], ['TriggerFired']) }
  if (pause) {
    const detail = `paused by ${formatActor(pause.by)}: ${pause.reason}`
    return { ...statement, state: 'undecided', detail, ...seen.about(['ReleasePaused']) }
  }
  if (hold)
    return {
      ...statement,
      state: 'undecided',
      detail: `${hold.reason}; ${hold.ask} decides`,
      ...seen.about(['ReleaseHeld']),
    }
  return { ...statement, state: 'running', detail: '', ...seen.about(['PhaseStarted', id]) }
}

const stageStates = { waiting: 'waiting', active: 'running', passed: 'holds', rolledBack: 'wentBack' } as const

function stageStatuses({ release, history, seen, isEnded }: Evidence, phase: Phase): StatementStatus[] {
  return ladderOf(release.plan)
    .filter((rung) => rung.phase.id === phase.id)
    .map(({ stage }) => {
      const { id, name, source, percent } = stage
      const statement = { kind: 'stage' as const, id, phase: phase.name, text: name, source }
      const reached = history.stages.find(({ stageId }) => stageId === id)
      const known = stageStates[stageStatus(release, id)]
      const state = known === 'waiting' && isEnded ? 'notReached' : known
      if (!reached) {
        const detail = state === 'running' ? `asked for ${percent} %, not read back yet` : ''
        return { ...statement, state, detail, ...seen.about(['TriggerFired']) }
      }
      const baked = `baked ${formatDuration(reached.last.bakedMs)} of ${formatDuration(bakeMs(release, stage))}`
      const detail = `${formatCount(reached.confirmedPercent)} % read back, ${baked}`
      return { ...statement, state, detail, ...aboutStage(seen, reached) }
    })
}

function rollbackStatus({ release, history, seen }: Evidence): StatementStatus {
  const { rollback, plan, status } = release
  const { deadlineMs } = plan.rollback
  const statement = { kind: 'rollback' as const, id: 'rollback', text: '' }
  if (!rollback) return { ...statement, state: 'waiting', detail: '', ...seen.about() }
  const deadline = formatDuration(deadlineMs)
  const { readBack } = history
  const atMs = backMs(release)
  if (atMs === null || !readBack) {
    // Before any traffic was moved there is nothing to read back.
    if (status === 'RolledBack')
      return {
        ...statement,
        state: 'holds',
        detail: 'before the candidate had traffic',
        ...seen.about(['ReleaseRolledBack']),
      }
    const detail = `share 0 % is not read back yet; ${deadline} allowed`
    return { ...statement, state: status === 'Degraded' ? 'fails' : 'running', detail, ...seen.about(['TriggerFired']) }
  }
  const tookMs = atMs - rollback.triggeredMs
  const isInTime = tookMs <= deadlineMs
  const detail = `share 0 % read back ${formatDuration(tookMs)} after the decision, ${isInTime ? 'within' : 'over'} the ${deadline} allowed`
  return { ...statement, state: isInTime ? 'holds' : 'fails', detail, events: [readBack.version], at: readBack.at }
}
