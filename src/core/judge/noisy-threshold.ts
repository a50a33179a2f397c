/**
 * The threshold on a metric that may have a declared noise class: as the rate ratio does, it gathers ticks into blocks as long as the noise and bets on a
 * block as a whole, with the noise that past blocks showed. A block closes after its span, whatever it holds.
 */
import { type Deviation, deviationOf, mostBlocks, type NoiseClass, noiseOf } from './dispersion.ts'
import { bet, type Evidence, pass } from './evidence.ts'
import { momentLogFactors, momentsOfArm } from './moment-bets.ts'
import { noisyLogFactors } from './noisy-factor.ts'
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

/** As of two arms, but a known rate tells so much of a block that little noise leaves these bets too small. */
const momentsFrom = 0.5

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
  const block = plus(pending, counts)
  if (untilMs - sinceMs < noise.spanMs)
    return { ...pass(evidence, untilMs), gathered: { sinceMs, pending: block, past } }
  const { contract, alternatives } = test
  const factors = blockLogFactors(block, test, noiseOf(rateDeviations(past), noise))
  return {
    ...bet(evidence, contract, alternatives.weights, factors, untilMs),
    gathered: { sinceMs: untilMs, pending: nothing, past: [...past, block].slice(-mostBlocks) },
  }
}

function blockLogFactors(block: ArmRate, { alternatives: { ratios }, rate }: ThresholdTest, squaredCv: number) {
  const areMoments = squaredCv >= momentsFrom && (ratios[0] ?? 0) > 1
  const moments = areMoments ? momentsOfArm(block, rate) : undefined
  if (moments) return momentLogFactors(moments, ratios, squaredCv)
  return noisyLogFactors(
    [{ count: block.total, hits: block.events, chance: rate, expected: block.total }],
    ratios,
    squaredCv,
  )
}

/** What past blocks say of the noise, once their common rate is taken out. */
function rateDeviations(past: readonly ArmRate[]): Deviation[] {
  const sum = past.reduce(plus, nothing)
  const rate = sum.total > 0 ? sum.events / sum.total : 0
  return past.map(({ total, events }) => deviationOf(total, events, rate))
}

const plus = (sum: ArmRate, added: ArmRate): ArmRate => ({
  total: sum.total + added.total,
  events: sum.events + added.events,
})
