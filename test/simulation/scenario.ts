/** One simulated release: a plan, what goes wrong and when, and what people do. Everything in it is a list, so that it can be made shorter. */
import type { Plan } from '../../src/core/plan/plan.ts'
import { type Seeded, seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { type FaultKind, faultKinds } from './faults.ts'
import { randomPlan } from './random-plan.ts'

/** Between these two moments of release time; of one service where it names one. */
export interface Fault {
  kind: FaultKind
  fromMs: number
  toMs: number
  service: string | null
}

export const actKinds = [
  'abort',
  'abortService',
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
  'webhook',
] as const
export type ActKind = (typeof actKinds)[number]

/** What somebody does; `choice` picks among what it could be about, `seenBack` is how many versions ago they looked. */
export interface Act {
  kind: ActKind
  atMs: number
  who: string
  choice: number
  seenBack: number | null
}

export interface Scenario {
  seed: number
  plan: Plan
  speed: number
  faults: readonly Fault[]
  acts: readonly Act[]
}

/** Everything that goes wrong has gone wrong by then; from then on the world is well and people answer. */
export const troubleMs = 20_000
/** A release that is not over by then is aborted: from every state there is a way back. */
export const patienceMs = 45_000

const people = ['rina', 'rina', 'ola', 'ola', 'ada', 'lena', 'sam', 'eve']

export function randomScenario(seed: number): Scenario {
  const random = seeded(seed)
  const plan = randomPlan(random)
  return {
    seed,
    plan,
    speed: random.pick([1, 1, 1, 4]),
    faults: Array.from({ length: random.pick([0, 1, 2, 2, 3, 5]) }, () => randomFault(random, plan)),
    acts: Array.from({ length: random.pick([0, 1, 2, 4, 8]) }, () => randomAct(random)).sort((a, b) => a.atMs - b.atMs),
  }
}

function randomFault(random: Seeded, plan: Plan): Fault {
  const fromMs = random.chance(0.3) ? 0 : random.int(troubleMs - 2_000)
  return {
    kind: random.pick(faultKinds),
    fromMs,
    toMs: Math.min(troubleMs, fromMs + random.pick([500, 2_000, 6_000, 20_000])),
    service: random.chance(0.5) ? random.pick(plan.services).name : null,
  }
}

/** Aborts and supersedes end a release, so they come late or seldom. */
function randomAct(random: Seeded): Act {
  const ends = random.chance(0.12)
  return {
    kind: ends
      ? random.pick(['abort', 'abortService', 'supersede'] as const)
      : random.pick(actKinds.slice(2).filter((kind) => kind !== 'supersede')),
    atMs: random.int(troubleMs),
    who: random.pick(people),
    choice: random.int(1_000),
    seenBack: random.chance(0.3) ? random.int(12) - 1 : null,
  }
}
