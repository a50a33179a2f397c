/** Who is told what: holds, triggers, rollbacks and missed deadlines page, ends inform. Notices never hold anything up. */

import { formatCount, formatPercent } from '../plan/format-value.ts'
import type { Gate } from '../plan/gate.ts'
import type { Plan } from '../plan/plan.ts'
import type { ReleaseEvent } from './events.ts'
import type { Message } from './evidence.ts'
import type { SplitFinding } from './judgement.ts'
import { type Now, type Release, serviceState } from './release.ts'
import { driveEffect } from './request-effect.ts'

interface Notice {
  about: string
  message: Message
}

export function advanceNotices(release: Release, now: Now): ReleaseEvent[] {
  for (const { about, message } of dueNotices(release)) {
    const { requests } = driveEffect(release, { kind: 'notice', about }, { kind: 'notify', message }, now)
    if (requests.length > 0) return requests
  }
  return []
}

/** Every notice that this state calls for, each under a name of its own so that it goes out once. */
function dueNotices(release: Release): Notice[] {
  return [
    ...holdNotices(release),
    ...splitNotices(release),
    ...gateNotices(release),
    ...rollbackNotices(release),
    ...endNotices(release),
  ]
}

function notice(
  { plan, releaseId }: Release,
  urgency: Message['urgency'],
  about: string,
  subject: string,
  body: string,
  role?: string,
): Notice {
  const audience = role === undefined || role === plan.asks ? [plan.asks] : [plan.asks, role]
  return { about, message: { urgency, audience, subject: `${plan.name} (${releaseId}): ${subject}`, body } }
}

function holdNotices(release: Release): Notice[] {
  const held = release.holds.map(({ about, reason, ask, sinceMs }) =>
    notice(
      release,
      'page',
      `held at ${sinceMs}, ${about}`,
      'held, a decision is asked',
      `${reason}. ${ask} decides.`,
      ask,
    ),
  )
  const acted = Object.entries(release.episodes).map(([triggerId, episode]) => {
    const text = triggerText(release, triggerId)
    return notice(
      release,
      'page',
      `trigger ${triggerId} ${episode}`,
      `trigger "${text}"`,
      'It is breached. Look at the release.',
    )
  })
  return [...held, ...acted]
}

/** The split of the requests is not as asked for: somebody should look at the router; the candidate is judged all the same. */
function splitNotices(release: Release): Notice[] {
  return release.plan.services.flatMap(({ name }) => {
    const { exposure } = serviceState(release, name)
    const found = exposure?.split?.found
    if (!exposure || !found) return []
    const body = `${describeSplit(found)}. Look at the router, and at how requests are counted: verdicts compare the arms as they are.`
    return [notice(release, 'inform', `split of ${name}, ${exposure.stageId}`, `the split of ${name} is broken`, body)]
  })
}

/** In one sentence. */
export const describeSplit = ({ askedPercent, seenPercent, requests, odds }: SplitFinding): string =>
  `the candidate receives ${formatPercent(seenPercent)} of ${formatCount(requests)} requests, and ${formatPercent(askedPercent)} were asked for (${formatCount(Math.min(1e6, Math.round(odds)))}:1 against chance)`

const triggerText = ({ plan }: Release, triggerId: string): string => {
  const steps = plan.phases.flatMap((phase) => phase.steps)
  const triggers = steps.flatMap((step) =>
    step.kind === 'rollout' ? step.stages.flatMap((stage) => stage.triggers) : [],
  )
  return triggers.find(({ id }) => id === triggerId)?.text ?? triggerId
}

/** Reminders, one for each, and the word that a deadline was missed. */
function gateNotices(release: Release): Notice[] {
  const notices: Notice[] = []
  for (const gateId in release.gates) {
    const state = release.gates[gateId]
    if (!state || (state.remindedMs === null && state.missedMs === null)) continue
    const gate = findGate(release.plan, gateId)
    const text = gate?.text ?? gateId
    const role = gate && 'role' in gate ? (state.role ?? gate.role) : undefined
    if (state.remindedMs !== null) {
      const about = `reminder ${gateId} ${state.remindedMs}`
      notices.push(notice(release, 'inform', about, `waits for "${text}"`, 'A reminder.', role))
    }
    if (state.missedMs !== null) {
      const to = gate?.deadline?.escalateTo ?? role
      notices.push(notice(release, 'page', `missed ${gateId}`, `"${text}" is late`, 'Its deadline has passed.', to))
    }
  }
  return notices
}

const findGate = ({ phases }: Plan, gateId: string): Gate | undefined =>
  phases.flatMap(({ entry, exit }) => [...entry, ...exit]).find(({ id }) => id === gateId)

function rollbackNotices(release: Release): Notice[] {
  const { rollback } = release
  if (!rollback) return []
  const { triggeredMs, overdue } = rollback
  const late = notice(
    release,
    'page',
    `overdue at ${triggeredMs}`,
    'rollback is over its deadline',
    'Look at the router now.',
  )
  return [
    notice(release, 'page', `rollback at ${triggeredMs}`, 'rolling back', describeCause(release)),
    ...(overdue ? [late] : []),
  ]
}

function endNotices(release: Release): Notice[] {
  const { ended } = release
  switch (ended?.status) {
    case 'Degraded':
      return [
        notice(
          release,
          'page',
          `degraded at ${ended.atMs}`,
          'degraded',
          `The rollback did not end as planned: ${ended.reason}.`,
        ),
      ]
    case 'RolledBack':
      return [notice(release, 'inform', 'rolled back', 'rolled back', 'All users are at the baseline.')]
    case 'Superseded':
      return [notice(release, 'inform', 'superseded', 'superseded', `${ended.reason}.`)]
    case 'Succeeded':
      return [notice(release, 'inform', 'succeeded', 'succeeded', 'Every stage passed.')]
    default:
      return []
  }
}

/** Why users go back, in one sentence. */
export function describeCause(release: Release): string {
  const { rollback } = release
  if (!rollback) return ''
  const { cause, by } = rollback
  switch (cause.kind) {
    case 'abort':
      return `${by.name} aborted: ${cause.reason}`
    case 'failure':
      return `${cause.what} failed: ${cause.error}`
    case 'deadline':
      return `"${cause.what}" missed its deadline`
    case 'superseded':
      return `release ${cause.by} takes its place: ${cause.reason}`
    case 'trigger':
      return `trigger ${cause.judgement.explanation}`
  }
}
