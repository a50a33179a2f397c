/** Who is told what: holds, rollbacks and late rollbacks page, ends inform. Notices never hold anything up. */
import type { ReleaseEvent } from './events.ts'
import type { Message } from './evidence.ts'
import type { Release } from './release.ts'
import { driveEffect } from './request-effect.ts'

export function advanceNotices(release: Release, nowMs: number): ReleaseEvent[] {
  for (const { about, message } of dueNotices(release)) {
    const { requests } = driveEffect(release, { kind: 'notice', about }, { kind: 'notify', message }, nowMs)
    if (requests.length > 0) return requests
  }
  return []
}

/** Every notice that this state calls for, each under a name of its own so that it goes out once. */
function dueNotices(release: Release): { about: string; message: Message }[] {
  const { hold, rollback, plan, status } = release
  const title = `${plan.name} (${release.releaseId})`
  const to = (urgency: Message['urgency'], about: string, subject: string, body: string) => ({
    about,
    message: { urgency, audience: [plan.asks], subject: `${title}: ${subject}`, body },
  })
  const notices = []
  if (hold)
    notices.push(
      to('page', `held at ${hold.sinceMs}`, 'held, a decision is asked', `${hold.reason}. ${hold.ask} decides.`),
    )
  if (rollback) notices.push(to('page', `rollback at ${rollback.triggeredMs}`, 'rolling back', describeCause(release)))
  if (rollback?.overdue)
    notices.push(
      to('page', `overdue at ${rollback.triggeredMs}`, 'rollback is over its deadline', 'Look at the router now.'),
    )
  if (status === 'Degraded')
    notices.push(to('page', `degraded at ${release.endedMs}`, 'degraded', 'The rollback did not end as planned.'))
  if (status === 'RolledBack')
    notices.push(to('inform', 'rolled back', 'rolled back', 'All traffic is at the baseline.'))
  if (status === 'Succeeded') notices.push(to('inform', 'succeeded', 'succeeded', 'Every stage passed.'))
  return notices
}

/** Why traffic goes back, in one sentence. */
export function describeCause(release: Release): string {
  const cause = release.rollback?.cause
  if (!cause) return ''
  if (cause.kind === 'abort') return `${release.rollback?.by.name} aborted: ${cause.reason}`
  if (cause.kind === 'failure') return `${cause.what} failed: ${cause.error}`
  return `trigger ${cause.judgement.explanation}`
}
