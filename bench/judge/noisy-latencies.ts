/**
 * Latency under noise of the candidate, new every minute: it multiplies the odds of a latency beyond any edge. False alarms with equal arms in the
 * mean, and what tempering costs. Lognormal latencies in the default buckets of Prometheus' client libraries.
 */
import type { NoiseClass } from '../../src/core/judge/dispersion.ts'
import { isRejected } from '../../src/core/judge/evidence.ts'
import { startLatency } from '../../src/core/judge/latency.ts'
import { type NoisyLatencyState, observeNoisyLatency } from '../../src/core/judge/noisy-latency.ts'
import { normalCdf } from '../../src/core/judge/numerics.ts'
import { pastLatency } from '../../src/core/judge/past-latency.ts'
import { edgesOf } from './latencies.ts'
import { falseAlarmsIn, type Law } from './noises.ts'
import type { Random } from './random.ts'
import { shipped } from './rates.ts'
import { delayOf, latencyInformation, type Share } from './statistics.ts'

const [n, m] = [600, 5_400]
const edges = edgesOf.prometheus

/** The chance of a latency beyond each edge when latencies are `factor` times lognormal ones around 200 ms. */
const beyond = (factor: number) => edges.map((edge) => normalCdf(-Math.log(edge / (200 * factor)) / 0.6))

export type LatencyLaw = Law | 'even'

/**
 * What noise makes of the chances. Gamma and lognormal noise multiplies the odds: it leaves the mean of rare chances as it is and lowers that of others.
 * Even noise moves all of them by as much up as down, and leaves every mean as it is.
 */
function noisy(random: Random, chances: readonly number[], law: LatencyLaw, cv: number): number[] {
  if (law === 'even') {
    const moved = random.uniform() < 0.5 ? cv : -cv
    return chances.map((chance) => chance + moved * chance * (1 - chance))
  }
  const odds = random[law](cv)
  return chances.map((chance) => (chance * odds) / (1 - chance + chance * odds))
}

const massesOf = (chances: readonly number[]) =>
  [...chances, 0].map((chance, bucket) => (chances[bucket - 1] ?? 1) - chance)

/** `requests` in buckets, one bucket after another: each takes its part of what is left. */
function drawn(random: Random, requests: number, chances: readonly number[]): number[] {
  let [left, over] = [requests, 1]
  const counts = chances.map((chance) => {
    const higher = over > 0 ? random.binomial(left, chance / over) : 0
    const count = left - higher
    left = higher
    over = chance
    return count
  })
  return [...counts, left]
}

/** Minutes until the alarm, or `limit` + 1; a declared limit of 0 declares no noise. */
function minutesUntil(
  random: Random,
  [law, cv, declared]: readonly [LatencyLaw, number, number],
  factor: number,
  alpha: number,
  limit: number,
): number {
  const contract = shipped(alpha)
  const noise: NoiseClass | undefined = declared > 0 ? { spanMs: 60_000, mostCv: declared } : undefined
  const [own, other] = [beyond(factor), beyond(1)]
  let state: NoisyLatencyState = startLatency(contract, edges, drawn(random, m, other))
  for (let minute = 1; minute <= limit; minute++) {
    const tick = { candidate: drawn(random, n, noisy(random, own, law, cv)), baseline: drawn(random, m, other) }
    state = observeNoisyLatency(state, contract, noise, [tick], minute * 60_000)
    if (isRejected(state.evidence, contract)) return minute
  }
  return limit + 1
}

export function noisyLatencyAlarms(
  random: Random,
  law: LatencyLaw,
  cv: number,
  declared: number,
  alpha: number,
  runs: number,
): Share {
  return falseAlarmsIn(60, runs, () => minutesUntil(random, [law, cv, declared], 1, alpha, 60))
}

/** Candidate requests until latencies × `factor` are found, under noise that is as strong as declared, against φ W. */
export function noisyLatencyDelay(random: Random, cv: number, factor: number, alpha: number, runs: number) {
  const limit = 5_000
  const minutes = Array.from({ length: runs }, () => minutesUntil(random, ['even', cv, cv], factor, alpha, limit))
  const delay = delayOf(
    minutes.map((minute) => (minute - 0.5) * n),
    limit * n,
  )
  const baseline = massesOf(beyond(1))
  const { ways } = pastLatency(
    edges,
    baseline.map((part) => part * m),
  )
  const phi = Math.max(...ways.map(({ leverage }) => 1 + ((n * m) / (n + m)) * cv ** 2 * leverage))
  const bound = (phi * -Math.log(alpha)) / latencyInformation(massesOf(beyond(factor)), baseline, n / (n + m))
  return { ...delay, phi, bound, overBound: delay.mean / bound }
}
