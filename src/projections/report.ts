/** The end-of-release report: planned against happened, every verdict with its numbers and its line of the document. A pure fold. */
import { formatDuration } from '../core/plan/duration.ts'
import { formatCount, formatPercent } from '../core/plan/format-value.ts'
import { ladderOf, type Phase } from '../core/plan/plan.ts'
import { moverName } from '../core/plan/service.ts'
import { firstBreak } from '../core/release/chain.ts'
import type { EventEnvelope } from '../core/release/events.ts'
import { bakeMs } from '../core/release/time.ts'
import { focusOf } from './focus.ts'
import { formatActor } from './format-values.ts'
import { type History, historyOf } from './history.ts'
import { code, inline, table } from './markdown.ts'
import { nextOf } from './next-decision.ts'
import { checkSection, failureSection, signOffSection, verdictSection } from './report-evidence.ts'
import { clock, place, releaseTime } from './report-places.ts'
import { stageStatus } from './status.ts'
import { causeText, timelineOf } from './timeline.ts'

/** Markdown; the same events give the same text. Throws on an empty log. */
export function reportOf(events: readonly EventEnvelope[]): string {
  const history = historyOf(events)
  const sections = [
    headline(history),
    facts(history),
    `## Planned and happened\n\n${phaseTable(history)}\n\n${stageTable(history)}`,
    ...rollbackSection(history),
    verdictSection(history),
    signOffSection(history),
    checkSection(history),
    failureSection(history),
    timelineSection(history, events),
    recomputeSection(history, events),
  ]
  return `${sections.join('\n\n')}\n`
}

const statusWords = {
  Pending: 'has not begun',
  Progressing: 'is running',
  Held: 'is held',
  Paused: 'is paused',
  RollingBack: 'is rolling back',
  Succeeded: 'succeeded',
  RolledBack: 'was rolled back',
  Degraded: 'is degraded',
  Superseded: 'was superseded',
} as const

function headline({ release, last }: History): string {
  const { plan, status, releaseId } = release
  return `# Release ${inline(releaseId)} of ${inline(plan.name)} ${statusWords[status]}\n\n**${inline(outcomeOf(release, last))}**`
}

/** How the release stands, in one plain sentence. */
export function outcomeOf(release: History['release'], last: EventEnvelope): string {
  const { plan, status, holds, rollback, ended } = release
  const { service: focused, state } = focusOf(release)
  const { candidate, baseline, name: service } = focused
  const { confirmedPercents } = state
  const readBackMs = state.rollback?.readBackMs ?? null
  const shares = confirmedPercents.map((percent) => `${percent} %`).join(' → ')
  switch (status) {
    case 'Succeeded':
      return `${candidate} of ${service} replaced ${baseline}${shares === '' ? '' : ` over ${shares}`} in ${formatDuration(ended?.atMs ?? 0)}; every gate held.`
    case 'RolledBack': {
      const cause = rollback ? causeText(rollback.cause, formatActor(rollback.by)) : ''
      if (!rollback || readBackMs === null)
        return `${candidate} of ${service} was given up before it had any traffic: ${cause}.`
      const tookMs = readBackMs - rollback.triggeredMs
      return `All traffic of ${service} is back at ${baseline}, ${formatDuration(tookMs)} after the decision to take ${candidate} back from ${confirmedPercents.at(-1) ?? 0} %: ${cause}.`
    }
    case 'Degraded':
      return readBackMs === null
        ? `The rollback of ${service} could not be confirmed: ${candidate} may still have traffic, and a person must act.`
        : `Degraded: ${ended?.reason ?? ''}.`
    case 'Held':
      return `${service} stays at ${confirmedPercents.at(-1) ?? 0} % ${candidate}: ${holds[0]?.reason ?? ''}. ${holds[0]?.ask ?? plan.asks} decides.`
    default:
      return `Next: ${nextOf(release, { elapsedMs: last.elapsedMs, wallMs: Date.parse(last.at) })}`
  }
}

function facts({ release, first, last }: History): string {
  const { plan, digest, speed, startedBy } = release
  const endedMs = release.ended?.atMs ?? null
  const ended =
    endedMs === null
      ? `not yet; last event ${clock(last.at)}`
      : `${clock(startOf(first) + endedMs)}, after ${formatDuration(endedMs)}`
  const speedText =
    speed === 1
      ? 'real time'
      : `**${formatCount(speed)} times real time** (a demo): bakes, waits and schedules were that much shorter; samples, staleness, timeouts and the rollback deadline were not`
  const rows = [
    ['Plan', `${inline(plan.name)} ${inline(plan.version)}, ${code(plan.document)}`],
    ...plan.services.map((service) => [
      'Service',
      `${inline(service.name)}: ${inline(service.baseline)} → ${inline(service.candidate)}, moved by ${inline(moverName(service))}`,
    ]),
    ['Started', `${clock(first.at)} by ${inline(formatActor(startedBy))}`],
    ['Ended', ended],
    ['Speed', speedText],
    ['Plan digest', code(digest)],
  ]
  return table(['', ''], rows, '')
}

const startOf = (first: EventEnvelope): number => Date.parse(first.at) - first.elapsedMs

function phaseTable({ release, first }: History): string {
  const at = (ms: number | null | undefined) => (ms == null ? '–' : `${releaseTime(ms)}, ${clock(startOf(first) + ms)}`)
  const rows = release.plan.phases.map((phase) => {
    const state = release.phases[phase.id]
    return [
      inline(phase.name),
      inline(plannedText(phase)),
      at(state?.startedMs),
      at(state?.completedMs),
      place(release.plan, phase.source),
    ]
  })
  return table(['Phase', 'Planned', 'Began', 'Completed', 'Source'], rows, '')
}

function plannedText({ startOffsetMs, schedule }: Phase): string {
  if (schedule) return schedule.text
  return startOffsetMs === 0 ? 'when its turn comes' : `${formatDuration(startOffsetMs)} after the start`
}

function stageTable({ release, stages }: History): string {
  const { speed } = release
  const rows = ladderOf(release.plan).map(({ stage }) => {
    const seen = stages.find(({ stageId }) => stageId === stage.id)
    const scaled = speed === 1 ? '' : ` (${formatDuration(bakeMs(release, stage))} at this speed)`
    const { candidate, baseline } = seen?.last.arrivals ?? { candidate: 0, baseline: 0 }
    const total = candidate + baseline
    const status = { waiting: 'not reached', active: 'not finished', passed: 'passed', rolledBack: 'rolled back' }[
      stageStatus(release, stage.id)
    ]
    return [
      inline(stage.name),
      `${stage.percent} %`,
      seen ? `${seen.confirmedPercent} %` : '–',
      total > 0
        ? `${formatPercent((candidate / total) * 100)} of ${formatCount(total)} requests${seen?.last.split?.found ? '; the split is broken' : ''}`
        : '–',
      formatDuration(stage.bakeMs) + scaled,
      seen ? formatDuration(seen.last.bakedMs) : '–',
      seen ? `${releaseTime(seen.entered.elapsedMs)}, ${clock(seen.entered.at)}` : '–',
      status,
      place(release.plan, stage.source),
    ]
  })
  const headers = [
    'Stage',
    'Planned',
    'Confirmed',
    'Received by the service',
    'Bake planned',
    'Baked',
    'Entered',
    'Outcome',
    'Source',
  ]
  return table(headers, rows, 'The plan moves no traffic.')
}

function rollbackSection({ release, first, readBack }: History): string[] {
  const { rollback, plan } = release
  if (!rollback) return []
  const { cause, by, triggeredMs, firstBreachMs } = rollback
  const { service, state } = focusOf(release)
  const readBackMs = state.rollback?.readBackMs ?? null
  const quietMs = state.rollback?.quietMs ?? null
  const { deadlineMs } = plan.rollback
  const rollbackMs = readBackMs === null ? null : readBackMs - triggeredMs
  const within =
    rollbackMs === null
      ? 'not confirmed'
      : `${rollbackMs <= deadlineMs ? 'within' : '**over**'} the deadline of ${formatDuration(deadlineMs)}`
  const rows = [
    ['Cause', inline(causeText(cause, formatActor(by)))],
    [
      'Began',
      `${releaseTime(triggeredMs)}, ${clock(startOf(first) + triggeredMs)}, decided by ${inline(formatActor(by))}`,
    ],
    [
      'Detection (first breaching sample to the decision)',
      firstBreachMs === null ? 'not measured: nothing was breached' : formatDuration(triggeredMs - firstBreachMs),
    ],
    [
      'Rollback (decision to share 0 % read back)',
      rollbackMs === null ? within : `${formatDuration(rollbackMs)}, ${within}`,
    ],
    ['Read back', readBack ? `${releaseTime(readBack.elapsedMs)}, ${clock(readBack.at)}` : '–'],
    [
      `Last request to ${inline(service.candidate)} seen out by the service`,
      quietMs === null ? 'not seen' : `within ${formatDuration(quietMs - triggeredMs)} of the decision`,
    ],
  ]
  return [`## Rollback\n\n${table(['', ''], rows, '')}`]
}

function timelineSection({ release }: History, events: readonly EventEnvelope[]): string {
  const rows = timelineOf(release, events).map(({ envelope, text }) => [
    releaseTime(envelope.elapsedMs),
    clock(envelope.at),
    inline(text),
    `${envelope.version}`,
  ])
  return `## Timeline\n\n${table(['Release time', 'UTC', 'What happened', 'Event'], rows, '')}`
}

function recomputeSection({ release, last }: History, events: readonly EventEnvelope[]): string {
  const broken = firstBreak(events)
  const chain =
    broken === null
      ? 'the chain holds from the first event to the last'
      : `**the chain breaks at event ${broken}: do not trust this report**`
  return [
    '## How to recompute this report',
    '',
    `It is a fold over the ${formatCount(events.length)} events of ${code(last.stream)} and nothing else; ${chain}.`,
    '',
    `- ${code(`tidegate report ${release.releaseId}`)} writes it again from the log.`,
    `- Hash of the last event: ${code(last.hash)}. Each hash is SHA-256 over the canonical JSON (RFC 8785) of the event with the hash before it.`,
    `- Digest of the plan, its bindings and what they name in the operator's catalogue: ${code(release.digest)}.`,
    `- Speed: ${formatCount(release.speed)}.`,
  ].join('\n')
}
