/**
 * Is the candidate slower than the baseline? An e-process on ordered buckets: every bucket has a score that never falls as latency grows and
 * was fixed before the tick. The null is "the candidate is not stochastically slower", whatever the shape of either distribution.
 */
import { mergedOnto } from './buckets.ts'
import { bet, type Contract, type Evidence, pass, startEvidence } from './evidence.ts'
import { rankScores, rankWeights } from './rank-scores.ts'

/** Requests by bucket (not cumulated), both arms over the same time; one more than there are finite edges. */
export interface LatencyStratum {
  candidate: readonly number[]
  baseline: readonly number[]
}

export interface LatencyState {
  readonly evidence: Evidence
  readonly edges: readonly number[]
  /** The baseline's requests by bucket, up to the last tick. */
  readonly seen: readonly number[]
  /** The same when the scores were made. */
  readonly scored: readonly number[]
}

/** The scores are made anew when the baseline has grown by this factor; when it has half of the most, only with the next halving. */
const refreshAt = 1.3
/** Baseline requests before which no score is worth a bet. */
const leastSeen = 50
/** When the baseline has this many requests, all count half, so that it follows the time of day. */
const mostSeen = 200_000

/** `edges`: the finite upper edges of the buckets, ascending, in any unit. `past`: the baseline's requests by bucket before the stage. */
export function startLatency(contract: Contract, edges: readonly number[], past?: readonly number[]): LatencyState {
  const none = new Array<number>(edges.length + 1).fill(0)
  const isEnough = past !== undefined && past.length === none.length && sum(past) >= leastSeen
  return { evidence: startEvidence(contract, rankWeights), edges, seen: past ?? none, scored: isEnough ? past : none }
}

/** The same state on other edges, some of its own: what was seen is merged, no wealth changes, and the scores are made anew. */
export function onEdges<State extends LatencyState>(state: State, edges: readonly number[]): State {
  if (edges.length === state.edges.length) return state
  const merge = (counts: readonly number[]) => mergedOnto(edges, { edges: state.edges, counts })
  return { ...state, edges, seen: merge(state.seen), scored: merge(state.scored) }
}

/** Folds one tick whose buckets have the state's edges (see `onEdges`). One that ends no later than the last one changes nothing. */
export function observeLatency(
  state: LatencyState,
  contract: Contract,
  strata: readonly LatencyStratum[],
  untilMs: number,
): LatencyState {
  if (untilMs <= state.evidence.untilMs) return state
  const factors = logFactorsOf(state, strata)
  const evidence = factors
    ? bet(state.evidence, contract, rankWeights, factors, untilMs)
    : pass(state.evidence, untilMs)
  return { ...withScores(withSeen(state, strata)), evidence }
}

/** The logarithms of what the tick multiplies each way's wealth by; undefined while there are no scores. */
export function logFactorsOf(
  { edges, scored }: LatencyState,
  strata: readonly LatencyStratum[],
): Float64Array | undefined {
  if (sum(scored) === 0) return undefined
  const factors = new Float64Array(rankWeights.length)
  for (const stratum of strata) addStratum(factors, tablesOf(edges, scored), stratum)
  return factors
}

/** Remembers the tick's baseline. */
export function withSeen<State extends LatencyState>(state: State, strata: readonly LatencyStratum[]): State {
  const seen = state.seen.slice()
  for (const { baseline } of strata)
    for (let bucket = 0; bucket < seen.length; bucket++) seen[bucket] = (seen[bucket] ?? 0) + (baseline[bucket] ?? 0)
  return { ...state, seen }
}

/** Makes the scores anew when what was seen has grown enough. */
export function withScores<State extends LatencyState>(state: State): State {
  const { seen, scored } = state
  const [now, then] = [sum(seen), sum(scored)]
  const isDue = now > mostSeen || (then < mostSeen / 2 && now >= refreshAt * then)
  if (now < leastSeen || !isDue) return state
  const kept = now > mostSeen ? seen.map((count) => count / 2) : seen
  return { ...state, seen: kept, scored: kept }
}

/**
 * Adds Σ_b c_b ln ρ_b − (c_b + b_b) ln(1 + s(ρ_b − 1)) for each way. As ρ never falls, the candidate's mean factor a and the baseline's b
 * obey s·a + (1−s)·b ≤ 1 under the null, and so a^n_c · b^n_b ≤ 1 (arithmetic and geometric mean).
 */
function addStratum(factors: Float64Array, { scores, logs }: Tables, { candidate, baseline }: LatencyStratum): void {
  const [own, other] = [sum(candidate), sum(baseline)]
  if (own <= 0 || other <= 0) return
  const share = own / (own + other)
  const ways = factors.length
  for (let bucket = 0; bucket < candidate.length; bucket++) {
    const slow = candidate[bucket] ?? 0
    const both = slow + (baseline[bucket] ?? 0)
    if (both === 0) continue
    const row = bucket * ways
    for (let way = 0; way < ways; way++) {
      const pooled = Math.log(1 + share * ((scores[row + way] ?? 1) - 1))
      factors[way] = (factors[way] ?? 0) + slow * (logs[row + way] ?? 0) - both * pooled
    }
  }
}

/** Scores and their logarithms, all ways of the first bucket first. */
interface Tables {
  scores: Float64Array
  logs: Float64Array
}

function tablesOf(edges: readonly number[], scored: readonly number[]): Tables {
  const known = tables.get(scored)
  if (known) return known
  const ways = rankScores(edges, scored)
  const scores = new Float64Array(scored.length * ways.length)
  for (const [way, values] of ways.entries())
    for (let bucket = 0; bucket < scored.length; bucket++) scores[bucket * ways.length + way] = values[bucket] ?? 1
  const made = { scores, logs: scores.map(Math.log) }
  tables.set(scored, made)
  return made
}

/** The scores follow from the counts; they are kept as long as those. */
const tables = new WeakMap<readonly number[], Tables>()

function sum(counts: readonly number[]): number {
  let total = 0
  for (let index = 0; index < counts.length; index++) total += counts[index] ?? 0
  return total
}
