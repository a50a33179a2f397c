/**
 * Is the candidate's rate above `nullRatio` times the baseline's? A likelihood-ratio e-process on counts, tick by tick and segment by
 * segment, so that neither a ramp nor a change of the mix can mislead it. The shared rate cancels.
 */
import type { Alternatives } from './alternatives.ts'
import { bet, type Contract, type Evidence, pass, startEvidence } from './evidence.ts'

/** Above this expected rate the exact kernel for proportions is used; below it, the kernel for rare events, which costs less. */
const frequentFrom = 0.05

/** Requests that the expected rate counts for beside the baseline's own. */
const expectedWeight = 100

export interface ArmRate {
  total: number
  events: number
}

/** One segment's counts in one tick: both arms over the same time. */
export interface RateStratum {
  candidate: ArmRate
  baseline: ArmRate
}

export function plusStratum(sum: RateStratum, { candidate, baseline }: RateStratum): RateStratum {
  return {
    candidate: { total: sum.candidate.total + candidate.total, events: sum.candidate.events + candidate.events },
    baseline: { total: sum.baseline.total + baseline.total, events: sum.baseline.events + baseline.events },
  }
}

/**
 * The null is a ratio of at most `nullRatio` when the alternatives lie above it (a regression), of at least `nullRatio` when below it
 * (non-inferiority). `alternatives.ratios` are times `nullRatio`. `expectedRate` is stated beforehand, never taken from the data judged.
 */
export interface RateRatioTest {
  contract: Contract
  alternatives: Alternatives
  nullRatio: number
  expectedRate: number
}

/** Whether the kernel for proportions is used. */
export const isFrequent = ({ expectedRate, nullRatio }: RateRatioTest): boolean =>
  expectedRate > frequentFrom && nullRatio === 1

/** `baseline`: what the past says of the shared rate, for the kernel for frequent events. */
export interface RateRatioState {
  readonly evidence: Evidence
  readonly baseline: ArmRate
}

export function startRateRatio({ contract, alternatives }: RateRatioTest): RateRatioState {
  return { evidence: startEvidence(contract, alternatives.weights), baseline: { total: 0, events: 0 } }
}

/** Folds one tick. One that ends no later than the last one changes nothing. */
export function observeRateRatio(
  state: RateRatioState,
  test: RateRatioTest,
  strata: readonly RateStratum[],
  untilMs: number,
): RateRatioState {
  if (untilMs <= state.evidence.untilMs) return state
  const areFrequent = isFrequent(test)
  const { weights } = test.alternatives
  const factors = new Array<number>(weights.length).fill(0)
  let informs = false
  for (const stratum of strata) {
    const events = stratum.candidate.events + stratum.baseline.events
    // An arm without requests says nothing: nothing was compared.
    if (stratum.candidate.total <= 0 || stratum.baseline.total <= 0 || (events === 0 && !areFrequent)) continue
    informs = true
    if (areFrequent) addFrequent(factors, test.alternatives, stratum, pastRate(state.baseline, test.expectedRate))
    else addRare(factors, test.alternatives, stratum, test.nullRatio)
  }
  const baseline = areFrequent ? withBaseline(state.baseline, strata) : state.baseline
  if (!informs) return { evidence: pass(state.evidence, untilMs), baseline }
  return { evidence: bet(state.evidence, test.contract, weights, factors, untilMs), baseline }
}

/**
 * With share s of the requests, ratios r₀ (null) and r₁: e_c ln(r₁/r₀) − E ln((1 + s(r₁−1)) / (1 + s(r₀−1))). Its exponential has mean at
 * most 1 for Poisson counts and for independent requests of any common rate: 1 + x ≤ eˣ.
 */
function addRare(
  factors: number[],
  { ratios, logs }: Alternatives,
  { candidate, baseline }: RateStratum,
  nullRatio: number,
) {
  const share = candidate.total / (candidate.total + baseline.total)
  const events = candidate.events + baseline.events
  const atNull = nullRatio === 1 ? 0 : Math.log1p(share * (nullRatio - 1))
  for (let index = 0; index < ratios.length; index++) {
    const ratio = ratios[index] ?? 1
    const shift = Math.log1p(share * (ratio * nullRatio - 1)) - atNull
    factors[index] = (factors[index] ?? 0) + candidate.events * (logs[index] ?? 0) - events * shift
  }
}

/**
 * Block e-variable of Turner, Ly & Grünwald (arXiv 2106.02693) against p̄ = s·p_c + (1−s)·p_b, with the past's p_b and p_c at ψ times its odds:
 * exact for any common rate of the block. With d = 1−p_b+ψp_b: p_c = ψp_b/d and p̄ = p_b(sψ/d+1−s), and the same without ψ for the rest.
 */
function addFrequent(
  factors: number[],
  alternatives: Alternatives,
  { candidate, baseline }: RateStratum,
  rate: number,
) {
  const { ratios, logs } = alternatives
  const requests = candidate.total + baseline.total
  const share = candidate.total / requests
  const events = candidate.events + baseline.events
  for (let index = 0; index < ratios.length; index++) {
    const ratio = ratios[index] ?? 1
    const scale = 1 + rate * (ratio - 1)
    const none = candidate.total * Math.log(scale) + (requests - events) * Math.log(share / scale + 1 - share)
    const some = candidate.events * (logs[index] ?? 0) - events * Math.log((share * ratio) / scale + 1 - share)
    factors[index] = (factors[index] ?? 0) + some - none
  }
}

const pastRate = ({ total, events }: ArmRate, expectedRate: number): number =>
  (events + expectedRate * expectedWeight) / (total + expectedWeight)

function withBaseline(sum: ArmRate, strata: readonly RateStratum[]): ArmRate {
  return strata.reduce(
    ({ total, events }, { baseline }) => ({ total: total + baseline.total, events: events + baseline.events }),
    sum,
  )
}
