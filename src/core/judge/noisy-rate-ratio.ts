/**
 * The rate ratio of a metric that may have a declared noise class. With one, ticks are gathered into blocks as long as the noise, and a block's evidence is
 * tempered by the dispersion that past blocks showed. What is pending is no evidence yet; a block closes after its span, whatever it holds.
 */
import { mostBlocks, type NoiseClass, noiseOf } from './dispersion.ts'
import { pass } from './evidence.ts'
import {
  observeRateRatio,
  type RateRatioState,
  type RateRatioTest,
  type RateStratum,
  startRateRatio,
} from './rate-ratio.ts'
import { dispersionOf, ratioDeviations } from './ratio-dispersion.ts'

export interface NoisyRateRatioState {
  readonly test: RateRatioState
  /** When the block that is being gathered began. */
  readonly blockMs: number
  readonly pending: readonly RateStratum[]
  /** The last blocks as a whole, oldest first; at most `mostBlocks`. */
  readonly past: readonly RateStratum[]
}

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
  if (untilMs <= state.test.evidence.untilMs) return state
  if (!noise) return { ...state, test: observeRateRatio(state.test, test, strata, untilMs) }
  const pending = strata.reduce(withStratum, state.pending)
  if (untilMs - state.blockMs < noise.spanMs) {
    const { evidence, baseline } = state.test
    return { ...state, test: { evidence: pass(evidence, untilMs), baseline }, pending }
  }
  const block = pending.reduce(plus, nothing)
  const dispersion = dispersionOf(block, noiseOf(ratioDeviations(state.past), noise))
  return {
    test: observeRateRatio(state.test, test, pending, untilMs, dispersion),
    blockMs: untilMs,
    pending: [],
    past: [...state.past, block].slice(-mostBlocks),
  }
}

const nothing: RateStratum = { candidate: { total: 0, events: 0 }, baseline: { total: 0, events: 0 } }

function withStratum(pending: readonly RateStratum[], stratum: RateStratum): readonly RateStratum[] {
  const last = pending.at(-1)
  return last && pending.length >= mostPending ? pending.with(-1, plus(last, stratum)) : [...pending, stratum]
}

function plus(sum: RateStratum, { candidate, baseline }: RateStratum): RateStratum {
  return {
    candidate: { total: sum.candidate.total + candidate.total, events: sum.candidate.events + candidate.events },
    baseline: { total: sum.baseline.total + baseline.total, events: sum.baseline.events + baseline.events },
  }
}
