/** The evidence for one statement of a plan: who signed, what a check or command answered, what was measured and at which share. */
import { type Condition, canonicalThreshold, compare, formatCondition } from '../core/plan/condition.ts'
import { formatDuration } from '../core/plan/duration.ts'
import { formatCount, formatValue } from '../core/plan/format-value.ts'
import type { Gate } from '../core/plan/gate.ts'
import { ladderOf, type Phase, serviceOf } from '../core/plan/plan.ts'
import type { Criterion, Step, StepOf, Trigger } from '../core/plan/step.ts'
import type { StatementStatus } from '../core/release/document-status.ts'
import { lastAttempt, progressOf } from '../core/release/effects.ts'
import type { Purpose } from '../core/release/events.ts'
import { type CalendarGate, isCalendarGate } from '../core/release/gates/calendar.ts'
import { greenRuns } from '../core/release/gates/checked.ts'
import { gateHolds } from '../core/release/gates/gates.ts'
import {
  confirmGate,
  isSigned,
  roleOf,
  type SignedGate,
  signersNeeded,
  standingWords,
} from '../core/release/gates/signatures.ts'
import type { Judgement } from '../core/release/judgement.ts'
import { isEntered } from '../core/release/phases.ts'
import type { Release } from '../core/release/release.ts'
import { formatActor } from './format-values.ts'
import type { History, StageHistory } from './history.ts'
import type { SeenEvents } from './seen-events.ts'

export interface Evidence {
  history: History
  release: Release
  seen: SeenEvents
  /** The release is over or goes back: what has not begun will not. */
  isEnded: boolean
}

type Known = Pick<StatementStatus, 'state' | 'detail' | 'events' | 'at'>

export function gateStatus(evidence: Evidence, phase: Phase, gate: Gate, when: 'entry' | 'exit'): StatementStatus {
  const { id, text, source } = gate
  const { release, seen, isEnded, history } = evidence
  const kind = 'role' in gate ? ('signOff' as const) : ('check' as const)
  // One line of a document holds several phases.
  const subject = isCalendarGate(gate) ? { subject: phase.name } : {}
  const statement = { kind, id, phase: phase.name, text, source, ...subject }
  const now = { elapsedMs: release.elapsedMs, wallMs: history.wallMs }
  const state = release.phases[phase.id]
  const hasBegun = (state !== undefined && isEntered(state)) || phase.entry.every((one) => gateHolds(release, one, now))
  const isAsked = when === 'entry' || (hasBegun && phase.steps.every((step) => isDone(release, phase, step)))
  const isDue = state?.status !== 'waiting' && isAsked
  const nothing = { state: isDue ? 'open' : isEnded ? 'notReached' : 'waiting', detail: '' } as const
  const known = passedOver(evidence, id) ?? evidenceOf(evidence, phase, gate, when)
  return { ...statement, ...(known ?? { ...nothing, ...seen.about(['PhaseStarted', phase.id]) }) }
}

function evidenceOf(evidence: Evidence, phase: Phase, gate: Gate, when: 'entry' | 'exit'): Known | undefined {
  if ('role' in gate) return signOffEvidence(evidence, gate)
  return isCalendarGate(gate) ? calendarEvidence(evidence, phase, when) : gateEvidence(evidence, phase, gate)
}

/** The wall clock goes on, so what it said counts once the gate was used. */
function calendarEvidence({ release, seen }: Evidence, phase: Phase, when: 'entry' | 'exit'): Known | undefined {
  const state = release.phases[phase.id]
  if (state?.completedMs != null)
    return { state: 'holds', detail: 'open when it was asked', ...seen.about(['PhaseCompleted', phase.id]) }
  const [first] = phase.steps
  if (when === 'exit' || !state || !isEntered(state) || !first) return undefined
  return { state: 'holds', detail: 'open when it was asked', ...seen.about(['StepStarted', first.id]) }
}

export function stepStatus(evidence: Evidence, phase: Phase, step: Step): StatementStatus {
  const { id, text, source } = step
  const { release, seen, isEnded } = evidence
  const statement = { kind: 'step' as const, id, phase: phase.name, text, source }
  if (isDone(release, phase, step)) return { ...statement, ...doneStep(evidence, phase, step) }
  const isStarted = release.phases[phase.id]?.steps[id] !== undefined
  const known =
    step.kind === 'confirm'
      ? signOffEvidence(evidence, confirmGate(step))
      : step.kind === 'check'
        ? checkEvidence(evidence, step.check, purposeOf(phase, step))
        : failedCall(evidence, purposeOf(phase, step))
  if (known) return { ...statement, ...known }
  const state = isStarted ? (isEnded ? 'fails' : 'running') : isEnded ? 'notReached' : 'waiting'
  const detail = isStarted && isEnded ? 'the release went back first' : ''
  return { ...statement, state, detail, ...seen.about(['StepStarted', id]) }
}

const purposeOf = (phase: Phase, step: Step): Purpose => ({ kind: 'step', phaseId: phase.id, stepId: step.id })

const isDone = ({ phases }: Release, phase: Phase, step: Step): boolean =>
  (phases[phase.id]?.steps[step.id]?.completedMs ?? null) !== null

function doneStep(evidence: Evidence, phase: Phase, step: Step): Known {
  const { seen, release } = evidence
  if (release.phases[phase.id]?.steps[step.id]?.skipped)
    return { state: 'undecided', detail: 'skipped', ...seen.about(['StepSkipped', step.id]) }
  const known = { state: 'holds', ...seen.about(['StepCompleted', step.id]) } as const
  if (step.kind === 'check') {
    const evidenceOfCheck = checkEvidence(evidence, step.check, purposeOf(phase, step))
    return evidenceOfCheck ?? { ...known, detail: `check ${step.check} passed` }
  }
  if (step.kind === 'confirm') return signOffEvidence(evidence, confirmGate(step)) ?? { ...known, detail: '' }
  return { ...known, detail: describeDone(evidence, phase, step) }
}

function describeDone({ release }: Evidence, phase: Phase, step: Exclude<Step, StepOf<'check' | 'confirm'>>): string {
  switch (step.kind) {
    case 'deploy':
      return `${step.version} runs at ${step.target} and is healthy`
    case 'command':
      return `command ${step.command} ended with exit code 0`
    case 'migrate':
      return `command ${step.apply.command} was applied${step.verify ? ' and verified' : ''}`
    case 'setFlag':
      return `${step.flag} read back at ${formatCount(step.percent)} %`
    case 'drill': {
      const { startedMs = 0, completedMs } = release.phases[phase.id]?.steps[step.id] ?? {}
      return `${step.flag} went on and off again in ${formatDuration((completedMs ?? startedMs) - startedMs)}`
    }
    case 'notify':
      return `told ${step.audience.join(', ')}`
    case 'wait':
      return `waited ${formatDuration(step.waitMs)} of plan time`
    case 'rollout': {
      const shares = step.stages.map(({ percent }) => `${percent} %`).join(' → ')
      return `${serviceOf(release.plan, step.service).candidate} at ${shares}`
    }
  }
}

/** The words that count, or the last refusal; nothing where nobody has spoken. */
function signOffEvidence({ release, seen }: Evidence, gate: SignedGate): Known | undefined {
  const role = roleOf(release, gate)
  const words = standingWords(release, gate)
  const yes = words.filter(({ approved }) => approved).map(({ person }) => formatActor(person))
  if (isSigned(release, gate))
    return {
      state: 'holds',
      detail: `signed by ${yes.join(', ')} for ${role}`,
      ...seen.about(['SignOffGiven', gate.id]),
    }
  const last = words.findLast(({ approved }) => !approved)
  if (last) {
    const detail = `refused by ${formatActor(last.person)} for ${role}`
    return { state: 'fails', detail, ...seen.about(['SignOffRefused', gate.id]) }
  }
  if (yes.length === 0) return undefined
  const detail = `signed by ${yes.join(', ')}: ${yes.length} of ${signersNeeded(gate)} for ${role}`
  return { state: 'undecided', detail, ...seen.about(['SignOffGiven', gate.id]) }
}

/** Somebody let the release go on without it: that is said, and is no evidence. */
function passedOver({ release, seen }: Evidence, gateId: string): Known | undefined {
  const bypass = release.gates[gateId]?.bypass
  if (!bypass) return undefined
  const detail = `passed over by ${formatActor(bypass.by)}: ${bypass.reason}`
  return { state: 'undecided', detail, ...seen.about(['GateBypassed', gateId]) }
}

function evidenceName(gate: Exclude<Gate, SignedGate | CalendarGate>): string {
  if (gate.kind === 'webhook') return `webhook ${gate.hook}`
  return gate.kind === 'rehearsal' ? 'rehearsal' : `check ${gate.check}`
}

/** The newest run of a gate's check, with how many in a row were green where it takes several. */
function gateEvidence(
  evidence: Evidence,
  phase: Phase,
  gate: Exclude<Gate, SignedGate | CalendarGate>,
): Known | undefined {
  const { release, seen, history } = evidence
  const state = release.gates[gate.id]
  const newest = state?.runs.at(-1)?.evidence
  const purpose: Purpose = { kind: 'gate', phaseId: phase.id, gateId: gate.id, run: state?.run ?? 1 }
  if (!newest) return failedCall(evidence, purpose)
  const now = { elapsedMs: release.elapsedMs, wallMs: history.wallMs }
  const holds = gateHolds(release, gate, now)
  const red = { passed: 'undecided', failed: 'fails', pending: 'undecided' } as const
  const what = evidenceName(gate)
  const runs = gate.kind === 'streak' ? ` (${greenRuns(release, gate, now)} of ${gate.runs} in a row)` : ''
  const attempt = lastAttempt(release, purpose)
  const about = attempt ? seen.about(['EffectSettled', attempt.effectId]) : seen.about(['WebhookReceived', gate.id])
  return {
    state: holds ? 'holds' : red[newest.verdict],
    detail: `${what} ${newest.verdict}: ${newest.summary}${runs}`,
    ...about,
  }
}

function checkEvidence(evidence: Evidence, check: string, purpose: Purpose): Known | undefined {
  const { release, seen } = evidence
  const attempt = lastAttempt(release, purpose)
  const outcome = attempt?.settled?.outcome
  if (!attempt || !outcome?.ok || outcome.value.kind !== 'runCheck') return failedCall(evidence, purpose)
  const { verdict, summary } = outcome.value.evidence
  const state = ({ passed: 'holds', failed: 'fails', pending: 'undecided' } as const)[verdict]
  return { state, detail: `check ${check} ${verdict}: ${summary}`, ...seen.about(['EffectSettled', attempt.effectId]) }
}

function failedCall({ release, seen }: Evidence, purpose: Purpose): Known | undefined {
  const progress = progressOf(release, purpose)
  const attempt = lastAttempt(release, purpose)
  if (progress.state !== 'failed' || !attempt) return undefined
  return { state: 'fails', detail: progress.error.message, ...seen.about(['EffectSettled', attempt.effectId]) }
}

/** When it was entered, and what was seen last; once it has passed, what it passed with. */
export const aboutStage = (seen: SeenEvents, { stageId, passed }: StageHistory) =>
  seen.about(['StageEntered', stageId], [passed ? 'StagePassed' : 'StageObserved', stageId])

/** Each criterion of a phase once, however many of its stages it is judged in: it holds when it held in all of them. */
export function criterionStatuses(evidence: Evidence, phase: Phase): StatementStatus[] {
  const { release, history, seen, isEnded } = evidence
  const rungs = ladderOf(release.plan).filter((rung) => rung.phase.id === phase.id)
  const criteria = new Map(rungs.flatMap(({ stage }) => stage.criteria.map((criterion) => [criterion.id, criterion])))
  return [...criteria.values()].map((criterion) => {
    const { id, text, source } = criterion
    const statement = { kind: 'criterion' as const, id, phase: phase.name, text, source, subject: subjectOf(criterion) }
    const judgedIn = rungs.map(({ stage }) => stage).filter((stage) => stage.criteria.some((one) => one.id === id))
    const latest = history.stages.findLast(({ stageId }) => judgedIn.some((stage) => stage.id === stageId))
    if (!latest) return { ...statement, state: isEnded ? 'notReached' : 'waiting', detail: '', ...seen.about() }
    const passedIn = latest.passed?.event.type === 'StagePassed' ? latest.passed.event.criteria : undefined
    const judged = (passedIn ?? latest.last.criteria).find(({ statementId }) => statementId === id)
    const about = aboutStage(seen, latest)
    if (!judged) return { ...statement, state: 'open', detail: '', ...about }
    const isComplete = passedIn !== undefined && latest.stageId === judgedIn.at(-1)?.id
    const at = judgedIn.length > 1 ? ` at ${formatCount(latest.confirmedPercent)} %` : ''
    return { ...statement, state: stateOf(judged, isComplete), detail: `${measured(criterion, judged)}${at}`, ...about }
  })
}

function stateOf({ verdict }: Judgement, isComplete: boolean): StatementStatus['state'] {
  if (verdict === 'Failed' || verdict === 'Error') return 'fails'
  return verdict === 'Successful' && isComplete ? 'holds' : 'undecided'
}

const subjectOf = ({ condition: { metric, percentile } }: Criterion | Trigger): string =>
  percentile === undefined ? metric : `${metric} p${percentile}`

/**
 * "0.3 % < 1 % (1,240 samples)" where it holds, "3 %, asked for < 1 % (1,240 samples)" where not, "0.3 % < 1 %, and worse than the baseline" where
 * that is why it fails; "(34 of 150 samples)" of too few.
 */
function measured({ condition }: Criterion, { value, verdict, samples, needed, explanation }: Judgement): string {
  if (value === null || verdict === 'Error') return explanation
  const threshold = formatCondition({ ...condition, metric: '', percentile: undefined }).trim()
  const isSame = condition.comparator === '==' && verdict === 'Successful'
  const worse = verdict === 'Failed' ? ', and worse than the baseline' : ''
  const relation = isSame ? '' : isKept(condition, value) ? ` ${threshold}${worse}` : `, asked for ${threshold}`
  const few = samples < needed ? ` of ${formatCount(needed)}` : ''
  return `${formatValue(value, condition)}${relation} (${formatCount(samples)}${few} samples)`
}

/** By the value alone; a multiple of the baseline is not told by it. */
function isKept(condition: Condition, value: number): boolean {
  const threshold = canonicalThreshold(condition)
  return threshold !== undefined && threshold.kind !== 'ratio' && compare[condition.comparator](value, threshold.value)
}

/** Each trigger once: it is armed from the first stage that has it until the rollout ends. */
export function triggerStatuses(evidence: Evidence): StatementStatus[] {
  const { release, seen } = evidence
  const triggers = new Map(
    ladderOf(release.plan).flatMap(({ stage }) => stage.triggers.map((trigger) => [trigger.id, trigger])),
  )
  const measuredTriggers = [...triggers.values()].map((trigger) => {
    const { id, text, source } = trigger
    const statement = { kind: 'trigger' as const, id, text, source, subject: subjectOf(trigger) }
    return { ...statement, ...triggerEvidence(evidence, trigger) }
  })
  const reported = release.plan.reportedTriggers.map(({ id, text, source, role }): StatementStatus => {
    const detail = `${role} reports it`
    return { kind: 'reportedTrigger', id, text, source, state: 'watched', detail, ...seen.about(['ReleaseStarted']) }
  })
  return [...measuredTriggers, ...reported]
}

function triggerEvidence({ release, history, seen, isEnded }: Evidence, trigger: Trigger): Known {
  const { id, condition, windowMs } = trigger
  const cause = release.rollback?.cause
  if (cause?.kind === 'trigger' && cause.triggerId === id) {
    const { value, samples } = cause.judgement
    const detail = `${formatValue(value, condition)} over ${formatDuration(windowMs)} (${formatCount(samples)} samples)`
    return { state: 'fired', detail, ...seen.about(['TriggerFired']) }
  }
  const armedIn = (stage: StageHistory): boolean =>
    ladderOf(release.plan).some(
      (rung) => rung.stage.id === stage.stageId && rung.stage.triggers.some((one) => one.id === id),
    )
  const latest = history.stages.findLast(armedIn)
  if (!latest) return { state: isEnded ? 'notReached' : 'waiting', detail: '', ...seen.about(['TriggerFired']) }
  const judged = latest.last.triggers.find(({ statementId }) => statementId === id)
  const detail =
    judged && judged.value !== null
      ? `last ${formatValue(judged.value, condition)} (${formatCount(judged.samples)} samples)`
      : ''
  const about = seen.about(['StageEntered', latest.stageId], ['StageObserved', latest.stageId])
  return { state: isEnded ? 'quiet' : 'armed', detail, ...about }
}
