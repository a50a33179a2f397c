/** What the baseline's past says of its latencies, and by how much noise in the candidate's odds of a latency beyond any edge moves the mean of a score. */
import { massOf, rankScores } from './rank-scores.ts'

/** A number for each bucket, and by how much noise moves its mean. */
export interface Scores {
  readonly scores: Float64Array
  /** φ − 1 for one effective request and noise of a coefficient of variation of 1. */
  readonly leverage: number
}

/** What a noisy block needs of the baseline's past. */
export interface PastLatency {
  /** The chance of each bucket. */
  readonly mass: readonly number[]
  /** See `rankScores`. */
  readonly ways: readonly Scores[]
  /** The rank of each bucket, with mean 0 and variance 1. */
  readonly ranks: Scores
}

/** `counts`: the baseline's requests by bucket that the scores were made from. */
export function pastLatency(edges: readonly number[], counts: readonly number[]): PastLatency {
  const mass = massOf(counts)
  const withLeverage = (scores: Float64Array): Scores => ({ scores, leverage: leverageOf(mass, scores) })
  return {
    mass,
    ways: rankScores(edges, counts).map(withLeverage),
    ranks: withLeverage(standardRanks(mass)),
  }
}

/** Odds times 1 + ε move the chance P of a latency beyond an edge by εP(1 − P), and a score's mean by the sum of those times what the score gains at each edge. */
function leverageOf(mass: readonly number[], scores: ArrayLike<number>): number {
  const { variance } = momentsOf(mass, scores)
  let beyond = 1
  let moved = 0
  for (const [bucket, part] of mass.entries()) {
    beyond -= part
    if (bucket < mass.length - 1)
      moved += ((scores[bucket + 1] ?? 0) - (scores[bucket] ?? 0)) * Math.max(0, beyond * (1 - beyond))
  }
  return variance > 0 ? moved ** 2 / variance : 0
}

function momentsOf(mass: readonly number[], scores: ArrayLike<number>): { mean: number; variance: number } {
  const mean = mass.reduce((sum, part, bucket) => sum + part * (scores[bucket] ?? 0), 0)
  const variance = mass.reduce((sum, part, bucket) => sum + part * ((scores[bucket] ?? 0) - mean) ** 2, 0)
  return { mean, variance }
}

function standardRanks(mass: readonly number[]): Float64Array {
  let below = 0
  const ranks = mass.map((part) => {
    below += part
    return below - part / 2
  })
  const { mean, variance } = momentsOf(mass, ranks)
  return Float64Array.from(ranks, (rank) => (variance > 0 ? (rank - mean) / Math.sqrt(variance) : 0))
}
