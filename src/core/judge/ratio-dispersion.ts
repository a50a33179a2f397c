/** How much more than independent requests the events of two arms vary from block to block, when the candidate has noise for itself. */
import type { Deviation, NoiseClass } from './dispersion.ts'
import type { RateStratum } from './rate-ratio.ts'

/** φ of one block: its variance over that of independent requests. Uses totals and the events of both arms together, not their split. */
export function dispersionOf(block: RateStratum, squaredCv: number): number {
  const { variance, sensitivity } = deviationOf(block, 1)
  return variance > 0 ? 1 + (sensitivity / variance) * squaredCv : 1
}

/** The φ that a block of so many events of both arms has at most, and so by how much the class may lengthen detection. */
export const mostDispersion = (events: number, share: number, { mostCv }: NoiseClass): number =>
  1 + Math.max(0, events - 1) * share * (1 - share) * mostCv ** 2

/** What past blocks say of the noise, once the ratio that they have in common is taken out: a steady regression is no noise. */
export function ratioDeviations(past: readonly RateStratum[]): Deviation[] {
  const ratio = commonRatio(past)
  return past.map((block) => deviationOf(block, ratio))
}

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

/** The ratio common to all blocks (Mantel & Haenszel). */
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
