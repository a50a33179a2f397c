/**
 * Noise that one arm has for itself, such as a busy neighbour for some minutes: a declared class of the metric says how long it lasts and how
 * strong it may be; how strong it is, is estimated from past blocks. The evidence of a block is tempered by it (quasi-likelihood).
 */
import type { RateStratum } from './rate-ratio.ts'

/**
 * Noise stays the same for about `spanMs`, the length of a block of evidence, and multiplies the arm's rate by a factor of mean 1 and of a
 * coefficient of variation of at most `mostCv`. That limit bounds what tempering can cost: see `mostDispersion`.
 */
export interface NoiseClass {
  spanMs: number
  mostCv: number
}

/** Past blocks that the estimate remembers: enough to be steady, few enough to forget an onset. */
export const mostBlocks = 60

/** So many blocks of the strongest noise allowed are supposed before any data. */
const priorBlocks = 8

interface Deviation {
  /** Candidate events beyond what the fitted ratio expects. */
  excess: number
  /** Its variance when requests are independent. */
  variance: number
  /** The variance that noise with a coefficient of variation of 1 adds. */
  sensitivity: number
}

/** The squared coefficient of variation of the candidate's noise, from past blocks; between 0 and the class's limit. */
export function noiseOf(past: readonly RateStratum[], { mostCv }: NoiseClass): number {
  const ratio = commonRatio(past)
  const blocks = past.map((block) => deviationOf(block, ratio)).filter(({ sensitivity }) => sensitivity > 0)
  const limit = mostCv ** 2
  if (blocks.length < 2) return limit
  const sensitivity = blocks.reduce((sum, block) => sum + block.sensitivity, 0)
  const excess = blocks.reduce((sum, block) => sum + block.excess ** 2 - block.variance, 0)
  // The fitted ratio took one degree of freedom.
  const seen = (excess * blocks.length) / (blocks.length - 1)
  const prior = (priorBlocks / blocks.length) * sensitivity
  return Math.min(limit, Math.max(0, (seen + prior * limit) / (sensitivity + prior)))
}

/** φ of one block: its variance over that of independent requests. Uses totals and the events of both arms together, not their split. */
export function dispersionOf(block: RateStratum, squaredCv: number): number {
  const { variance, sensitivity } = deviationOf(block, 1)
  return variance > 0 ? 1 + (sensitivity / variance) * squaredCv : 1
}

/** The φ that a block of so many events of both arms has at most, and so by how much the class may lengthen detection. */
export const mostDispersion = (events: number, share: number, { mostCv }: NoiseClass): number =>
  1 + Math.max(0, events - 1) * share * (1 - share) * mostCv ** 2

/** Given E events of both arms, the candidate's are binomial with q; noise moves q by q(1−q) times its relative size. */
function deviationOf({ candidate, baseline }: RateStratum, ratio: number): Deviation {
  const requests = candidate.total + baseline.total
  const events = candidate.events + baseline.events
  const share = requests > 0 ? candidate.total / requests : 0
  const part = (share * ratio) / (1 - share + share * ratio)
  const spread = part * (1 - part)
  return {
    excess: candidate.events - events * part,
    variance: events * spread,
    sensitivity: Math.max(0, events * (events - 1)) * spread ** 2,
  }
}

/** The ratio common to all blocks (Mantel & Haenszel), so that a steady regression is not taken for noise. */
function commonRatio(blocks: readonly RateStratum[]): number {
  let [above, below] = [0, 0]
  for (const { candidate, baseline } of blocks) {
    const requests = candidate.total + baseline.total
    if (requests <= 0) continue
    above += (candidate.events * baseline.total) / requests
    below += (baseline.events * candidate.total) / requests
  }
  return above > 0 && below > 0 ? above / below : 1
}
