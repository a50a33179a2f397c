/**
 * The threshold on a metric that may have a declared noise class: as the rate ratio does, it gathers ticks into blocks as long as the noise and
 * tempers a block's evidence by the dispersion that past blocks showed. A block closes after its span, whatever it holds.
 */
import { type Deviation, mostBlocks, type NoiseClass, noiseOf } from './dispersion.ts'
import { type Evidence, pass } from './evidence.ts'
import type { ArmRate } from './rate-ratio.ts'
import { observeThreshold, type ThresholdTest } from './threshold.ts'

/** Start with `startEvidence`. `gathered` is there once a noise class gathers blocks. */
export interface NoisyEvidence extends Evidence {
  readonly gathered?: {
    /** When the block that is being gathered began. */
    readonly sinceMs: number
    readonly pending: ArmRate
    /** The last blocks, oldest first; at most `mostBlocks`. */
    readonly past: readonly ArmRate[]
  }
}

const nothing: ArmRate = { total: 0, events: 0 }

/** Folds one tick's counts of the candidate. One that ends no later than the last one changes nothing. */
export function observeNoisyThreshold(
  evidence: NoisyEvidence,
  test: ThresholdTest,
  noise: NoiseClass | undefined,
  counts: ArmRate,
  untilMs: number,
): NoisyEvidence {
  if (!noise) return observeThreshold(evidence, test, counts, untilMs)
  if (untilMs <= evidence.untilMs) return evidence
  const { sinceMs, pending, past } = evidence.gathered ?? { sinceMs: 0, pending: nothing, past: [] }
  const block = { total: pending.total + counts.total, events: pending.events + counts.events }
  if (untilMs - sinceMs < noise.spanMs)
    return { ...pass(evidence, untilMs), gathered: { sinceMs, pending: block, past } }
  const dispersion = rateDispersion(block.total, test.rate, noiseOf(rateDeviations(past), noise))
  return {
    ...observeThreshold(evidence, test, block, untilMs, dispersion),
    gathered: { sinceMs: untilMs, pending: nothing, past: [...past, block].slice(-mostBlocks) },
  }
}

/**
 * φ of a block of so many requests at the threshold's rate: its variance over that of independent requests, and by how much the noise may
 * lengthen detection. Never above the number of requests: then a block tells as much as one of them.
 */
export const rateDispersion = (total: number, rate: number, squaredCv: number): number =>
  1 + Math.max(0, total - 1) * Math.min(1, (squaredCv * rate) / (1 - rate))

/** What past blocks say of the noise, once their common rate is taken out. */
function rateDeviations(past: readonly ArmRate[]): Deviation[] {
  const sum = past.reduce(
    ({ total, events }, block) => ({ total: total + block.total, events: events + block.events }),
    nothing,
  )
  const rate = sum.total > 0 ? sum.events / sum.total : 0
  return past.map(({ total, events }) => ({
    excess: events - total * rate,
    variance: total * rate * (1 - rate),
    sensitivity: Math.max(0, total * (total - 1)) * rate ** 2,
  }))
}
