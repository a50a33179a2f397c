/**
 * What a simulation reached: every command in every status, while every fault was at work; and every fault in every status in which it can do
 * something. What cannot be is in a table, with the reason.
 */
import type { ReleaseCommand } from '../../src/core/release/commands.ts'
import type { ReleaseStatus } from '../../src/core/release/release.ts'
import { type FaultKind, faultKinds, isCallFault, isSightFault } from './faults.ts'

export const statuses: readonly ReleaseStatus[] = [
  'Pending',
  'Progressing',
  'Held',
  'Paused',
  'RollingBack',
  'Succeeded',
  'RolledBack',
  'Degraded',
  'Superseded',
]

export const commandTypes: readonly ReleaseCommand['type'][] = [
  'abort',
  'pause',
  'resume',
  'approve',
  'reject',
  'promote',
  'override',
  'skip',
  'retry',
  'reassign',
  'supersede',
]

export class Coverage {
  /** `status command accepted|refused`, and `status command fault`. */
  readonly commands = new Set<string>()
  /** `status fault`: it changed what a call or a look brought. */
  readonly faults = new Set<string>()

  command(
    status: ReleaseStatus,
    type: ReleaseCommand['type'],
    isRejected: boolean,
    faults: readonly { kind: FaultKind }[],
  ): void {
    this.commands.add(`${status} ${type} ${isRejected ? 'refused' : 'accepted'}`)
    for (const { kind } of faults) this.commands.add(`${status} ${type} ${kind}`)
  }

  hit(status: ReleaseStatus, kind: FaultKind): void {
    this.faults.add(`${status} ${kind}`)
  }
}

const over: readonly ReleaseStatus[] = ['Succeeded', 'RolledBack', 'Degraded', 'Superseded']
const steering: readonly ReleaseCommand['type'][] = ['promote', 'override', 'skip', 'retry', 'reassign', 'supersede']

/** Faults that are at work when no command is given. */
const impossibleMoments: { fault: FaultKind; because: string }[] = [
  { fault: 'crash', because: 'a controller that is dead takes no command, and it is back in the same moment' },
]

/** Answers that a command never gets in a status. */
const impossibleAnswers: {
  status: readonly ReleaseStatus[]
  commands: readonly ReleaseCommand['type'][]
  answer: 'accepted' | 'refused'
  because: string
}[] = [
  { status: over, commands: commandTypes.slice(1), answer: 'accepted', because: 'it is over' },
  {
    status: ['Succeeded', 'RolledBack', 'Superseded'],
    commands: ['abort'],
    answer: 'accepted',
    because: 'nothing is left to go back; only a degraded release may be aborted again',
  },
  {
    status: ['RollingBack'],
    commands: ['pause', ...steering],
    answer: 'accepted',
    because: 'nothing goes forward until it is back',
  },
  {
    status: ['Pending'],
    commands: ['resume', 'approve', 'reject', 'promote', 'override', 'skip', 'retry', 'reassign'],
    answer: 'accepted',
    because: 'no phase has begun: nothing is asked, held or paused',
  },
  {
    status: ['Pending', 'Progressing', 'Held'],
    commands: ['resume'],
    answer: 'accepted',
    because: 'a paused release says Paused',
  },
  { status: ['Paused'], commands: ['pause'], answer: 'accepted', because: 'it is paused already' },
  { status: ['Progressing'], commands: ['retry'], answer: 'accepted', because: 'only what is held is tried again' },
  {
    status: ['Pending', 'Progressing', 'Held'],
    commands: ['pause'],
    answer: 'refused',
    because: 'anybody may pause what goes forward, however old their view of it',
  },
]

const callsOfNobody: readonly FaultKind[] = faultKinds.filter((kind) => isCallFault(kind))
const sights: readonly FaultKind[] = [...faultKinds.filter((kind) => isSightFault(kind)), 'lateLooks']

/** Faults that never do anything in a status. */
const impossibleHits: { status: readonly ReleaseStatus[]; faults: readonly FaultKind[]; because: string }[] = [
  {
    status: ['Pending'],
    faults: [...callsOfNobody, ...sights, 'zombieWrites', 'forgedSignature'],
    because: 'before the first phase nothing is called, nobody is looked at, and no gate was reached',
  },
  { status: over, faults: sights, because: 'no looks are taken after the end' },
  { status: over, faults: ['peopleAway', 'forgedSignature'], because: 'nobody is asked after the end' },
  {
    status: over,
    faults: ['phantomShares', 'halfMoved', 'commandFails', 'baselineDown'],
    because: 'after the end nobody is moved and nothing is run, and no such call is left under way',
  },
  {
    status: ['RolledBack', 'Degraded', 'Superseded'],
    faults: ['wrongKind', 'checkFails', 'checkPending', 'otherSubject', 'oldEvidence'],
    because:
      'what served a phase that stopped is called off; only the check of a gate that was skipped may answer after a good end',
  },
  {
    status: ['Succeeded', 'Superseded'],
    faults: ['unhealthy', 'otherArtefact'],
    because:
      'nothing is deployed after the end; only a baseline that was slow to come back may answer when the release is back',
  },
  {
    status: ['Progressing', 'Held', 'Paused'],
    faults: ['baselineDown'],
    because: 'the baseline is asked for on the way back alone',
  },
  {
    status: ['Progressing', 'Held', 'Paused', 'Succeeded', 'Degraded'],
    faults: ['zombieWrites'],
    because: 'calls are called off when something goes back',
  },
]

export interface CoverageFigures {
  /** Of all triples of status, command and fault at work. */
  triples: { reached: number; of: number; missing: string[]; impossible: number; surprising: string[] }
  answers: { reached: number; of: number; missing: string[]; impossible: number; surprising: string[] }
  hits: { reached: number; of: number; missing: string[]; impossible: number; surprising: string[] }
}

const shown = 40

/** The figures of what was reached; `surprising` is what the tables call impossible and was reached all the same. */
export function coverageOf(commands: readonly string[], faults: readonly string[]): CoverageFigures {
  const reachedCommands = new Set(commands)
  const cells = statuses.flatMap((status) => commandTypes.map((command) => `${status} ${command}`))
  const triples = cells.flatMap((cell) => faultKinds.map((kind) => `${cell} ${kind}`))
  const answers = cells.flatMap((cell) => [`${cell} accepted`, `${cell} refused`])
  const noAnswer = new Set(
    impossibleAnswers.flatMap(({ status, commands: types, answer }) =>
      status.flatMap((one) => types.map((type) => `${one} ${type} ${answer}`)),
    ),
  )
  const hits = statuses.flatMap((status) => faultKinds.map((kind) => `${status} ${kind}`))
  const noHit = new Set(
    impossibleHits.flatMap(({ status, faults: kinds }) =>
      status.flatMap((one) => kinds.map((kind) => `${one} ${kind}`)),
    ),
  )
  const noTriple = new Set(cells.flatMap((cell) => impossibleMoments.map(({ fault }) => `${cell} ${fault}`)))
  return {
    triples: figuresOf(triples, reachedCommands, noTriple),
    answers: figuresOf(answers, reachedCommands, noAnswer),
    hits: figuresOf(hits, new Set(faults), noHit),
  }
}

function figuresOf(all: readonly string[], reached: ReadonlySet<string>, impossible: ReadonlySet<string>) {
  const wanted = all.filter((one) => !impossible.has(one))
  const missing = wanted.filter((one) => !reached.has(one))
  return {
    reached: wanted.length - missing.length,
    of: wanted.length,
    missing: missing.slice(0, shown),
    impossible: impossible.size,
    surprising: [...impossible].filter((one) => reached.has(one)),
  }
}
