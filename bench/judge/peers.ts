/** Other judges, after their published rules, to be compared with. Each sees one minute (or fifteen seconds) of counts at a time. */
import { normalQuantile } from '../../src/core/judge/numerics.ts'

/** Counts of one interval. */
export interface Interval {
  candidate: { total: number; events: number }
  baseline: { total: number; events: number }
}

/** Says after each interval whether the candidate is to be rolled back. */
export type Peer = (interval: Interval) => boolean

const rate = ({ total, events }: Interval['candidate']) => (total > 0 ? events / total : 0)

/** The two-proportion z-test on all counts so far, one-sided at `alpha`, asked at every interval as if it were the only time. */
export function naiveZ(alpha: number): Peer {
  const critical = -normalQuantile(alpha)
  const sum = { candidate: { total: 0, events: 0 }, baseline: { total: 0, events: 0 } }
  return ({ candidate, baseline }) => {
    for (const [own, added] of [
      [sum.candidate, candidate],
      [sum.baseline, baseline],
    ] as const) {
      own.total += added.total
      own.events += added.events
    }
    const [n, m] = [sum.candidate.total, sum.baseline.total]
    const pooled = (sum.candidate.events + sum.baseline.events) / (n + m)
    const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    return deviation > 0 && (rate(sum.candidate) - rate(sum.baseline)) / deviation > critical
  }
}

/** Flagger (fluxcd/flagger, pkg/controller/scheduler.go): every interval above the threshold counts, and nothing resets the count. */
export function flagger(threshold: number, limit = 5): Peer {
  let failed = 0
  return ({ candidate }) => {
    if (rate(candidate) > threshold) failed++
    return failed >= limit
  }
}

/** Argo Rollouts (analysis run, `failureLimit` 0 by default): more failed measurements than the limit, of any. */
export const argo = (threshold: number): Peer => flagger(threshold, 1)

/** So many intervals above the threshold in a row. */
export function consecutive(threshold: number, limit = 5): Peer {
  let streak = 0
  return ({ candidate }) => {
    streak = rate(candidate) > threshold ? streak + 1 : 0
    return streak >= limit
  }
}

/** Kayenta judges an interval's points from here on. */
const kayentaFrom = 5
/** Points of each arm that are looked at; Kayenta's analysis has a lifetime too. */
const kayentaMost = 120

/** Kayenta on error rates. */
export function kayenta(): Peer {
  const isWorse = kayentaOn()
  return ({ candidate, baseline }) => isWorse(rate(candidate), rate(baseline))
}

/**
 * Kayenta (spinnaker/kayenta, NetflixACAJudge) on one value of each arm an interval: a Mann–Whitney test; high when the 98 % interval of the
 * Hodges–Lehmann shift lies above a quarter of the shift, and the ratio of the means is at least `allowedIncrease`, 1 by default.
 */
export function kayentaOn(): (candidate: number, baseline: number) => boolean {
  const [own, other]: [number[], number[]] = [[], []]
  return (candidate, baseline) => {
    own.push(candidate)
    other.push(baseline)
    if (own.length > kayentaMost) {
      own.shift()
      other.shift()
    }
    return own.length >= kayentaFrom && isHigh(own, other)
  }
}

const critical98 = normalQuantile(0.99)

export function isHigh(own: readonly number[], other: readonly number[]): boolean {
  const shifts = Float64Array.from(own.flatMap((x) => other.map((y) => x - y))).sort()
  const pairs = shifts.length
  const deviation = Math.sqrt((pairs * (own.length + other.length + 1)) / 12)
  const rank = Math.floor(pairs / 2 - critical98 * deviation)
  const middle = ((shifts[(pairs - 1) >> 1] ?? 0) + (shifts[pairs >> 1] ?? 0)) / 2
  const low = rank < 1 ? Number.NEGATIVE_INFINITY : (shifts[rank - 1] ?? 0)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return low > 0.25 * Math.abs(middle) && sum(own) >= sum(other)
}

/** Wald's test for two known ratios, 1 and `ratio`: what a judge could do that knew the effect. */
export function waldRatio(ratio: number, alpha: number): Peer {
  let log = 0
  return ({ candidate, baseline }) => {
    const share = candidate.total / (candidate.total + baseline.total)
    const events = candidate.events + baseline.events
    log += candidate.events * Math.log(ratio) - events * Math.log1p(share * (ratio - 1))
    return log >= -Math.log(alpha)
  }
}

/**
 * Lindon, Sanden & Shirikian (KDD 2022, arXiv 2205.14762): each arm's distribution function has a time-uniform band (Howard & Ramdas), half of
 * α each; the candidate is slower when the bands part. Buckets are not cumulated.
 */
export function bandsPart(candidate: readonly number[], baseline: readonly number[], alpha: number): boolean {
  const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
  const [n, m] = [sum(candidate), sum(baseline)]
  const radius = (t: number) =>
    0.85 * Math.sqrt((Math.log(Math.log(Math.E * t)) + 0.8 * Math.log(1612 / (alpha / 2))) / t)
  const apart = radius(n) + radius(m)
  let [own, other] = [0, 0]
  return candidate.some((count, bucket) => {
    own += count / n
    other += (baseline[bucket] ?? 0) / m
    return other - own > apart
  })
}
