/** Latency: delays of the shipped rank scores and of time-uniform bands, against what the buckets hold at most. */
import { isRejected } from '../../src/core/judge/evidence.ts'
import { observeLatency, startLatency } from '../../src/core/judge/latency.ts'
import { bandsPart, kayentaOn } from './peers.ts'
import type { Random } from './random.ts'
import { shipped } from './rates.ts'
import { type Delay, delayOf, latencyInformation, type Share, shareOf } from './statistics.ts'

const share = 0.1
const [candidatePerTick, baselinePerTick] = [10, 90]
/** The baseline's requests of one minute before the stage, which scores are first made from. */
const pastRequests = 5_400

/** Edges in ms: factors of 1.09, and the defaults of Prometheus' client libraries. */
export const edgesOf = {
  fine: Array.from({ length: 114 }, (_, index) => 1.09 ** index),
  prometheus: [5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000],
}

/** One latency in ms. */
export const shapes: Record<string, (random: Random) => number> = {
  lognormal: (random) => 200 * Math.exp(0.6 * random.normal()),
  bimodal: (random) => (random.uniform() < 0.7 ? 50 : 500) * Math.exp(0.3 * random.normal()),
  pareto: (random) => 100 * (1 - random.uniform()) ** -0.5,
}

type Draw = () => number

function bucketed(edges: readonly number[], draw: Draw, requests: number): number[] {
  const counts = new Array<number>(edges.length + 1).fill(0)
  for (let request = 0; request < requests; request++) {
    const value = draw()
    let [low, high] = [0, edges.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (value <= (edges[middle] ?? 0)) high = middle
      else low = middle + 1
    }
    counts[low] = (counts[low] ?? 0) + 1
  }
  return counts
}

interface Arms {
  edges: readonly number[]
  candidate: Draw
  baseline: Draw
}

/** Seconds until the shipped test rejects, or `limit`. */
function secondsUntil({ edges, candidate, baseline }: Arms, alpha: number, limit: number): number {
  const contract = shipped(alpha)
  let state = startLatency(contract, edges, bucketed(edges, baseline, pastRequests))
  for (let second = 1; second <= limit; second++) {
    const tick = {
      candidate: bucketed(edges, candidate, candidatePerTick),
      baseline: bucketed(edges, baseline, baselinePerTick),
    }
    state = observeLatency(state, contract, [tick], second * 1_000)
    if (isRejected(state.evidence, contract)) return second
  }
  return limit + 1
}

export interface LatencyDetection extends Delay {
  bound: number
  overBound: number
}

/** Every latency of the candidate times `factor`. */
export function slower(
  random: Random,
  shape: string,
  edges: readonly number[],
  factor: number,
  alpha: number,
  runs: number,
): LatencyDetection {
  const draw = shapes[shape] ?? (() => Number.NaN)
  const arms = { edges, baseline: () => draw(random), candidate: () => factor * draw(random) }
  return { ...detected(arms, alpha, runs) }
}

/** One request in twenty takes a second longer. */
export function slowTail(random: Random, alpha: number, runs: number): LatencyDetection {
  const draw = shapes.lognormal ?? (() => Number.NaN)
  const candidate = () => draw(random) + (random.uniform() < 0.05 ? 1_000 : 0)
  return detected({ edges: edgesOf.fine, baseline: () => draw(random), candidate }, alpha, runs)
}

const sampleForBound = 1_000_000

function detected(arms: Arms, alpha: number, runs: number): LatencyDetection {
  const masses = [arms.candidate, arms.baseline].map((draw) =>
    bucketed(arms.edges, draw, sampleForBound).map((count) => count / sampleForBound),
  )
  const bound = -Math.log(alpha) / latencyInformation(masses[0] ?? [], masses[1] ?? [], share)
  const limit = Math.ceil((50 * bound) / candidatePerTick)
  const delays = Array.from({ length: runs }, () => candidatePerTick * secondsUntil(arms, alpha, limit))
  const delay = delayOf(delays, candidatePerTick * (limit + 1))
  return { ...delay, bound, overBound: delay.mean / bound }
}

/** Time-uniform bands, all requests so far, looked at every second. */
export function bandsDelay(random: Random, factor: number, alpha: number, runs: number): Delay {
  const draw = shapes.lognormal ?? (() => Number.NaN)
  const edges = edgesOf.fine
  const delays = Array.from({ length: runs }, () => {
    let [own, other] = [edges.concat(0).fill(0), edges.concat(0).fill(0)]
    for (let second = 1; ; second++) {
      const more = bucketed(edges, () => factor * draw(random), candidatePerTick)
      const others = bucketed(edges, () => draw(random), baselinePerTick)
      own = own.map((count, bucket) => count + (more[bucket] ?? 0))
      other = other.map((count, bucket) => count + (others[bucket] ?? 0))
      if (bandsPart(own, other, alpha)) return second * candidatePerTick
    }
  })
  return delayOf(delays)
}

/** Minutes until Kayenta says so of the p95 of each minute, or `limit` + 1. */
function kayentaMinutes({ edges, candidate, baseline }: Arms, limit: number): number {
  const isSlower = kayentaOn()
  for (let minute = 1; minute <= limit; minute++) {
    const own = bucketed(edges, candidate, 60 * candidatePerTick)
    const other = bucketed(edges, baseline, 60 * baselinePerTick)
    if (isSlower(p95(edges, own), p95(edges, other))) return minute
  }
  return limit + 1
}

/** Interpolated within its bucket, in ms. */
function p95(edges: readonly number[], counts: readonly number[]): number {
  let rest = 0.95 * counts.reduce((sum, count) => sum + count, 0)
  for (const [bucket, count] of counts.entries()) {
    const [low, high] = [edges[bucket - 1] ?? 0, edges[bucket] ?? edges.at(-1) ?? 0]
    if (count > 0 && rest <= count) return low + ((high - low) * rest) / count
    rest -= count
  }
  return edges.at(-1) ?? 0
}

const kayentaArms = (random: Random, change: (ms: number) => number): Arms => {
  const draw = shapes.lognormal ?? (() => Number.NaN)
  return { edges: edgesOf.fine, baseline: () => draw(random), candidate: () => change(draw(random)) }
}

/** Candidate requests until Kayenta finds what `change` makes of lognormal latencies, or four hours. */
export function kayentaDelay(random: Random, change: (ms: number) => number, runs: number): Delay {
  const limit = 240
  const minutes = Array.from({ length: runs }, () => kayentaMinutes(kayentaArms(random, change), limit))
  return delayOf(
    minutes.map((minute) => 60 * candidatePerTick * minute),
    60 * candidatePerTick * (limit + 1),
  )
}

/** Equal arms for an hour, as Kayenta sees them. */
export function kayentaFalseAlarms(random: Random, runs: number): Share {
  const minutes = Array.from({ length: runs }, () =>
    kayentaMinutes(
      kayentaArms(random, (ms) => ms),
      60,
    ),
  )
  return shareOf(minutes.filter((minute) => minute <= 60).length, runs)
}

/** Equal arms for an hour. */
export function latencyFalseAlarms(random: Random, shape: string, alpha: number, runs: number): Share {
  const draw = shapes[shape] ?? (() => Number.NaN)
  const arms = { edges: edgesOf.prometheus, baseline: () => draw(random), candidate: () => draw(random) }
  return shareOf(
    Array.from({ length: runs }, () => secondsUntil(arms, alpha, 3_600)).filter((at) => at <= 3_600).length,
    runs,
  )
}
