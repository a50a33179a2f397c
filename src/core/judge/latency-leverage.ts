/**
 * How much noise in the candidate's odds of a latency beyond any edge moves the mean of a score, beside how much the score varies by itself: what
 * tempering needs to know of a way to be slower.
 */
import { massOf, rankScores } from './rank-scores.ts'

export interface Leverages {
  /** By way, φ − 1 for one effective request and noise of a coefficient of variation of 1. */
  ways: readonly number[]
  /** The same for plain ranks, from which the noise is estimated. */
  ranks: number
  /** The rank of each bucket, with mean 0 and variance 1 in the baseline. */
  standardRanks: readonly number[]
}

/** `counts`: the baseline's requests by bucket that the scores were made from. */
export function leveragesOf(edges: readonly number[], counts: readonly number[]): Leverages {
  const mass = massOf(counts)
  const ranks = midRanks(mass)
  const { mean, variance } = momentsOf(mass, ranks)
  return {
    ways: rankScores(edges, counts).map((scores) => leverageOf(mass, scores)),
    ranks: leverageOf(mass, ranks),
    standardRanks: ranks.map((rank) => (variance > 0 ? (rank - mean) / Math.sqrt(variance) : 0)),
  }
}

/**
 * Odds that are multiplied by 1 + ε move the chance P of a latency beyond an edge by εP(1 − P), and a score's mean by the sum of those times what the
 * score gains at each edge.
 */
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

function midRanks(mass: readonly number[]): number[] {
  let below = 0
  return mass.map((part) => {
    below += part
    return below - part / 2
  })
}
