/** Calls: asked for before they are made, tried as often as their limits allow, and never forward while the release waits or goes back (3, 7, 8). */
import type { EventOf, Purpose } from '../../../core/release/events.ts'
import type { EffectState, GateState, Release } from '../../../core/release/release.ts'
import { callsOf, isDone, isSame, keyOf, longestWaitMs, mostWaysBack, run, tries } from './calls.ts'
import { at, firstOf, type Invariant, type Moment } from './invariant.ts'
import { indexOf, stepsBefore } from './plan-index.ts'
import { hasPassed, isGoingBack, phaseStateOf } from './state.ts'

type Requested = EventOf<'EffectRequested'>

const isForward = ({ kind }: Purpose): boolean => kind === 'step' || kind === 'stage' || kind === 'gate'

/** The attempt that this request follows; an earlier run of a check or an earlier breach is none. */
function attemptBefore({ effects }: Release, purpose: Purpose): EffectState | undefined {
  const state = effects[keyOf(purpose)]
  const last = state?.purpose
  if (purpose.kind === 'gate' && last?.kind === 'gate' && last.run !== purpose.run) return undefined
  if (purpose.kind === 'trigger' && last?.kind === 'trigger' && last.episode !== purpose.episode) return undefined
  return state
}

function brokenAttempt({ purpose, attempt, effect }: Requested, { before, recorded }: Moment): string | null {
  const last = attemptBefore(before, purpose)
  if (!last) return attempt === 1 ? null : `the first try is called number ${attempt}`
  if (!last.settled) return `try ${last.attempt} has not come back yet`
  const isBack = purpose.kind === 'rollback'
  const { most, waitMs } = tries[effect.kind]
  const dueMs = last.settled.atMs + Math.min(waitMs * 2 ** (last.attempt - 1), longestWaitMs)
  const isWeighed = purpose.kind === 'gate' && last.settled.outcome.ok
  return firstOf(
    (isDone(before, last) || isWeighed) && 'it was done already',
    attempt !== last.attempt + 1 && `try ${attempt} follows try ${last.attempt}`,
    attempt > (isBack ? mostWaysBack : most) && `try ${attempt} is one too many`,
    recorded.elapsedMs < dueMs && `try ${attempt} came ${dueMs - recorded.elapsedMs} ms early`,
  )
}

function brokenForward({ purpose }: Requested, { before }: Moment): string | null {
  if (before.ended) return purpose.kind === 'notice' ? null : `a ${purpose.kind} was asked for after the end`
  if (isGoingBack(before) && (isForward(purpose) || purpose.kind === 'trigger'))
    return `a ${purpose.kind} was asked for while it goes back`
  if (before.pause && isForward(purpose)) return `a ${purpose.kind} was asked for while it is paused`
  if ((purpose.kind === 'rollback' || purpose.kind === 'rollbackStep') && !isGoingBack(before))
    return 'a way back was asked for without a rollback'
  return null
}

function brokenStep(purpose: Extract<Purpose, { kind: 'step' }>, { effect }: Requested, { before }: Moment) {
  const place = indexOf(before.plan).steps.get(purpose.stepId)
  if (!place || place.phase.id !== purpose.phaseId) return `step ${purpose.stepId} is not in phase ${purpose.phaseId}`
  const { phase, step } = place
  const { steps, status } = phaseStateOf(before, phase.id)
  const state = steps[step.id]
  const early = stepsBefore(phase, step).find(({ id }) => steps[id]?.completedMs == null)
  const part = purpose.part ?? ''
  const revert = step.kind === 'migrate' && part === 'revert' ? step.revert : undefined
  const calls = callsOf(before, step)
  const wanted = revert ? run(revert) : calls.get(part)
  const parts = [...calls.keys()]
  const earlier = revert ? [] : parts.slice(0, parts.indexOf(part))
  const undone = earlier.find((one) => {
    const call = before.effects[one === '' ? `step ${step.id}` : `step ${step.id} ${one}`]
    return !call || !isDone(before, call)
  })
  return firstOf(
    status !== 'active' && `phase ${phase.id} is ${status}`,
    (state === undefined || state.completedMs !== null) && `step ${step.id} is not under way`,
    early && `step ${step.id} comes after ${early.id}, which is not done`,
    before.holds.some(({ about }) => about === `step ${step.id}`) && `step ${step.id} is held`,
    !wanted && `step ${step.id} has no call "${part}"`,
    wanted && !isSame(wanted, effect) && `step ${step.id} asks for something else than its plan`,
    undone && `${part} of ${step.id} comes before its ${undone} was done`,
  )
}

/** What a stage asks for is its own share, and its turn has come. */
function brokenStage(purpose: Extract<Purpose, { kind: 'stage' }>, { effect }: Requested, { before }: Moment) {
  const place = indexOf(before.plan).stages.get(purpose.stageId)
  const state = before.services[purpose.service]
  if (!place || !state || place.service.name !== purpose.service) return `${purpose.stageId} is no stage of it`
  const { stage, step, phase, service, rank } = place
  const { mover, candidate, baseline } = service
  const percent = stage.percent
  const ladder = indexOf(before.plan).ladders.get(service.name) ?? []
  const cohorts = [...new Set(ladder.slice(0, rank + 1).flatMap((one) => one.stage.cohort ?? []))]
  const wanted =
    mover.kind === 'flag'
      ? {
          kind: 'setFlag',
          backend: mover.backend,
          flag: mover.flag,
          setting: { percent, ...(cohorts.length === 0 ? {} : { cohorts }) },
        }
      : {
          kind: 'setShares',
          target: mover.router,
          shares: { [baseline]: 100 - percent, [candidate]: percent },
          ...(cohorts.length === 0 ? {} : { cohorts: Object.fromEntries(cohorts.map((name) => [name, candidate])) }),
        }
  const below = ladder[rank - 1]
  const { exposure } = state
  const isNext = below === undefined ? exposure === null : exposure?.stageId === below.stage.id && exposure.passed
  const awaited = stage.after.find((id) => !hasPassed(before, id))
  const { status, steps } = phaseStateOf(before, phase.id)
  return firstOf(
    !isSame(wanted, effect) && `${stage.id} asks for something else than ${percent} %`,
    state.rollback && `${service.name} went back`,
    !isNext && `${stage.id} is asked for and the one below has not passed`,
    awaited !== undefined && `${stage.id} comes after ${awaited}, which has not passed`,
    status !== 'active' && `phase ${phase.id} is ${status}`,
    (!steps[step.id] || steps[step.id]?.completedMs !== null) && `step ${step.id} is not under way`,
    isHalted(before, service.name) && `${stage.id} is asked for while a trigger halts ${service.name}`,
  )
}

/** A trigger whose action is to halt acts, and is not clear. */
function isHalted({ plan, services }: Release, service: string): boolean {
  const exposure = services[service]?.exposure
  if (!exposure || exposure.acting.length === 0) return false
  const triggers = indexOf(plan).stages.get(exposure.stageId)?.stage.triggers ?? []
  return triggers.some(({ id, action }) => action.kind === 'halt' && exposure.acting.includes(id))
}

function brokenGate(purpose: Extract<Purpose, { kind: 'gate' }>, { effect }: Requested, { before, recorded }: Moment) {
  const place = indexOf(before.plan).gates.get(purpose.gateId)
  const state = before.gates[purpose.gateId]
  if (!place || !state) return `gate ${purpose.gateId} was never reached`
  const { gate, phase } = place
  if (gate.kind !== 'check' && gate.kind !== 'streak' && gate.kind !== 'rehearsal') return `${gate.id} has no check`
  const wanted = gate.kind === 'rehearsal' ? { kind: 'rehearse' } : { kind: 'runCheck', check: gate.check }
  const newest = state.runs.at(-1)
  const isFirstTry = !attemptBefore(before, purpose)
  return firstOf(
    !isSame(wanted, effect) && `${gate.id} runs something else`,
    before.phases[phase.id]?.status !== 'active' && `phase ${phase.id} is not under way`,
    isFirstTry &&
      purpose.run !== state.runsDone + 1 &&
      `run ${purpose.run} of ${gate.id} follows run ${state.runsDone}`,
    before.holds.some(({ about }) => about === `gate ${gate.id}`) && `${gate.id} is held`,
    isFirstTry && gate.kind !== 'streak' && failedRuns(state) >= mostFailedRuns
      ? `${gate.id} failed ${mostFailedRuns} times, and nobody is asked`
      : null,
    isFirstTry && gate.kind === 'streak' && newest && state.triedMs < newest.atMs
      ? recorded.elapsedMs < newest.atMs + gate.everyMs && `runs of ${gate.id} are too near to each other`
      : null,
  )
}

/** Runs of a check that failed one after another before a person is asked. */
const mostFailedRuns = 3

/** Failed runs at the end, since somebody had it tried again. */
function failedRuns({ runs, triedMs }: GateState): number {
  let count = 0
  for (const { atMs, evidence } of runs.toReversed()) {
    if (evidence.verdict !== 'failed' || atMs <= triedMs) return count
    count++
  }
  return count
}

/** The result of a gate's check is kept, and its run is over. */
function brokenRun({ effectId, outcome }: EventOf<'EffectSettled'>, { before, after }: Moment): string | null {
  if (!outcome.ok || outcome.value.kind !== 'runCheck') return null
  const purpose = Object.values(before.effects).find((state) => state.effectId === effectId)?.purpose
  if (purpose?.kind !== 'gate') return null
  const gate = after.gates[purpose.gateId]
  const isKept = gate?.runs.at(-1)?.evidence === outcome.value.evidence && gate.runsDone === purpose.run
  return isKept ? null : `run ${purpose.run} of ${purpose.gateId} was lost`
}

export const effectInvariants: Invariant[] = [
  at('EffectRequested', '3 a call is asked for before it is made', ({ effectId }, { before, after, truth }) =>
    firstOf(
      truth.performed.has(effectId) && `${effectId} was performed before it was asked for`,
      Object.values(before.effects).some((state) => state.effectId === effectId) && `${effectId} was used already`,
      after.effectCount !== before.effectCount + 1 &&
        `${effectId} was counted ${after.effectCount - before.effectCount} times`,
    ),
  ),
  at('EffectRequested', '3 a call is tried within its limits', brokenAttempt),
  at('EffectRequested', '7 nothing goes forward while it is paused, goes back or is over', brokenForward),
  at('EffectRequested', '8 a step calls what its plan says, in order', (event, moment) =>
    event.purpose.kind === 'step' ? brokenStep(event.purpose, event, moment) : null,
  ),
  at('EffectRequested', '8 a stage is asked for in its turn', (event, moment) =>
    event.purpose.kind === 'stage' ? brokenStage(event.purpose, event, moment) : null,
  ),
  at('EffectRequested', '6 a gate runs its own check, run after run', (event, moment) =>
    event.purpose.kind === 'gate' ? brokenGate(event.purpose, event, moment) : null,
  ),
  at('EffectSettled', '2 the run of a check is kept', brokenRun),
  at('RetryOrdered', '7 what is tried again begins anew', ({ about }, { after }) => {
    const old = Object.keys(after.effects).find((key) => key === about || key.startsWith(`${about} `))
    const isHeld = after.holds.some((hold) => hold.about === about)
    return firstOf(old && `${old} is still what it was`, isHeld && `${about} is still held`)
  }),
  at('EffectSettled', '3 what comes back was asked for, once', ({ effectId, outcome }, { before, after, truth }) => {
    const state = Object.values(before.effects).find((one) => one.effectId === effectId)
    const kept = state && after.effects[keyOf(state.purpose)]
    return firstOf(
      !state && `${effectId} was never asked for`,
      state?.settled && `${effectId} came back twice`,
      outcome.ok && !truth.performed.has(effectId) && `${effectId} is called done and nobody did it`,
      kept?.effectId !== effectId || kept.settled?.outcome !== outcome ? `the answer to ${effectId} was lost` : null,
    )
  }),
]
