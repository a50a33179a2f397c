/** Gates and steps: nothing is used that does not hold, by signatures and evidence counted anew (5, 6, 9). */
import { nextAllowed } from '../../../core/plan/calendar/next-allowed.ts'
import type { Gate, GateOf } from '../../../core/plan/gate.ts'
import type { Phase } from '../../../core/plan/plan.ts'
import type { Step } from '../../../core/plan/step.ts'
import type { CheckEvidence } from '../../../core/release/evidence.ts'
import type { Recorded } from '../../../core/release/fold.ts'
import type { PhaseState, Release } from '../../../core/release/release.ts'
import { callsOf, isDone } from './calls.ts'
import { at, firstOf, type Invariant, type Moment } from './invariant.ts'
import { indexOf, stepsBefore } from './plan-index.ts'
import { hasPassed, isGoingBack, phaseStateOf } from './state.ts'

/** Why a gate does not hold; null when it does. */
function closedBecause(release: Release, gate: Gate, recorded: Recorded): string | null {
  if (release.gates[gate.id]?.bypass) return null
  switch (gate.kind) {
    case 'signOff':
      return unsigned(release, gate, gate.count)
    case 'dependency':
      return unsigned(release, gate, 1)
    case 'goNoGo':
      return unsigned(release, gate, gate.quorum)
    case 'window':
    case 'freeze': {
      const wallMs = Date.parse(recorded.at)
      const windows = gate.kind === 'window' ? gate.windows : []
      const freezes = gate.kind === 'freeze' ? gate.freezes : []
      return nextAllowed(windows, freezes, wallMs) === wallMs ? null : `${gate.id} is closed by the calendar`
    }
    default:
      return withoutEvidence(release, gate, recorded)
  }
}

/** Distinct people whose last word is yes: of the role, not the author, on this digest. */
export function unsigned(release: Release, gate: { id: string; role: string; kind: string }, needed: number) {
  const { plan, digest, signOffs, gates } = release
  const role = gates[gate.id]?.role ?? gate.role
  const holders = plan.roles[role] ?? []
  const yes = new Set<string>()
  const no = new Set<string>()
  for (const { person, approved, digest: signed } of signOffs[gate.id] ?? []) {
    const counts = signed === digest && person.id !== plan.author && holders.includes(person.id)
    yes.delete(person.id)
    no.delete(person.id)
    if (counts) (approved ? yes : no).add(person.id)
  }
  if (gate.kind === 'goNoGo' && no.size > 0) return `${gate.id} has a standing no`
  return yes.size >= needed ? null : `${gate.id} has ${yes.size} of ${needed} signatures`
}

/** The newest runs, as many as it takes, all passed, about this release's artefacts, the newest not too old. */
function withoutEvidence(
  release: Release,
  gate: GateOf<'check' | 'streak' | 'rehearsal' | 'webhook'>,
  recorded: Recorded,
) {
  const needed = gate.kind === 'streak' ? gate.runs : 1
  const runs = (release.gates[gate.id]?.runs ?? []).slice(-needed)
  const newest = runs.at(-1)
  if (!newest || runs.length < needed) return `${gate.id} has ${runs.length} of ${needed} runs`
  const bad = runs.find(({ evidence }) => evidence.verdict !== 'passed' || !isOfThis(release, evidence))
  if (bad)
    return `${gate.id} has a run that ${bad.evidence.verdict === 'passed' ? 'is about another artefact' : bad.evidence.verdict}`
  if (gate.maximumAgeMs === undefined) return null
  const { producedAt } = newest.evidence
  const madeAgoMs = producedAt === undefined ? 0 : Date.parse(recorded.at) - Date.parse(producedAt)
  const ageMs = Math.max(recorded.elapsedMs - newest.atMs, madeAgoMs)
  return ageMs > gate.maximumAgeMs ? `${gate.id} has evidence that is ${ageMs} ms old` : null
}

function isOfThis({ artefacts }: Release, { subject }: CheckEvidence): boolean {
  if (subject?.artefactDigest === undefined) return true
  const own = Object.values(artefacts)
  return own.length === 0 || own.includes(subject.artefactDigest)
}

const closedGate = (release: Release, gates: readonly Gate[], recorded: Recorded): string | null =>
  firstOf(...gates.map((gate) => closedBecause(release, gate, recorded)))

const isStill = (release: Release): string | null =>
  firstOf(release.ended && 'it is over', release.pause && 'it is paused', isGoingBack(release) && 'it goes back')

const isEntered = ({ steps }: PhaseState): boolean => Object.keys(steps).length > 0

function brokenStart(phaseId: string, { before, recorded }: Moment): string | null {
  const phase = indexOf(before.plan).phases.get(phaseId)
  if (!phase) return `phase ${phaseId} is not in the plan`
  const early = phase.dependsOn.find((id) => phaseStateOf(before, id).status !== 'completed')
  return firstOf(
    isStill(before),
    phaseStateOf(before, phaseId).status !== 'waiting' && `phase ${phaseId} is ${phaseStateOf(before, phaseId).status}`,
    early && `phase ${phaseId} comes after ${early}, which is not completed`,
    recorded.elapsedMs < phase.startOffsetMs / before.speed && `phase ${phaseId} began before its time`,
  )
}

function brokenCompletion(phaseId: string, { before, recorded }: Moment): string | null {
  const phase = indexOf(before.plan).phases.get(phaseId)
  if (!phase) return `phase ${phaseId} is not in the plan`
  const state = phaseStateOf(before, phaseId)
  const open = phase.steps.find(({ id }) => state.steps[id]?.completedMs == null)
  return firstOf(
    isStill(before),
    state.status !== 'active' && `phase ${phaseId} is ${state.status}`,
    open && `phase ${phaseId} was completed without ${open.id}`,
    !isEntered(state) && closedGate(before, phase.entry, recorded),
    closedGate(before, phase.exit, recorded),
  )
}

function brokenStepStart(phase: Phase, step: Step, { before, recorded }: Moment): string | null {
  const state = phaseStateOf(before, phase.id)
  const early = stepsBefore(phase, step).find(({ id }) => state.steps[id]?.completedMs == null)
  return firstOf(
    isStill(before),
    state.status !== 'active' && `phase ${phase.id} is ${state.status}`,
    state.steps[step.id] && `${step.id} began twice`,
    early && `${step.id} comes after ${early.id}, which is not done`,
    !isEntered(state) && closedGate(before, phase.entry, recorded),
  )
}

function brokenStepEnd(phase: Phase, step: Step, moment: Moment): string | null {
  const { before, recorded } = moment
  const state = phaseStateOf(before, phase.id)
  const begun = state.steps[step.id]
  if (!begun || begun.completedMs !== null) return `${step.id} is not under way`
  return firstOf(
    isStill(before),
    state.status !== 'active' && `phase ${phase.id} is ${state.status}`,
    before.holds.some(({ about }) => about === `step ${step.id}`) && `${step.id} is held`,
    unfinished(before, step, begun.startedMs, recorded),
  )
}

/** What is still to be done of a step; null when nothing is. */
function unfinished(release: Release, step: Step, startedMs: number, { elapsedMs }: Recorded): string | null {
  if (step.kind === 'wait')
    return elapsedMs < startedMs + step.waitMs / release.speed ? `${step.id} has not waited long enough` : null
  if (step.kind === 'confirm') return unsigned(release, { ...step, kind: 'confirm' }, 1)
  if (step.kind === 'rollout') {
    const open = step.stages.find(({ id }) => !hasPassed(release, id))
    return open ? `${step.id} is done and ${open.id} has not passed` : null
  }
  for (const part of callsOf(release, step).keys()) {
    const call = release.effects[part === '' ? `step ${step.id}` : `step ${step.id} ${part}`]
    if (!call || !isDone(release, call)) return `${step.id} is done and its call ${part} is not`
  }
  return null
}

const withStep =
  (broken: (phase: Phase, step: Step, moment: Moment) => string | null) =>
  ({ phaseId, stepId }: { phaseId: string; stepId: string }, moment: Moment): string | null => {
    const place = indexOf(moment.before.plan).steps.get(stepId)
    return place?.phase.id === phaseId
      ? broken(place.phase, place.step, moment)
      : `${stepId} is not in phase ${phaseId}`
  }

export const gateInvariants: Invariant[] = [
  at('PhaseStarted', '9 a phase starts after what it depends on', ({ phaseId }, moment) =>
    brokenStart(phaseId, moment),
  ),
  at('PhaseCompleted', '5 a phase ends when its gates hold and its steps are done', ({ phaseId }, moment) =>
    brokenCompletion(phaseId, moment),
  ),
  at('StepStarted', '5 a phase is entered when its gates hold, its steps in order', withStep(brokenStepStart)),
  at('StepCompleted', '8 a step is done when all it asked for was read back', withStep(brokenStepEnd)),
  at(
    'StepSkipped',
    '9 a ladder is never skipped',
    withStep((_phase, step) => (step.kind === 'rollout' ? `${step.id} moves users` : null)),
  ),
  at('GateReached', '12 a gate waits from when it was reached', ({ gateId }, { before, after, recorded }) =>
    firstOf(
      isStill(before),
      before.gates[gateId] && `${gateId} was reached twice`,
      after.gates[gateId]?.openedMs !== recorded.elapsedMs && `${gateId} was reached at another time`,
    ),
  ),
  at('GateBypassed', '9 nobody passes over another person’s word', ({ gateId }, { before }) => {
    const place = indexOf(before.plan).gates.get(gateId)
    return firstOf(
      !place && `${gateId} is not in the plan`,
      place && 'role' in place.gate && `${gateId} is signed by people`,
    )
  }),
  at('GateReassigned', '13 a gate goes to a role of the plan', ({ gateId, role }, { before }) =>
    firstOf(
      !before.plan.roles[role] && `${role} is no role of the plan`,
      !indexOf(before.plan).gates.has(gateId) && `${gateId} is not in the plan`,
    ),
  ),
  at(
    'GateDeadlineMissed',
    '12 a deadline counts from when its gate was reached',
    ({ gateId }, { before, recorded }) => {
      const gate = indexOf(before.plan).gates.get(gateId)?.gate
      const state = before.gates[gateId]
      if (!gate?.deadline || !state) return `${gateId} has no deadline yet`
      return firstOf(
        state.missedMs !== null && `${gateId} was late already`,
        recorded.elapsedMs < state.openedMs + gate.deadline.afterMs / before.speed && `${gateId} is not late yet`,
        closedBecause(before, gate, recorded) === null && `${gateId} holds`,
      )
    },
  ),
  at('GateReminded', '12 reminders come no oftener than the plan says', ({ gateId }, { before, recorded }) => {
    const everyMs = indexOf(before.plan).gates.get(gateId)?.gate.deadline?.remindEveryMs
    const state = before.gates[gateId]
    if (everyMs === undefined || !state) return `${gateId} has no reminders`
    const dueMs = (state.remindedMs ?? state.openedMs) + everyMs / before.speed
    return firstOf(
      recorded.elapsedMs < dueMs && 'a reminder came early',
      state.missedMs !== null && 'a reminder came after the deadline',
    )
  }),
  at('WebhookReceived', '3 a word that nobody waits for is not taken', ({ gateId }, { before }) => {
    const place = indexOf(before.plan).gates.get(gateId)
    return firstOf(
      place?.gate.kind !== 'webhook' && `${gateId} waits for no webhook`,
      !before.gates[gateId] && `${gateId} was not reached`,
    )
  }),
]
