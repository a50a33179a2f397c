/**
 * What a simulation reached: every command in every status, while every fault was at work; and every fault in every status in which it can do
 * something. What cannot be is in a table, with the reason.
 */
import type { ReleaseCommand } from '../../src/core/release/commands.ts'
import type { ReleaseStatus } from '../../src/core/release/release.ts'
import { type FaultKind, faultKinds } from './faults.ts'
import type { Fault } from './scenario.ts'

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
    faults: readonly Fault[],
    nowMs: number,
  ): void {
    this.commands.add(`${status} ${type} ${isRejected ? 'refused' : 'accepted'}`)
    for (const { kind, fromMs, toMs } of faults)
      if (fromMs <= nowMs && nowMs < toMs) this.commands.add(`${status} ${type} ${kind}`)
  }

  hit(status: ReleaseStatus, kind: FaultKind): void {
    this.faults.add(`${status} ${kind}`)
  }
}

/** Why a command is never taken (or never refused) in a status. */
const impossibleAnswers: {
  status: readonly ReleaseStatus[]
  commands: readonly string[]
  answer: 'accepted' | 'refused'
  because: string
}[] = []

/** Why a fault never does anything in a status. */
const impossibleHits: { status: readonly ReleaseStatus[]; faults: readonly FaultKind[]; because: string }[] = []

export interface CoverageFigures {
  /** Of all triples of status, command and fault at work. */
  triples: { reached: number; of: number; missing: string[] }
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
  const { surprising: _s, impossible: _i, ...figures } = figuresOf(triples, reachedCommands, new Set())
  return {
    triples: figures,
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
