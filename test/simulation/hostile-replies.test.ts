/**
 * Thousands of replies that no provider should give, through the whole decider, with either judge: nothing is thrown, whatever is recorded can be
 * stored, and no criterion passes but on replies that make sense.
 */
import { describe, expect, it } from 'vitest'
import type { Plan } from '../../src/core/plan/plan.ts'
import type { ArmCounts, MetricReading } from '../../src/core/release/evidence.ts'
import { Judgement } from '../../src/core/release/judgement.ts'
import { fail, type Outcome, succeed } from '../../src/core/release/outcome.ts'
import { type Seeded, seeded } from '../../src/runtime/rehearsal/seeded.ts'
import { plan } from '../fixtures/plan.ts'
import { World } from './world.ts'

type Reply = Outcome<MetricReading> | undefined
type Buckets = NonNullable<ArmCounts['buckets']>

const repliesPerJudge = 5_000
const looksPerRelease = 50
const noNumbers = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1, -1e-300, 1e300, 2 ** 53]
const edges = [
  [100, 500, 2_000],
  [500, 2_000],
  [50, 100, 250, 500, 1_000, 2_000],
  [100, 250, 2_000],
]

const reading = (candidate?: ArmCounts, baseline?: ArmCounts): MetricReading => ({
  arms: { ...(candidate ? { candidate } : {}), ...(baseline ? { baseline } : {}) },
  cursor: null,
})

const bucketsOf = (les: readonly number[], total: number, slow: number): Buckets => [
  ...les.map((le) => ({ le, count: le >= 500 ? total - slow : Math.round((total - slow) / 2) })),
  { le: null, count: total },
]

/** An answer that makes sense, of a good or a bad candidate; also one after a reset, without a request, and of very many. */
function sane(random: Seeded, metricId: string): ArmCounts {
  const total = random.pick([0, 1, 20, 100, 1e12])
  const bad = Math.round(total * random.pick([0, 0, 0.001, 0.008, 0.03, 0.3, 1]))
  return metricId === 'errors' ? { total, events: bad } : { total, buckets: bucketsOf(random.pick(edges), total, bad) }
}

/** One that does not: no number, more than all, less than before, out of order. */
function broken(random: Seeded, metricId: string): ArmCounts {
  const wrong = random.pick(noNumbers)
  if (metricId === 'errors')
    return random.pick<ArmCounts>([
      { total: wrong, events: 0 },
      { total: 100, events: wrong },
      { total: 100, events: 101 },
      { total: 0, events: 1e15 },
    ])
  const buckets = bucketsOf(random.pick(edges), 100, 0)
  const at = random.int(buckets.length)
  const withOne = (change: Partial<Buckets[number]>) =>
    buckets.map((one, index) => (index === at ? { ...one, ...change } : one))
  return random.pick<ArmCounts>([
    { total: wrong, buckets },
    { total: 100, buckets: withOne({ count: wrong }) },
    { total: 100, buckets: withOne({ count: 1_000 }) },
    { total: 100, buckets: [...buckets].reverse() },
    { total: 100, buckets: [...buckets, ...buckets] },
    { total: 100, buckets: [{ le: 100, count: 100 }, ...withOne({ count: 3 }).slice(1), { le: null, count: 2 }] },
    { total: 100, buckets: withOne({ le: Number.NaN }) },
  ])
}

/** Nothing in it is to be believed. */
function poison(random: Seeded, metricId: string): Reply {
  return random.pick<() => Reply>([
    () => undefined,
    () => fail('unavailable', 'gone'),
    () => succeed(reading()),
    () => succeed(reading(undefined, sane(random, metricId))),
    () => succeed(reading(broken(random, metricId), sane(random, metricId))),
    () => succeed(reading(sane(random, metricId), broken(random, metricId))),
    () => succeed(reading(broken(random, metricId))),
  ])()
}

/** What the believable replies add up to: requests, and those that certainly or possibly are bad. */
interface Evidence {
  total: number
  bad: number
}

function added({ total, bad }: Evidence, { total: more, events, buckets }: ArmCounts): Evidence {
  const good =
    events === undefined ? (buckets?.findLast(({ le }) => le !== null && le <= 500)?.count ?? 0) : more - events
  return { total: total + more, bad: bad + more - good }
}

function inStage(judging: Partial<Plan['judging']>): World {
  const world = new World({}, { ...plan, judging: { ...plan.judging, ...judging } })
  world.run({ until: ({ service }) => service.exposure !== null })
  return world
}

/** One release that hears so many replies; gives how many. `poisoned`: none of them is believable. */
function hear(world: World, random: Seeded, poisoned: boolean): number {
  const sums = new Map<string, Evidence>()
  let replies = 0
  for (let look = 0; look < looksPerRelease && world.service.exposure && !world.service.rollback; look++) {
    world.nowMs += 1_000
    const readings: Record<string, Outcome<MetricReading>> = {}
    for (const metricId of ['errors', 'latency']) {
      replies++
      const own = poisoned || random.chance(0.4) ? undefined : sane(random, metricId)
      const reply = own
        ? succeed(reading(own, random.chance(0.8) ? sane(random, metricId) : undefined))
        : poison(random, metricId)
      if (own) sums.set(metricId, added(sums.get(metricId) ?? { total: 0, bad: 0 }, own))
      if (reply) readings[metricId] = reply
    }
    const { stageId } = world.service.exposure
    const shares = succeed(world.shares.backend ?? {})
    const observation = { look: 'stage' as const, service: 'backend', stageId, readings, arrivals: null, shares }
    const length = world.log.length
    world.give({ type: 'observed', observation })
    check(world, length, sums)
    if (world.service.exposure?.stageId !== stageId) sums.clear()
  }
  return replies
}

function check(world: World, from: number, sums: ReadonlyMap<string, Evidence>): void {
  for (const { event } of world.log.slice(from)) {
    if (event.type !== 'StageObserved') continue
    for (const judgement of [...event.criteria, ...event.triggers])
      expect(Judgement.safeParse(judgement).error).toBeUndefined()
    for (const { statementId, verdict, statistics } of event.criteria) {
      if (verdict !== 'Successful') continue
      const metricId = statementId.endsWith('errors') ? 'errors' : 'latency'
      const { total, bad } = sums.get(metricId) ?? { total: 0, bad: 0 }
      expect(total).toBeGreaterThanOrEqual(100)
      expect(bad / total).toBeLessThan(metricId === 'errors' ? 0.01 : 0.05)
      if (world.state.plan.judging.sequential) expect(statistics?.odds).toBeGreaterThanOrEqual(20)
    }
  }
}

describe.each([
  ['sequential', inStage({ sequential: { rollbackAlpha: 0.01, promotionAlpha: 0.05 } })],
  ['simple', inStage({})],
])('the %s judge', (_name, stage) => {
  it('passes nothing and takes nothing back on replies that are all broken', () => {
    let [seed, replies] = [0, 0]
    while (replies < repliesPerJudge) {
      const world = stage.fork()
      replies += hear(world, seeded(++seed), true)
      expect(world.events('StagePassed').length + world.events('TriggerFired').length).toBe(0)
      expect(world.service.exposure?.criteria.map(({ verdict }) => verdict)).not.toContain('Successful')
    }
    expect(seed).toBe(repliesPerJudge / looksPerRelease / 2)
  })

  it('passes only on replies that make sense, among others that do not', () => {
    let [seed, replies, passed] = [1_000, 0, 0]
    while (replies < repliesPerJudge) {
      const world = stage.fork()
      replies += hear(world, seeded(++seed), false)
      const observed = world.events('StageObserved').flatMap(({ criteria }) => criteria)
      passed += observed.filter(({ verdict }) => verdict === 'Successful').length
    }
    expect(passed).toBeGreaterThan(20)
  })
})
