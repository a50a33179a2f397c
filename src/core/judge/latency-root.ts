/**
 * How much of a block's evidence on latency may count when the candidate has noise for itself: of each way's factor the φ-th root, or a higher one if its mean
 * over the block is above 1 under the null, as that works out under two laws of noise that are far from each other.
 */
import type { PastLatency } from './past-latency.ts'

/** Requests of the arms in a block, and the chance of each bucket as the baseline's past has it. */
interface Block {
  readonly candidate: number
  readonly baseline: number
  readonly mass: readonly number[]
}

/** What a draw of noise makes of the candidate's chances of the buckets. */
interface Draw {
  readonly probability: number
  readonly mass: Float64Array
}

/** A normal law in steps of half a standard deviation: a sum over them is as good as the integral. */
const normalSteps = Array.from({ length: 41 }, (_, index) => (index - 20) / 2)
const normalTotal = normalSteps.reduce((sum, z) => sum + Math.exp(-(z ** 2) / 2), 0)

/** By way, the exponent of its factor in a block of so many requests: 1 where noise adds nothing, and 0 where it hides everything. */
export function rootsOf({ mass, ways }: PastLatency, candidate: number, baseline: number, squaredCv: number): number[] {
  const block = { candidate, baseline, mass }
  const noise = ((candidate * baseline) / (candidate + baseline)) * squaredCv
  const laws = [even(mass, squaredCv), lognormal(mass, squaredCv)]
  return ways.map((way) => rootOf(way.scores, 1 / (1 + noise * way.leverage), block, laws))
}

/** Chances that go up as much as down. */
function even(mass: readonly number[], squaredCv: number): Draw[] {
  const cv = Math.sqrt(squaredCv)
  return [cv, -cv].map((moved) => ({
    probability: 1 / 2,
    mass: movedBy(mass, (chance) => chance + moved * chance * (1 - chance)),
  }))
}

/** Odds times a lognormal draw of mean 1. */
function lognormal(mass: readonly number[], squaredCv: number): Draw[] {
  const variance = Math.log1p(squaredCv)
  return normalSteps.map((z) => {
    const odds = Math.exp(z * Math.sqrt(variance) - variance / 2)
    return {
      probability: Math.exp(-(z ** 2) / 2) / normalTotal,
      mass: movedBy(mass, (chance) => (chance * odds) / (1 - chance + chance * odds)),
    }
  })
}

/** `move`: of the chance of a latency beyond an edge. */
function movedBy(mass: readonly number[], move: (chance: number) => number): Float64Array {
  const moved = new Float64Array(mass.length)
  let [beyond, above] = [0, 0]
  for (let bucket = mass.length - 1; bucket > 0; bucket--) {
    beyond += mass[bucket] ?? 0
    const now = move(beyond)
    moved[bucket] = now - above
    above = now
  }
  moved[0] = 1 - above
  return moved
}

/** Finer than a thousandth, from the least root on. */
const bisections = 15
const leastRoot = 1e-9
const rounding = 1e-12

/** The greatest up to `most`. The mean's logarithm is convex in the root and 0 at 0: at most 0 up to one root, and above 0 beyond. */
function rootOf(scores: Float64Array, most: number, block: Block, laws: readonly Draw[][]): number {
  const share = block.candidate / (block.candidate + block.baseline)
  const lost = scores.map((score) => -Math.log(1 + share * (score - 1)))
  const won = scores.map((score, bucket) => Math.log(score) + (lost[bucket] ?? 0))
  const isFair = (root: number): boolean => laws.every((draws) => meanOf(root, won, lost, block, draws) <= 1 + rounding)
  if (isFair(most)) return most
  if (!isFair(leastRoot)) return 0
  let [low, high] = [leastRoot, most]
  for (let step = 0; step < bisections; step++) {
    const middle = Math.sqrt(low * high)
    if (isFair(middle)) low = middle
    else high = middle
  }
  return low
}

/** Of the root of the factor over the block: requests are independent once the noise is drawn. */
function meanOf(
  root: number,
  won: Float64Array,
  lost: Float64Array,
  { candidate, baseline, mass }: Block,
  draws: readonly Draw[],
): number {
  const gains = won.map((log) => Math.exp(root * log))
  let kept = 0
  for (const [bucket, part] of mass.entries()) kept += part * Math.exp(root * (lost[bucket] ?? 0))
  const ofBaseline = baseline * Math.log(kept)
  let mean = 0
  for (const { probability, mass: moved } of draws) {
    let gained = 0
    for (let bucket = 0; bucket < gains.length; bucket++) gained += (moved[bucket] ?? 0) * (gains[bucket] ?? 0)
    mean += probability * Math.exp(candidate * Math.log(gained) + ofBaseline)
  }
  return mean
}
