import { describe, expect, it } from 'vitest'
import { type Contract, isRejected, oddsOf } from './evidence.ts'
import { observeLatency, onEdges, startLatency } from './latency.ts'
import { leveragesOf } from './latency-leverage.ts'
import { latencyDispersion, type NoisyLatencyState, observeNoisyLatency } from './noisy-latency.ts'
import { normalCdf, stirlingRemainder } from './numerics.ts'
import { massOf, rankScores } from './rank-scores.ts'

const contract: Contract = { kind: 'fromStart', alpha: 0.01 }
const noise = { spanMs: 60_000, mostCv: 0.5 }
const edges = [50, 100, 200, 500]
const past = [100, 300, 400, 150, 50]
const baseline = past.map((count) => 5 * count)
const usual = { candidate: [60, 180, 240, 90, 30], baseline }
const slower = { candidate: [30, 120, 210, 150, 90], baseline }
const start: NoisyLatencyState = startLatency(contract, edges, past)

function fold(ticks: readonly (typeof usual)[], tickMs: number, from = start): NoisyLatencyState {
  return ticks.reduce(
    (state, tick, index) =>
      observeNoisyLatency(state, contract, noise, [tick], from.evidence.untilMs + (index + 1) * tickMs),
    from,
  )
}
const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one)

describe('latency of a noisy metric', () => {
  it('without a declared class is plain latency', () => {
    expect(observeNoisyLatency(start, contract, undefined, [slower], 60_000)).toEqual(
      observeLatency(start, contract, [slower], 60_000),
    )
  })

  it('waits for the end of a block, then counts all of it, less than it would without noise', () => {
    const waiting = fold(times(5, slower), 10_000)
    expect(waiting.evidence.wealth).toEqual(start.evidence.wealth)
    const whole = fold(times(6, slower), 10_000)
    const odds = oddsOf(whole.evidence, contract)
    const plain = times(6, slower).reduce(
      (state, tick, index) => observeLatency(state, contract, [tick], (index + 1) * 10_000),
      startLatency(contract, edges, past),
    )
    expect(odds).toBeGreaterThan(1)
    expect(Math.log(odds)).toBeLessThan(0.5 * Math.log(oddsOf(plain.evidence, contract)))
    expect(whole.gathered?.factors.every((factor) => factor === 0)).toBe(true)
  })

  it('one slow minute is no verdict, many are, and equal arms never', () => {
    expect(isRejected(fold([...times(30, usual), slower], 60_000).evidence, contract)).toBe(false)
    expect(isRejected(fold(times(120, slower), 60_000).evidence, contract)).toBe(true)
    expect(isRejected(fold(times(120, usual), 60_000).evidence, contract)).toBe(false)
  })

  it('does not wait for ever: when everything takes the longest, it is found within minutes', () => {
    const stuck = { candidate: [0, 0, 0, 0, 600], baseline }
    expect(isRejected(fold(times(3, stuck), 60_000).evidence, contract)).toBe(true)
  })

  it('once past blocks were quiet, the same block tells more', () => {
    const gained = (before: NoisyLatencyState) =>
      Math.log(oddsOf(fold([slower], 60_000, before).evidence, contract) / oddsOf(before.evidence, contract))
    const { scored, gathered, evidence } = fold(times(40, usual), 60_000)
    const quiet = { ...start, scored, gathered, evidence: { ...start.evidence, untilMs: evidence.untilMs } }
    expect(gained(quiet as NoisyLatencyState)).toBeGreaterThan(2 * gained(start))
  })

  it('keeps what it gathered on coarser edges, and remembers only so many blocks', () => {
    const state = fold(times(70, usual), 60_000)
    expect(state.gathered?.past).toHaveLength(60)
    const coarse = onEdges(fold([slower], 10_000, state), [100, 500])
    expect(coarse.gathered).toEqual(fold([slower], 10_000, state).gathered)
    const tick = { candidate: [150, 360, 90], baseline: [2_000, 2_750, 250] }
    expect(
      observeNoisyLatency(coarse, contract, noise, [tick], state.evidence.untilMs + 60_000).gathered?.sinceMs,
    ).toBe(state.evidence.untilMs + 60_000)
  })

  it('a tick seen before changes nothing, and what was stored goes on to the same bits', () => {
    const state = fold(times(4, slower), 25_000)
    expect(observeNoisyLatency(state, contract, noise, [slower], state.evidence.untilMs)).toBe(state)
    const stored: NoisyLatencyState = JSON.parse(JSON.stringify(state))
    expect(fold(times(4, slower), 25_000, stored)).toEqual(fold(times(4, slower), 25_000, state))
  })
})

describe('leverages', () => {
  it('of a normal shift and of ranks are what they are for many small buckets', () => {
    const fine = leveragesOf(
      Array.from({ length: 999 }, (_, index) => index + 1),
      new Array<number>(1_000).fill(1_000),
    )
    // Odds moved by ε move the mean rank of a uniform by ε/6, whose variance is 1/12.
    expect(fine.ranks).toBeCloseTo(12 / 36, 3)
    expect(fine.standardRanks[0]).toBeCloseTo(-Math.sqrt(3), 2)
    // And the mean of a normal score by ε∫P(1 − P)dz = ε/√π.
    const { moved, variance } = fine.ways[0] ?? { moved: 0, variance: 1 }
    expect(moved ** 2 / variance).toBeCloseTo(1 / Math.PI, 1)
  })

  it('are finite where there is one bucket, or nearly', () => {
    for (const counts of [
      [0, 0, 1e18],
      [5, 0, 0],
    ]) {
      const { ways, ranks } = leveragesOf([1, 2], counts)
      const all = [ranks, ...ways.flatMap(({ moved, variance }) => [moved, variance])]
      for (const one of all) expect(one).toBeGreaterThanOrEqual(0)
      for (const one of all) expect(one).toBeLessThan(10)
    }
  })
})

const logGamma = (x: number) => (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + stirlingRemainder(x)

/** What noise may make of the chance of a latency beyond an edge, each with its probability: even noise, and odds times a draw of mean 1. */
type Noise = readonly (readonly [probability: number, move: (chance: number) => number])[]
const even = (cv: number): Noise => [1, -1].map((side) => [0.5, (chance) => chance + side * cv * chance * (1 - chance)])
const drawn = (logDensity: (x: number) => number): Noise =>
  Array.from({ length: 900 }, (_, index) => Math.exp(-12 + 0.02 * index))
    .map((x) => ({ x, probability: 0.02 * x * Math.exp(logDensity(x)) }))
    .filter(({ probability }) => probability > 1e-18)
    .map(({ x, probability }) => [probability, (chance) => (chance * x) / (1 - chance + chance * x)])
const laws: Record<string, (cv: number) => Noise> = {
  even,
  gamma: (cv) =>
    drawn((x) => (1 / cv ** 2 - 1) * Math.log(x / cv ** 2) - x / cv ** 2 - logGamma(1 / cv ** 2) - Math.log(cv ** 2)),
  'inverse Gaussian': (cv) =>
    drawn((x) => -((x - 1) ** 2) / (2 * cv ** 2 * x) - 0.5 * Math.log(2 * Math.PI * cv ** 2 * x ** 3)),
}

/** The mean of each way's factor after a block of n and m requests, exactly: requests are independent once the noise is drawn. */
function meanFactors(mass: readonly number[], noise: Noise, cv: number, n: number, m: number): number[] {
  const some = mass.slice(1).map((_, index) => index + 1)
  const counts = mass.map((part) => part * m)
  const { ways } = leveragesOf(some, counts)
  const beyond = some.map((edge) => mass.slice(edge).reduce((sum, part) => sum + part, 0))
  return rankScores(some, counts).map((scores, way) => {
    const share = n / (n + m)
    const root = 1 / latencyDispersion(ways[way] ?? { moved: 0, variance: 0 }, (n * m) / (n + m), cv ** 2)
    const lent = (part: number, top: number, score: number) => part * (top / (1 + share * (score - 1))) ** root
    const baseline = mass.reduce((sum, part, bucket) => sum + lent(part, 1, scores[bucket] ?? 1), 0)
    return noise.reduce((mean, [probability, move]) => {
      const moved = [1, ...beyond.map(move), 0]
      const candidate = mass.reduce((sum, _, bucket) => {
        const score = scores[bucket] ?? 1
        return sum + lent((moved[bucket] ?? 0) - (moved[bucket + 1] ?? 0), score, score)
      }, 0)
      return mean + probability * Math.exp(n * Math.log(candidate) + m * Math.log(baseline))
    }, 0)
  })
}

describe('under the null no way gains, in the exact mean over a block', () => {
  const lognormal = massOf(
    [0, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000].map((from, index, all) => {
      const below = (ms: number) => normalCdf(Math.log(ms / 200) / 0.6)
      return 5_400 * (below(all[index + 1] ?? Number.POSITIVE_INFINITY) - below(from))
    }),
  )
  const bimodal = massOf([0, 300, 3_000, 400, 0, 100, 900, 600, 90, 10])
  const cases = Object.keys(laws).flatMap((law) => [0.1, 0.3, 1].map((cv) => [law, cv] as const))

  it.each(cases)('%s noise of cv %d, few requests and many', (law, cv) => {
    for (const mass of [lognormal, bimodal])
      for (const [n, m] of [
        [20, 180],
        [600, 5_400],
        [3_000, 3_000],
        [6_000, 54_000],
      ] as const)
        for (const mean of meanFactors(mass, laws[law]?.(cv) ?? [], cv, n, m))
          expect(mean).toBeLessThanOrEqual(1 + 1e-9)
  })
})
