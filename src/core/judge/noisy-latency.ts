/**
 * Latency of a metric that may have a declared noise class: the evidence of a block as long as the noise counts as a root, by the noise that the ranks of
 * past blocks showed.
 */
import { type Deviation, mostBlocks, type NoiseClass, noiseOf } from './dispersion.ts'
import { bet, type Contract, pass } from './evidence.ts'
import {
  type LatencyState,
  type LatencyStratum,
  logFactorsOf,
  observeLatency,
  withScores,
  withSeen,
} from './latency.ts'
import { rootsOf } from './latency-root.ts'
import { type PastLatency, pastLatency } from './past-latency.ts'
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
    /** By way, the logarithm of its factor so far, of which the root is still to be taken. */
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
  const before = pastOf(state)
  const logFactors = logFactorsOf(state, strata)
  const { sinceMs, past } = gathered
  const factors = gathered.factors.map((factor, way) => factor + (logFactors?.[way] ?? 0))
  // Before there are scores nothing is bet, and nothing is learned of the noise.
  const known = logFactors ? strata : []
  const candidate = known.reduce((sum, tick) => withRanks(sum, tick.candidate, before), gathered.candidate)
  const baseline = known.reduce((sum, tick) => withRanks(sum, tick.baseline, before), gathered.baseline)
  const seen = { ...withSeen(state, strata), evidence: pass(evidence, untilMs) }
  // Within a block scores stay, for its root is worked out for them.
  if (untilMs - sinceMs < noise.spanMs)
    return { ...(logFactors ? seen : withScores(seen)), gathered: { sinceMs, factors, candidate, baseline, past } }
  const next = withScores(seen)
  const weight = (candidate.total * baseline.total) / Math.max(1, candidate.total + baseline.total)
  if (weight === 0) return { ...next, gathered: { ...noBlock, sinceMs: untilMs, past } }
  const roots = rootsOf(before, candidate.total, baseline.total, noiseOf(past.map(deviationFrom(past)), noise))
  const counted = factors.map((factor, way) => factor * (roots[way] ?? 0))
  const shown = { weight, shift: meanOf(candidate) - meanOf(baseline), leverage: before.ranks.leverage }
  return {
    ...next,
    evidence: bet(evidence, contract, rankWeights, counted, untilMs),
    gathered: { ...noBlock, sinceMs: untilMs, past: [...past, shown].slice(-mostBlocks) },
  }
}

const meanOf = ({ total, ranks }: ArmRanks): number => (total > 0 ? ranks / total : 0)

function withRanks(sum: ArmRanks, counts: readonly number[], { ranks: { scores } }: PastLatency): ArmRanks {
  let [more, added] = [0, 0]
  for (const [bucket, count] of counts.entries()) {
    more += count
    added += count * (scores[bucket] ?? 0)
  }
  return { total: sum.total + more, ranks: sum.ranks + added }
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

function pastOf({ edges, scored }: LatencyState): PastLatency {
  const known = pasts.get(scored)
  if (known) return known
  const made = pastLatency(edges, scored)
  pasts.set(scored, made)
  return made
}

/** They follow from the counts, and are kept as long as those. */
const pasts = new WeakMap<readonly number[], PastLatency>()
