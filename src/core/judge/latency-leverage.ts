/**
 * How much noise in the candidate's odds of a latency beyond any edge moves the mean of a score, beside how much the score varies by itself.
 */
import { massOf, rankScores } from './rank-scores.ts'

/** Of one effective request, for odds that are multiplied by 1 + ε. */
export interface Leverage {
  /** The mean of the score moves by so much times ε. */
  moved: number
  /** The score's variance. */
  variance: number
}

export interface Leverages {
  ways: readonly Leverage[]
  /** Of plain ranks, from which the noise is estimated: φ − 1 for noise of a coefficient of variation of 1. */
  ranks: number
  /** The rank of each bucket, with mean 0 and variance 1 in the baseline. */
  standardRanks: readonly number[]
}

/** `counts`: the baseline's requests by bucket that the scores were made from. */
export function leveragesOf(edges: readonly number[], counts: readonly number[]): Leverages {
  const mass = massOf(counts)
  const ranks = midRanks(mass)
  const { mean } = momentsOf(mass, ranks)
  const { moved, variance } = leverageOf(mass, ranks)
  return {
    ways: rankScores(edges, counts).map((scores) => leverageOf(mass, scores)),
    ranks: variance > 0 ? moved ** 2 / variance : 0,
    standardRanks: ranks.map((rank) => (variance > 0 ? (rank - mean) / Math.sqrt(variance) : 0)),
  }
}

/**
 * Odds that are multiplied by 1 + ε move the chance P of a latency beyond an edge by εP(1 − P), and a score's mean by the sum of those times what the
 * score gains at each edge.
 */
function leverageOf(mass: readonly number[], scores: ArrayLike<number>): Leverage {
  const { variance } = momentsOf(mass, scores)
  let beyond = 1
  let moved = 0
  for (const [bucket, part] of mass.entries()) {
    beyond -= part
    if (bucket < mass.length - 1)
      moved += ((scores[bucket + 1] ?? 0) - (scores[bucket] ?? 0)) * Math.max(0, beyond * (1 - beyond))
  }
  return { moved, variance }
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
