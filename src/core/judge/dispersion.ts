/**
 * Noise that one arm has for itself, such as a busy neighbour for some minutes: a declared class of the metric says how long it lasts and how
 * strong it may be; how strong it is, is estimated from past blocks.
 */

/**
 * Noise stays the same for about `spanMs`, the length of a block of evidence. It multiplies the candidate's odds of a bad request (for rare ones its
 * rate), or of a latency beyond any edge, by a factor of mean 1 and of a coefficient of variation of at most `mostCv`. That limit bounds what
 * waiting for more blocks can cost.
 */
export interface NoiseClass {
  spanMs: number
  mostCv: number
}

/** Past blocks that the estimate remembers: enough to be steady, few enough to forget an onset. */
export const mostBlocks = 60

/** So many blocks of the strongest noise allowed are supposed before any data. */
const priorBlocks = 8

/** The estimate is taken so many times: few blocks of noise with a heavy tail look quieter than they are. */
const caution = 1.5

/** What one past block says of the noise. */
export interface Deviation {
  /** What was seen beyond what all blocks together lead to expect. */
  excess: number
  /** Its variance when requests are independent. */
  variance: number
  /** The variance that noise with a coefficient of variation of 1 adds. */
  sensitivity: number
}

/** The squared coefficient of variation of the candidate's noise, from past blocks; between 0 and the class's limit. */
export function noiseOf(past: readonly Deviation[], { mostCv }: NoiseClass): number {
  const blocks = past.filter(({ sensitivity }) => sensitivity > 0)
  const limit = mostCv ** 2
  if (blocks.length < 2) return limit
  const sensitivity = blocks.reduce((sum, block) => sum + block.sensitivity, 0)
  const excess = blocks.reduce((sum, block) => sum + block.excess ** 2 - block.variance, 0)
  // What is common to all blocks was fitted, and took one degree of freedom.
  const seen = (excess * blocks.length) / (blocks.length - 1)
  const prior = (priorBlocks / blocks.length) * sensitivity
  return Math.min(limit, caution * Math.max(0, (seen + prior * limit) / (sensitivity + prior)))
}

/** What so many hits in so many trials say, beyond the chance that all blocks have in common. */
export function deviationOf(count: number, hits: number, chance: number): Deviation {
  const spread = chance * (1 - chance)
  return {
    excess: hits - count * chance,
    variance: count * spread,
    sensitivity: Math.max(0, count * (count - 1)) * spread ** 2,
  }
}
