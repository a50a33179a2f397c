/** One sentence: what Tidegate does next, when, and why. */
import { formatDuration } from '../core/plan/duration.ts'
import type { Phase, RolloutStep, Step } from '../core/plan/plan.ts'
import { rollbackLooksUntilMs } from '../core/release/needs.ts'
import { openRequirements } from '../core/release/open-requirements.ts'
import type { Release } from '../core/release/release.ts'
import { activePhase, bakeLeftMs, currentStep, missingSamples, nextPhase, scheduleText } from './engine-waits.ts'
import { formatCount, formatPercent, plural } from './format-values.ts'

/** `nowMs` is release time. */
export function nextOf(release: Release, nowMs: number): string {
  const { plan, hold, rollback, status } = release
  const { candidate, baseline } = plan.rollout
  switch (status) {
    case 'Succeeded':
      return `Nothing: every phase is completed and ${candidate} has ${observedPercent(release)} of the traffic.`
    case 'RolledBack':
      return rollback?.readBackMs === null
        ? `Nothing: no traffic had left ${baseline}.`
        : `Nothing: all traffic is back at ${baseline}.`
    case 'Superseded':
      return 'Nothing: another release took its place.'
    case 'Degraded':
      return rollback?.readBackMs === null
        ? `Nothing by itself: share 0 % was never confirmed, ${plan.asks} must act.`
        : `Nothing: all traffic is back at ${baseline}, but later than the plan allows.`
    case 'RollingBack':
      return rollbackNext(release, nowMs)
    case 'Paused':
      return 'Nothing goes forward until somebody resumes it; a trigger that fires still rolls back.'
    case 'Held':
      return `${hold?.ask ?? plan.asks} decides: abort, or wait. It goes on by itself when every criterion holds.`
    case 'Pending':
    case 'Progressing':
      return forwardNext(release, nowMs)
  }
}

const observedPercent = ({ shares, plan }: Release): string =>
  formatPercent(shares.observed?.[plan.rollout.candidate] ?? 0)

function rollbackNext({ rollback, plan }: Release, nowMs: number): string {
  const { candidate } = plan.rollout
  if (!rollback) return ''
  if (rollback.readBackMs !== null) {
    return `Ends when no request reaches ${candidate} any more, at the latest ${formatDuration(rollbackLooksUntilMs)} after share 0 % was read back.`
  }
  const leftMs = rollback.triggeredMs + plan.rollback.deadlineMs - nowMs
  const clock = leftMs >= 0 ? `${formatDuration(leftMs)} left` : `${formatDuration(-leftMs)} over its deadline`
  return `Sets ${candidate} to 0 % and reads it back: ${clock} of ${formatDuration(plan.rollback.deadlineMs)}.`
}

function forwardNext(release: Release, nowMs: number): string {
  const phase = activePhase(release)
  if (!phase) {
    const next = nextPhase(release)
    return next ? `${capital(scheduleText(release, next, nowMs))}.` : 'Succeeds: every phase is completed.'
  }
  const open = openRequirements(release)
  const [first] = open
  if (first) return `${afterRequirements(release, phase, first.kind)} when ${describeOpen(open)}.`
  const step = currentStep(release, phase)
  if (!step) return `${afterRequirements(release, phase, 'exit')}.`
  if (step.kind === 'rollout') return rolloutNext(release, phase, step)
  return `${afterStep(release, phase, step)} when "${step.text}" is done.`
}

function describeOpen(open: ReturnType<typeof openRequirements>): string {
  const people = open.flatMap(({ requirement: { role } }) => (role === undefined ? [] : [role]))
  const checks = open.length - people.length
  const parts = []
  if (people.length > 0)
    parts.push(
      `${[...new Set(people)].join(' and ')} ${people.length === 1 ? 'signs' : `gives ${people.length} sign-offs`}`,
    )
  if (checks > 0) parts.push(`${plural(checks, 'check')} ${checks === 1 ? 'passes' : 'pass'}`)
  return parts.join(' and ')
}

function afterRequirements(release: Release, phase: Phase, kind: 'entry' | 'confirm' | 'exit'): string {
  if (kind === 'entry') return `Begins "${phase.name}"`
  const step = currentStep(release, phase)
  if (kind === 'confirm' && step) return afterStep(release, phase, step)
  return ending(release, phase)
}

function ending(release: Release, phase: Phase): string {
  const next = nextPhase(release)
  return next ? `Ends "${phase.name}" and begins "${next.name}"` : `Ends "${phase.name}" and succeeds`
}

function afterStep(release: Release, phase: Phase, step: Step): string {
  const following = phase.steps[phase.steps.indexOf(step) + 1]
  if (following) return `Goes on with "${following.text}"`
  return phase.exit.length > 0 ? `Asks for the exit of "${phase.name}"` : ending(release, phase)
}

function rolloutNext(release: Release, phase: Phase, step: RolloutStep): string {
  const { exposure, plan } = release
  const index = step.stages.findIndex(({ id }) => id === exposure?.stageId)
  const current = step.stages[index]
  const following = step.stages[index + 1]
  if (!exposure || !current || exposure.passed) {
    if (!following) return `${afterStep(release, phase, step)}.`
    return `Enters ${following.name} once ${plan.rollout.router} reads back ${following.percent} %.`
  }
  const then = following ? `Goes to ${following.percent} %` : afterStep(release, phase, step)
  const criteria =
    ['', 'the criterion holds', 'both criteria hold'][current.criteria.length] ??
    `all ${current.criteria.length} criteria hold`
  const short = missingSamples(release, exposure)
  const leftMs = bakeLeftMs(release, exposure)
  if (Object.keys(exposure.missing).length > 0) return `${then} after the bake; without data no bake time is earned.`
  if (leftMs > 0) return `${then} in ${formatDuration(leftMs)} of bake${criteria && ` if ${criteria}`}.`
  return short
    ? `${then} once ${formatCount(short.missing)} more requests are judged and ${criteria}.`
    : `${then}${criteria && ` if ${criteria}`}.`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
