/** One simulated release: a plan, what goes wrong and when, and what people do. Everything in it is a list, so that it can be made shorter. */
import type { Plan } from '../../src/core/plan/plan.ts'
import type { ReleaseStatus } from '../../src/core/release/release.ts'
import { type Seeded, seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { statuses } from './coverage.ts'
import { type FaultKind, faultKinds } from './faults.ts'
import { withGauges } from './random-gauges.ts'
import { randomPlan } from './random-plan.ts'

/** What somebody or something may wait for. */
export const situations = [
  'held',
  'paused',
  'gate',
  'stage',
  'passed',
  'served',
  'noData',
  'acting',
  'calling',
  'checking',
  'moving',
  'goingBack',
  'over',
] as const
export type Situation = (typeof situations)[number] | ReleaseStatus

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

/** Far from every seed, so that what is drawn beside a plan is not what it was drawn from. */
const beside = 0x5eed_0000

export function randomScenario(seed: number): Scenario {
  const random = seeded(seed)
  const plan = withGauges(randomPlan(random), seeded(seed + beside))
  const speed = random.pick([1, 1, 1, 4])
  const faults = Array.from({ length: random.pick([0, 1, 2, 2, 3, 5]) }, () => randomFault(random, plan))
  const acts = Array.from({ length: random.pick([0, 1, 2, 4, 8]) }, () => randomAct(random)).sort(
    (a, b) => a.atMs - b.atMs,
  )
  const scenario = { seed, plan, speed, faults, acts }
  return isAsked(scenario) && random.chance(0.5) ? directed(random, scenario) : scenario
}

/** In one of several releases it is asked what would come of every command, again and again. */
export const isAsked = ({ seed }: Pick<Scenario, 'seed'>): boolean => seed % 4 === 0

/** Met once in hundreds of releases even when they are made for it, so more of them are. */
const seldomMet: readonly (readonly [ReleaseStatus, FaultKind])[] = [
  ['Paused', 'checkFails'],
  ['Paused', 'badErrors'],
  ['RollingBack', 'phantomShares'],
  ['RolledBack', 'unhealthy'],
  ['RolledBack', 'otherArtefact'],
  ['Succeeded', 'wrongKind'],
  ['Succeeded', 'checkFails'],
  ['Succeeded', 'checkPending'],
  ['Succeeded', 'otherSubject'],
  ['Succeeded', 'oldEvidence'],
]

/** Made to meet one fault in one status: chance alone meets some of them once in a million releases. */
function directed(random: Seeded, scenario: Scenario): Scenario {
  const [status, kind] = random.chance(0.4)
    ? random.pick(seldomMet)
    : ([random.pick(statuses), random.pick(faultKinds)] as const)
  const fault: Direct = (what, awaits, lastsMs = 20_000) => ({
    kind: what,
    fromMs: 0,
    lastsMs,
    awaits,
    service: null,
  })
  const { before = null, faults, acts } = ways[status](fault, random)
  const isThere = random.chance(0.5)
  return {
    ...scenario,
    faults: [fault(kind, isThere ? status : before), ...faults, ...(isThere ? scenario.faults : [])],
    acts: acts.map(([act, awaits]) => ({
      kind: act,
      atMs: 0,
      awaits,
      who: 'rina',
      choice: random.int(1_000),
      seenBack: null,
    })),
  }
}

type Direct = (kind: FaultKind, awaits: Situation | null, lastsMs?: number) => Fault

interface Way {
  faults: Fault[]
  acts: (readonly [ActKind, Situation | null])[]
  /** What the fault waits for that is to be at work before. */
  before?: Situation | null
}

/** How a release gets into a status, with calls under way where that can be. */
const ways: Record<ReleaseStatus, (fault: Direct, random: Seeded) => Way> = {
  Pending: () => ({ faults: [], acts: [] }),
  Progressing: () => ({ faults: [], acts: [] }),
  Held: (fault, random) => ({
    faults: [fault('peopleAway', null), fault(random.pick(['bandErrors', 'checkFails', 'commandFails']), null)],
    acts: [],
  }),
  Paused: (fault, random) => ({
    faults: [fault('peopleAway', 'paused'), random.chance(0.5) ? fault('slow', null) : fault('badErrors', 'paused')],
    acts: [['pause', random.pick(['calling', 'stage', 'stage', 'gate', null])]],
  }),
  RollingBack: (fault, random) => ({
    faults: random.chance(0.5) ? [fault('slow', null)] : [],
    acts: [[random.pick(['abort', 'abortService']), random.pick(['calling', 'moving', 'stage', 'passed'])]],
  }),
  Succeeded: (fault, random) => ({
    before: random.pick([null, 'served']),
    faults: random.chance(0.5) ? [fault('slow', 'served')] : [],
    acts: random.chance(0.7) ? Array.from({ length: 6 }, () => ['skip', 'checking'] as const) : [],
  }),
  RolledBack: (fault, random) => ({
    before: random.pick([null, 'goingBack']),
    faults: random.chance(0.5)
      ? [fault('baselineDown', null), fault('hangs', 'goingBack', 2_000), fault('slow', 'goingBack', 8_000)]
      : [],
    acts: [['abort', random.pick(['calling', 'stage', 'passed'])]],
  }),
  Degraded: (fault, random) => ({
    faults: [fault(random.pick(['unavailable', 'hangs', 'denied']), 'goingBack')],
    acts: [['abort', random.pick(['stage', 'passed'])]],
  }),
  Superseded: (_fault, random) => ({ faults: [], acts: [['supersede', random.pick(['calling', 'gate', null])]] }),
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
