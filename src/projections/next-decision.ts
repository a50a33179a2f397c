/** One sentence: what Tidegate does next, when, and why. */
import { formatDuration } from '../core/plan/duration.ts'
import { formatCount, formatPercent } from '../core/plan/format-value.ts'
import { type Phase, serviceOf } from '../core/plan/plan.ts'
import { moverName, type Service } from '../core/plan/service.ts'
import type { RolloutStep, Step } from '../core/plan/step.ts'
import { isCalendarGate } from '../core/release/gates/calendar.ts'
import { openGates } from '../core/release/open-gates.ts'
import { type Hold, type Now, type Release, type ServiceState, serviceState } from '../core/release/release.ts'
import { rollbackLooksUntilMs } from '../core/release/rollback-limits.ts'
import { opensText, scheduleText } from './calendar-waits.ts'
import { activePhase, bakeLeftMs, currentStep, missingSamples, nextPhase } from './engine-waits.ts'
import { focusOf } from './focus.ts'
import { plural } from './format-values.ts'

export function nextOf(release: Release, now: Now): string {
  const { plan, holds, status, ended } = release
  const { service, state } = focusOf(release)
  const { candidate, baseline } = service
  const isBack = state.rollback?.readBackMs != null
  switch (status) {
    case 'Succeeded':
      return `Nothing: every phase is completed and ${candidate} has ${observedPercent(state, service)} of the traffic.`
    case 'RolledBack':
      return isBack ? `Nothing: all traffic is back at ${baseline}.` : `Nothing: no traffic had left ${baseline}.`
    case 'Superseded':
      return 'Nothing: another release took its place.'
    case 'Degraded':
      return isBack
        ? `Nothing by itself: ${ended?.reason}.`
        : `Nothing by itself: share 0 % was never confirmed, ${plan.asks} must act.`
    case 'RollingBack':
      return rollbackNext(release, now.elapsedMs)
    case 'Paused':
      return 'Nothing goes forward until somebody resumes it; a trigger that fires still rolls back.'
    case 'Held':
      return heldNext(release, holds[0])
    case 'Pending':
    case 'Progressing':
      return forwardNext(release, now)
  }
}

const observedPercent = ({ shares }: ServiceState, { candidate }: Service): string =>
  formatPercent(shares.observed?.[candidate] ?? 0)

function heldNext({ plan }: Release, hold: Hold | undefined): string {
  const ask = hold?.ask ?? plan.asks
  return hold?.about.startsWith('step ') || hold?.about.startsWith('gate ')
    ? `${ask} decides: retry, skip or abort.`
    : `${ask} decides: abort, or wait. It goes on by itself when every criterion holds.`
}

function rollbackNext(release: Release, nowMs: number): string {
  const { rollback, plan } = release
  if (!rollback) return ''
  const open = rollback.services.find((name) => serviceState(release, name).rollback?.readBackMs == null)
  if (open === undefined) {
    return `Ends when no request reaches ${focusOf(release).service.candidate} any more, at the latest ${formatDuration(rollbackLooksUntilMs)} after share 0 % was read back.`
  }
  const leftMs = rollback.triggeredMs + plan.rollback.deadlineMs - nowMs
  const clock = leftMs >= 0 ? `${formatDuration(leftMs)} left` : `${formatDuration(-leftMs)} over its deadline`
  return `Sets ${serviceOf(plan, open).candidate} to 0 % and reads it back: ${clock} of ${formatDuration(plan.rollback.deadlineMs)}.`
}

function forwardNext(release: Release, now: Now): string {
  const phase = activePhase(release)
  if (!phase) {
    const next = nextPhase(release)
    return next ? `${capital(scheduleText(release, next, now))}.` : 'Succeeds: every phase is completed.'
  }
  const open = openGates(release, now)
  const [first] = open
  if (first) return `${afterGates(release, first.phase, first.kind)} when ${describeOpen(open, now)}.`
  const step = currentStep(release, phase)
  if (!step) return `${afterGates(release, phase, 'exit')}.`
  if (step.kind === 'rollout') return rolloutNext(release, phase, step)
  return `${afterStep(release, phase, step)} when "${step.text}" is done.`
}

function describeOpen(open: ReturnType<typeof openGates>, now: Now): string {
  const people = open.flatMap(({ gate }) => ('role' in gate ? [gate.role] : []))
  const calendar = open.flatMap(({ gate }) => (isCalendarGate(gate) ? [gate] : []))
  const checks = open.length - people.length - calendar.length
  const parts = []
  if (people.length > 0)
    parts.push(
      `${[...new Set(people)].join(' and ')} ${people.length === 1 ? 'signs' : `gives ${people.length} sign-offs`}`,
    )
  if (checks > 0) parts.push(`${plural(checks, 'check')} ${checks === 1 ? 'passes' : 'pass'}`)
  parts.push(...calendar.map((gate) => `"${gate.text}" ${opensText(gate, now)}`))
  return parts.join(' and ')
}

function afterGates(release: Release, phase: Phase, kind: 'entry' | 'confirm' | 'exit'): string {
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
  const { exposure } = serviceState(release, step.service)
  const index = step.stages.findIndex(({ id }) => id === exposure?.stageId)
  const current = step.stages[index]
  const following = step.stages[index + 1]
  if (!exposure || !current || exposure.passed) {
    if (!following) return `${afterStep(release, phase, step)}.`
    return `Enters ${following.name} once ${moverName(serviceOf(release.plan, step.service))} reads back ${following.percent} %.`
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
