/** One simulated release: a plan, what goes wrong and when, and what people do. Everything in it is a list, so that it can be made shorter. */
import type { Plan } from '../../src/core/plan/plan.ts'
import { type Seeded, seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { type FaultKind, faultKinds } from './faults.ts'
import { randomPlan } from './random-plan.ts'

/** What somebody or something may wait for. */
export const situations = [
  'held',
  'paused',
  'gate',
  'stage',
  'passed',
  'noData',
  'acting',
  'goingBack',
  'over',
] as const
export type Situation = (typeof situations)[number]

/** From this moment of release time on, or from the first one after it that is as it waits for; of one service where it names one. */
export interface Fault {
  kind: FaultKind
  fromMs: number
  lastsMs: number
  awaits: Situation | null
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

/**
 * What somebody does: at this time, or at the first moment after it that is as they wait for. `choice` picks among what it could be about,
 * `seenBack` is how many versions ago they looked.
 */
export interface Act {
  kind: ActKind
  atMs: number
  awaits: Situation | null
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

/** Nothing new goes wrong after this. */
export const troubleMs = 20_000
/** From then on the world is well, and people answer. */
export const wellMs = 30_000
/** A release that is not over by then is aborted: from every state there is a way back. */
export const patienceMs = 45_000

/** Where an act is likely to be taken; the others come anywhere. */
const fitting: Partial<Record<ActKind, readonly Situation[]>> = {
  resume: ['paused', 'paused', 'goingBack'],
  promote: ['stage', 'noData', 'held', 'acting'],
  override: ['held', 'held', 'noData', 'stage'],
  skip: ['held', 'gate', 'gate'],
  retry: ['held', 'held', 'goingBack'],
  reassign: ['gate'],
  approve: ['gate', 'paused'],
  reject: ['gate', 'paused'],
}

/** Who may steer; and who signs elsewhere, wrote the plan, or has nothing to say. */
const managers = ['rina', 'ola']
const people = ['rina', 'ola', 'ada', 'lena', 'sam', 'eve']

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

/** Faults that more depends on than on others. */
const telling: readonly FaultKind[] = [
  'badErrors',
  'bandErrors',
  'slowCandidate',
  'lostConversions',
  'metricsDown',
  'zombieWrites',
  'peopleAway',
]

function randomFault(random: Seeded, plan: Plan): Fault {
  const isEarly = random.chance(0.5)
  return {
    kind: random.chance(0.3) ? random.pick(telling) : random.pick(faultKinds),
    fromMs: isEarly ? 0 : random.int(troubleMs - 2_000),
    lastsMs: random.pick([500, 2_000, 6_000, 20_000]),
    awaits: isEarly && random.chance(0.5) ? random.pick(situations) : null,
    service: random.chance(0.5) ? random.pick(plan.services).name : null,
  }
}

/** Aborts and supersedes end a release, so they come late or seldom. */
function randomAct(random: Seeded): Act {
  const ends = random.chance(0.12)
  const kind = ends
    ? random.pick(['abort', 'abortService', 'supersede'] as const)
    : random.pick(actKinds.slice(2).filter((one) => one !== 'supersede'))
  const awaits = random.chance(0.6) ? random.pick(fitting[kind] ?? situations) : null
  return {
    kind,
    atMs: awaits !== null && random.chance(0.5) ? 0 : random.int(troubleMs),
    awaits,
    who: random.chance(0.5) ? random.pick(managers) : random.pick(people),
    choice: random.int(1_000),
    seenBack: random.chance(0.3) ? random.int(12) - 1 : null,
  }
}
