/**
 * Latency of a metric that may have a declared noise class: the evidence of a block as long as the noise is tempered by the noise that the ranks of past
 * blocks showed, each way by as much as noise can move it.
 */
import { type Deviation, mostBlocks, type NoiseClass, noiseOf } from './dispersion.ts'
import { bet, type Contract, pass } from './evidence.ts'
import { type LatencyState, type LatencyStratum, logFactorsOf, observeLatency, withSeen } from './latency.ts'
import { type Leverage, type Leverages, leveragesOf } from './latency-leverage.ts'
import { rankWeights } from './rank-scores.ts'

/** One arm's requests in a block, and the sum of their standard ranks. */
interface ArmRanks {
  readonly total: number
  readonly ranks: number
}

/** What a past block says: effective requests n·m/(n + m), and the candidate's mean standard rank less the baseline's. */
interface PastBlock {
  readonly weight: number
  readonly shift: number
  readonly leverage: number
}

/** Start with `startLatency`. `gathered` is there once a noise class gathers blocks. */
export interface NoisyLatencyState extends LatencyState {
  readonly gathered?: {
    /** When the block that is being gathered began. */
    readonly sinceMs: number
    /** By way, the logarithms of its untempered factors so far. */
    readonly factors: readonly number[]
    readonly candidate: ArmRanks
    readonly baseline: ArmRanks
    /** The last blocks, oldest first; at most `mostBlocks`. */
    readonly past: readonly PastBlock[]
  }
}

const none: ArmRanks = { total: 0, ranks: 0 }
const noFactors: readonly number[] = rankWeights.map(() => 0)
const noBlock = { factors: noFactors, candidate: none, baseline: none }

/** Folds one tick, as `observeLatency` does. */
export function observeNoisyLatency(
  state: NoisyLatencyState,
  contract: Contract,
  noise: NoiseClass | undefined,
  strata: readonly LatencyStratum[],
  untilMs: number,
): NoisyLatencyState {
  if (!noise) return observeLatency(state, contract, strata, untilMs)
  const { evidence, gathered = { ...noBlock, sinceMs: 0, past: [] } } = state
  if (untilMs <= evidence.untilMs) return state
  const leverages = leveragesFor(state)
  const logFactors = logFactorsOf(state, strata)
  const { sinceMs, past } = gathered
  const factors = gathered.factors.map((factor, way) => factor + (logFactors?.[way] ?? 0))
  // Before there are scores nothing is bet, and nothing is learned of the noise.
  const known = logFactors ? strata : []
  const candidate = known.reduce((sum, tick) => withRanks(sum, tick.candidate, leverages), gathered.candidate)
  const baseline = known.reduce((sum, tick) => withRanks(sum, tick.baseline, leverages), gathered.baseline)
  const next = withSeen(state, strata)
  if (untilMs - sinceMs < noise.spanMs)
    return { ...next, evidence: pass(evidence, untilMs), gathered: { sinceMs, factors, candidate, baseline, past } }
  const weight = (candidate.total * baseline.total) / Math.max(1, candidate.total + baseline.total)
  const squaredCv = noiseOf(past.map(deviationFrom(past)), noise)
  const tempered = factors.map(
    (factor, way) => factor / latencyDispersion(leverages.ways[way] ?? noLeverage, weight, squaredCv),
  )
  const block = { weight, shift: meanOf(candidate) - meanOf(baseline), leverage: leverages.ranks }
  return {
    ...next,
    evidence: bet(evidence, contract, rankWeights, tempered, untilMs),
    gathered: { ...noBlock, sinceMs: untilMs, past: weight > 0 ? [...past, block].slice(-mostBlocks) : past },
  }
}

/**
 * The φ whose root of a way's factor has a mean of at most 1: what noise adds to the variance of a block of so many effective requests, and as much again
 * as noise moves the score. Under gamma and inverse Gaussian noise that is not proved but computed, over sizes, strengths and ways.
 */
export const latencyDispersion = ({ moved, variance }: Leverage, weight: number, squaredCv: number): number =>
  variance > 0 ? 1 + weight * squaredCv * moved * (moved / variance + 1) : 1

const noLeverage: Leverage = { moved: 0, variance: 0 }

const meanOf = ({ total, ranks }: ArmRanks): number => (total > 0 ? ranks / total : 0)

function withRanks({ total, ranks }: ArmRanks, counts: readonly number[], { standardRanks }: Leverages): ArmRanks {
  let [more, added] = [0, 0]
  for (const [bucket, count] of counts.entries()) {
    more += count
    added += count * (standardRanks[bucket] ?? 0)
  }
  return { total: total + more, ranks: ranks + added }
}

/** Beyond the shift that all blocks have in common: a steady regression is no noise. */
function deviationFrom(past: readonly PastBlock[]): (block: PastBlock) => Deviation {
  const weights = past.reduce((sum, { weight }) => sum + weight, 0)
  const common = past.reduce((sum, { weight, shift }) => sum + weight * shift, 0) / (weights || 1)
  return ({ weight, shift, leverage }) => ({
    excess: weight * (shift - common),
    variance: weight,
    sensitivity: weight ** 2 * leverage,
  })
}

function leveragesFor({ edges, scored }: LatencyState): Leverages {
  const known = leverages.get(scored)
  if (known) return known
  const made = leveragesOf(edges, scored)
  leverages.set(scored, made)
  return made
}

/** They follow from the counts, and are kept as long as those. */
const leverages = new WeakMap<readonly number[], Leverages>()
