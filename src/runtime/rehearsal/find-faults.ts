/** Every single fault that can meet a release on a path that it took: each call in each way, each stage's data, each person, each moment. */
import type { Gate } from '../../core/plan/gate.ts'
import type { Plan } from '../../core/plan/plan.ts'
import type { Effect } from '../../core/release/effect.ts'
import { purposeKey } from '../../core/release/effects.ts'
import type { EventOf, Purpose } from '../../core/release/events.ts'
import type { Recorded } from '../../core/release/fold.ts'
import type { Release } from '../../core/release/release.ts'
import type { CallFault, DataFault, Fault, Moment } from './fault.ts'

/** `version` is the last event before which the fault changes nothing. */
export interface Injection {
  version: number
  fault: Fault
}

const always: readonly CallFault[] = [
  'unavailableOnce',
  'hangsOnce',
  'slow',
  'doneUnheard',
  'refused',
  'hangs',
  'halfDone',
]

/** Ways in which each kind of call can fail. */
const callFaults: Record<Effect['kind'], readonly CallFault[]> = {
  deploy: [...always, 'lies', 'wrongArtefact'],
  setShares: [...always, 'lies'],
  setFlag: [...always, 'lies'],
  runCheck: [...always, 'failed', 'pending'],
  rehearse: ['unavailableOnce', 'hangs', 'failed'],
  runCommand: always,
  notify: ['unavailableOnce', 'hangs', 'refused'],
  readVersions: ['unavailableOnce', 'hangs', 'refused'],
}

const dataFaults: readonly DataFault[] = [
  'missing',
  'unavailable',
  'stale',
  'notANumber',
  'candidateOnly',
  'baselineOnly',
  'flickers',
  'fewSamples',
  'sharesUnreadable',
  'drift',
]

/** Time that a killed controller is away: none at all, a restart, and longer than data stays fresh. */
const downTimesMs = [0, 3_000, 40_000]
/** A word comes right after an event, or while a router's call is under way. */
const wordsAfterMs = [0, 150]

const hourMs = 3_600_000
/** Starts at other hours and days of the week, and weeks later: what the calendar forbids comes in the way. */
const laterMs = [6 * hourMs, 12 * hourMs, 60 * hourMs, 110 * hourMs, 24 * 14 * hourMs]

export function findFaults(release: Release, log: readonly Recorded[]): Injection[] {
  return [...log.flatMap((recorded, index) => faultsAt(release, recorded, index + 1)), ...anytime()]
}

/** What can go wrong with what an event begins; `version` is the event's. */
function faultsAt(release: Release, { event }: Recorded, version: number): Injection[] {
  const before = (faults: Fault[]): Injection[] => faults.map((fault) => ({ version: version - 1, fault }))
  const moments = momentFaults(version)
  switch (event.type) {
    case 'EffectRequested':
      return [...moments, ...(event.attempt === 1 ? before(faultsOfCall(event)) : [])]
    case 'StageEntered':
      return [...moments, ...before(faultsOfStage(release.plan, event))]
    case 'GateReached':
      return [...moments, ...before(faultsOfGate(gateOf(release.plan, event.gateId)))]
    case 'StepStarted':
      return [...moments, ...before(isConfirmed(release.plan, event) ? faultsOfPerson(event.stepId) : [])]
    default:
      return moments
  }
}

/** A word or a kill right after each event. */
const momentFaults = (version: number): Injection[] =>
  [
    ...(['abort', 'pause', 'supersede'] as const).flatMap((word) =>
      wordsAfterMs.map((afterMs): Fault => ({ kind: 'word', version, afterMs, word })),
    ),
    ...downTimesMs.map((downMs): Fault => ({ kind: 'crash', version, downMs })),
  ].map((fault) => ({ version, fault }))

export const faultsOfCall = ({ effect, purpose }: { effect: Effect; purpose: Purpose }): Fault[] =>
  callFaults[effect.kind].map((how) => ({ kind: 'call', purpose: purposeKey(purpose), how }))

const momentsOfBreach: readonly Moment[] = ['atOnce', 'midBake', 'afterPass']

function faultsOfStage(plan: Plan, { service, stageId }: EventOf<'StageEntered'>): Fault[] {
  const stage = plan.phases
    .flatMap(({ steps }) => steps.flatMap((step) => (step.kind === 'rollout' ? step.stages : [])))
    .find(({ id }) => id === stageId)
  const breaches = (stage?.triggers ?? []).flatMap(({ id }) =>
    momentsOfBreach.map((from): Fault => ({ kind: 'breach', service, stageId, triggerId: id, from })),
  )
  const isMeasured = (stage?.criteria.length ?? 0) + (stage?.triggers.length ?? 0) > 0
  const data = isMeasured ? dataFaults.map((how): Fault => ({ kind: 'data', service, stageId, how })) : []
  const undecided: Fault[] = (stage?.criteria.length ?? 0) > 0 ? [{ kind: 'undecided', service, stageId }] : []
  return [...breaches, ...data, ...undecided]
}

const faultsOfGate = (gate: Gate | undefined): Fault[] =>
  gate && ('role' in gate || gate.kind === 'webhook') ? faultsOfPerson(gate.id) : []

const faultsOfPerson = (gateId: string): Fault[] =>
  (['absent', 'refuses', 'late'] as const).map((how) => ({ kind: 'person', gateId, how }))

const gateOf = (plan: Plan, gateId: string): Gate | undefined =>
  plan.phases.flatMap(({ entry, exit }) => [...entry, ...exit]).find(({ id }) => id === gateId)

const isConfirmed = (plan: Plan, { stepId }: EventOf<'StepStarted'>): boolean =>
  plan.phases.some(({ steps }) => steps.some(({ id, kind }) => id === stepId && kind === 'confirm'))

/** What belongs to no event. */
function anytime(): Injection[] {
  return laterMs.map((byMs) => ({ version: 0, fault: { kind: 'startsLater', byMs } }))
}
