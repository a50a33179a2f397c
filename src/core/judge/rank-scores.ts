/**
 * How the candidate's latencies might be worse, bucket by bucket: for each way, by how much it would raise the chance of each bucket. All are
 * made from the baseline's past alone and never fall as latency grows.
 */
import { normalCdf, normalQuantile } from './numerics.ts'

/** Shifts of the normal scores of the ranks, in standard deviations. */
const shifts = [0.09, 0.16, 0.35, 1]
/** Every latency times this. */
const scales = [1.05, 1.1, 1.2, 1.45, 2.2]
/** A share of requests moved to the top: where the highest of `of` requests would lie. */
const tails = [
  { share: 0.015, of: 300 },
  { share: 0.06, of: 80 },
  { share: 0.25, of: 15 },
]

/** By way, the wealth that is bet on it: half on ranks, for any shape; most of the rest on scales, for the shape that was seen. */
export const rankWeights: readonly number[] = [
  ...[0.08, 0.14, 0.08, 0.04],
  ...[0.1, 0.23, 0.1, 0.05, 0.03],
  ...[0.06, 0.05, 0.04],
]

/** Each score is at least this: one request may cost a factor of 20, never everything. */
const leastScore = 0.05

/** Beyond this normal score no double tells a tail from nothing; it keeps the ends finite. */
const mostNormal = 38

/** Requests added over all buckets, so that none is thought impossible. */
const smoothing = 1

/** `edges`: the finite upper edges, ascending; `counts`: the baseline's requests by bucket, one more than edges. */
export function rankScores(edges: readonly number[], counts: readonly number[]): Float64Array[] {
  const mass = massOf(counts)
  const ranks = cumulated(mass)
  const normals = ranks.map((rank) => Math.max(-mostNormal, Math.min(mostNormal, normalQuantile(rank))))
  return [
    ...shifts.map((shift) => isotonic(mass, cells(normals.map((z) => normalCdf(z - shift))))),
    ...scales.map((scale) => isotonic(mass, cells(scaled(edges, normals, scale)))),
    ...tails.map(({ share, of }) =>
      isotonic(mass, cells(ranks.map((rank) => (1 - share) * rank + share * rank ** of))),
    ),
  ]
}

/** The chance of each bucket, as if one request more had been spread over all of them. */
export function massOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, smoothing)
  return counts.map((count) => (count + smoothing / counts.length) / total)
}

/** 0, then the sums up to each bucket's end. */
function cumulated(mass: readonly number[]): number[] {
  const sums = [0]
  for (const part of mass) sums.push((sums.at(-1) ?? 0) + part)
  sums[sums.length - 1] = 1
  return sums
}

const cells = (sums: readonly number[]): number[] => sums.slice(1).map((sum, index) => sum - (sums[index] ?? 0))

/**
 * The distribution function at the edges of what is `scale` times slower. Between two edges the normal score goes evenly with ln latency: for a
 * lognormal distribution that is exact however wide the buckets are.
 */
function scaled(edges: readonly number[], normals: readonly number[], scale: number): number[] {
  let bucket = 1
  const inner = edges.map((edge, index) => {
    const at = edge / scale
    while (bucket < edges.length - 1 && (edges[bucket] ?? 0) < at) bucket++
    const [low, high] = [edges[bucket - 1] ?? 0, edges[bucket] ?? 0]
    // One edge alone says nothing of the shape, and no latency lies below zero: nothing is shifted there.
    if (low <= 0 || high <= low) return normalCdf(normals[index + 1] ?? 0)
    const part = Math.log(at / low) / Math.log(high / low)
    return normalCdf((1 - part) * (normals[bucket] ?? 0) + part * (normals[bucket + 1] ?? 0))
  })
  return [0, ...inner, 1]
}

/** The non-decreasing ratio that is nearest: neighbours that fall are pooled (pool adjacent violators). */
function isotonic(mass: readonly number[], other: readonly number[]): Float64Array {
  const blocks: { mass: number; other: number; size: number }[] = []
  for (const [index, part] of mass.entries()) {
    let block = { mass: part, other: other[index] ?? 0, size: 1 }
    for (let last = blocks.at(-1); last && last.other * block.mass >= block.other * last.mass; last = blocks.at(-1)) {
      block = { mass: block.mass + last.mass, other: block.other + last.other, size: block.size + last.size }
      blocks.pop()
    }
    blocks.push(block)
  }
  return Float64Array.from(
    blocks.flatMap(({ mass, other, size }) => new Array<number>(size).fill(Math.max(leastScore, other / mass))),
  )
}
