/**
 * Bets on a block of requests under strong noise of the candidate, whatever its law: of the noise X only E X ≤ 1 and E X² ≤ 1 + cv² are used. What is
 * bet on are two estimates from the block, of the ratio of the rates and of its square, whose means are at most those of X and X² under the null.
 */
import type { ArmRate, RateStratum } from './rate-ratio.ts'

export interface Moments {
  ratio: number
  square: number
  /** About the part of the variance of `ratio` that is no noise of the candidate. Of two arms it never grows with the baseline's count. */
  variance: number
}

/**
 * Of two arms whose rates are in the ratio `nullRatio`; none where neither had an event. Where the candidate is a part s of what is expected, its events
 * count (1−s)·a/s and the baseline's a, with a = s (Mantel & Haenszel), or the part p that it is in all strata if that is less. So the sums U and D have
 * means in the ratio E X, and E U · E g/(D+p) ≤ E X · E g for every g that never falls as D grows: by Stein's and Chen's identity E D·f(D) =
 * Σ E aλ·f(D+a), as a ≤ p, and for independent requests by its like. U² less its squares, which are no pairs, has the mean (E U)²·E X² / (E X)².
 */
export function momentsOfArms(strata: readonly RateStratum[], nullRatio: number): Moments | undefined {
  const compared = strata.filter(({ candidate, baseline }) => candidate.total > 0 && baseline.total > 0)
  const requests = (arm: keyof RateStratum) => compared.reduce((sum, stratum) => sum + stratum[arm].total, 0)
  const expected = requests('candidate') * nullRatio
  const part = expected / (expected + requests('baseline'))
  let [own, squares, other] = [0, 0, 0]
  for (const { candidate, baseline } of compared) {
    const odds = (candidate.total * nullRatio) / baseline.total
    const weight = Math.min(odds / (1 + odds), part)
    own += (weight / odds) * candidate.events
    squares += (weight / odds) ** 2 * candidate.events
    other += weight * baseline.events
  }
  if (own === 0 && other === 0) return undefined
  const once = other + part
  return { ratio: own / once, square: pairs(own ** 2 - squares) / (once * (once + part)), variance: (1 - part) / once }
}

/** Of one arm whose rate under the null is known and above 0; none without requests. */
export function momentsOfArm({ total, events }: ArmRate, nullRate: number): Moments | undefined {
  if (total <= 0) return undefined
  const expected = total * nullRate
  return { ratio: events / expected, square: pairs(events * (events - 1)) / expected ** 2, variance: 1 / expected }
}

/** A source that gives parts of events has none. */
const pairs = (counted: number): number => Math.max(0, counted)

/**
 * By alternative, ln of 1 − λ + λ((1−λ)·ratio + λ·square/(1 + cv²)). The stake λ = g/(g + variance of the ratio), with g = ψ − 1, is near the one that
 * gains most when the ratio is ψ; g is spread less, since high ratios are found in few blocks with any stake. λ never falls as D grows, so that the
 * mean under the null is at most 1: E λ·ratio ≤ E λ, and the square brings no more than the ratio in its place.
 */
export function momentLogFactors(
  { ratio, square, variance }: Moments,
  alternatives: readonly number[],
  squaredCv: number,
): Float64Array {
  return Float64Array.from(alternatives, (alternative) => {
    const gain = 0.72 * (alternative - 1) ** 0.3
    const stake = gain / (gain + squaredCv + variance)
    return Math.log(1 - stake + stake * ((1 - stake) * ratio + (stake * square) / (1 + squaredCv)))
  })
}
