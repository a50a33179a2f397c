/**
 * The rate ratio of a metric that may have a declared noise class. With one, ticks are gathered into blocks as long as the noise, and a block is bet on as
 * a whole, with the noise that past blocks showed. What is pending is no evidence yet; a block closes after its span, whatever it holds.
 */
import { type Deviation, deviationOf, mostBlocks, type NoiseClass, noiseOf } from './dispersion.ts'
import { bet, pass } from './evidence.ts'
import { momentLogFactors, momentsOfArms } from './moment-bets.ts'
import { noisyLogFactors, type Trials } from './noisy-factor.ts'
import {
  observeRateRatio,
  plusStratum,
  type RateRatioState,
  type RateRatioTest,
  type RateStratum,
  startRateRatio,
} from './rate-ratio.ts'

export interface NoisyRateRatioState {
  readonly test: RateRatioState
  /** When the block that is being gathered began. */
  readonly blockMs: number
  readonly pending: readonly RateStratum[]
  /** The last blocks as a whole, oldest first; at most `mostBlocks`. */
  readonly past: readonly RateStratum[]
}

/** From this cv² on bets on moments find a higher rate sooner than those that reckon with gamma and inverse Gaussian noise. */
const momentsFrom = 0.16

/** Strata that a block keeps apart; later ones are added to the last. */
const mostPending = 600

export function startNoisyRateRatio(test: RateRatioTest): NoisyRateRatioState {
  return { test: startRateRatio(test), blockMs: 0, pending: [], past: [] }
}

export function observeNoisyRateRatio(
  state: NoisyRateRatioState,
  test: RateRatioTest,
  noise: NoiseClass | undefined,
  strata: readonly RateStratum[],
  untilMs: number,
): NoisyRateRatioState {
  const { evidence, baseline } = state.test
  if (untilMs <= evidence.untilMs) return state
  if (!noise) return { ...state, test: observeRateRatio(state.test, test, strata, untilMs) }
  const pending = strata.reduce(withStratum, state.pending)
  if (untilMs - state.blockMs < noise.spanMs)
    return { ...state, test: { evidence: pass(evidence, untilMs), baseline }, pending }
  const { contract, alternatives } = test
  const squaredCv = noiseOf(ratioDeviations(state.past), noise)
  const factors = blockLogFactors(pending, test, squaredCv)
  return {
    test: { evidence: bet(evidence, contract, alternatives.weights, factors, untilMs), baseline },
    blockMs: untilMs,
    pending: [],
    past: [...state.past, pending.reduce(plusStratum, nothing)].slice(-mostBlocks),
  }
}

function blockLogFactors(
  block: readonly RateStratum[],
  { alternatives: { ratios }, nullRatio }: RateRatioTest,
  squaredCv: number,
): Float64Array {
  const areMoments = squaredCv >= momentsFrom && (ratios[0] ?? 0) > 1
  const moments = areMoments ? momentsOfArms(block, nullRatio) : undefined
  if (moments) return momentLogFactors(moments, ratios, squaredCv)
  return noisyLogFactors(
    block.flatMap((stratum) => trialsOf(stratum, nullRatio)),
    ratios,
    squaredCv,
  )
}

/** Of the events of both arms, the candidate's: with odds of its share of the requests, times the ratio. None where nothing was compared. */
function trialsOf({ candidate, baseline }: RateStratum, ratio: number): Trials[] {
  const count = candidate.events + baseline.events
  if (candidate.total <= 0 || baseline.total <= 0 || count <= 0) return []
  const weighted = candidate.total * ratio + baseline.total
  const expected = (baseline.events * weighted) / baseline.total
  return [{ count, hits: candidate.events, chance: (candidate.total * ratio) / weighted, expected }]
}

/** What past blocks say of the noise, once the ratio that they have in common is taken out: a steady regression is no noise. */
export function ratioDeviations(past: readonly RateStratum[]): Deviation[] {
  const ratio = commonRatio(past)
  return past
    .flatMap((block) => trialsOf(block, ratio))
    .map(({ count, hits, chance }) => deviationOf(count, hits, chance))
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

const nothing: RateStratum = { candidate: { total: 0, events: 0 }, baseline: { total: 0, events: 0 } }

function withStratum(pending: readonly RateStratum[], stratum: RateStratum): readonly RateStratum[] {
  const last = pending.at(-1)
  return last && pending.length >= mostPending ? pending.with(-1, plusStratum(last, stratum)) : [...pending, stratum]
}
