/** Sums of exponentials, Stirling's remainder and the normal distribution, accurate where the naive forms cancel. */

/** ln Σ exp(x); −∞ for nothing. */
export function logSumExp(values: readonly number[]): number {
  const highest = values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  if (!Number.isFinite(highest)) return highest
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0))
}

/** From here on five terms of the series leave less than 1e-15. */
const stirlingFrom = 20

/**
 * ln Γ(x) − [(x − ½) ln x − x + ½ ln 2π] for x > 0: what Stirling's formula leaves, without the large terms that cancel in differences of
 * ln Γ (Abramowitz & Stegun 6.1.41). NaN for what is not above 0.
 */
export function stirlingRemainder(x: number): number {
  if (!(x > 0)) return Number.NaN
  let below = 0
  let shifted = x
  for (; shifted < stirlingFrom; shifted++) below += (shifted + 0.5) * Math.log1p(1 / shifted) - 1
  const inverse = 1 / shifted
  const square = inverse * inverse
  return below + inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))
}

/** ln B(a, b) for a, b > 0, good to 1e-12 relative up to 1e12: no difference of two large ln Γ is taken. */
export function logBeta(a: number, b: number): number {
  const [less, more] = a < b ? [a, b] : [b, a]
  const whole = less + more
  const remainders = stirlingRemainder(less) + stirlingRemainder(more) - stirlingRemainder(whole)
  return (
    remainders +
    0.5 * Math.log(2 * Math.PI) -
    0.5 * Math.log(less) +
    less * Math.log(less / whole) +
    (more - 0.5) * Math.log1p(-less / whole)
  )
}

const logSqrtTwoPi = 0.5 * Math.log(2 * Math.PI)

/** The standard normal density. */
export const normalDensity = (z: number): number => Math.exp(-0.5 * z * z - logSqrtTwoPi)

/** Φ(z). Below −3 by a continued fraction (A&S 26.2.14), so that small tails keep their relative accuracy; else by a series (26.2.11). */
export function normalCdf(z: number): number {
  if (z > 3) return 1 - normalCdf(-z)
  if (z < -3) return normalDensity(z) / millsFraction(-z)
  let term = z
  let sum = z
  for (let odd = 3; Math.abs(term) > 1e-17 && odd < 200; odd += 2) {
    term *= (z * z) / odd
    sum += term
  }
  return 0.5 + sum * normalDensity(z)
}

/** z + 1/(z + 2/(z + 3/(z + …))), 60 levels deep. */
function millsFraction(z: number): number {
  let fraction = z
  for (let level = 60; level >= 1; level--) fraction = z + level / fraction
  return fraction
}

/** Φ⁻¹(p) for 0 < p < 1; ±∞ at the ends. Newton's method in ln Φ, which is concave, from the tail's leading term. */
export function normalQuantile(p: number): number {
  if (p <= 0) return Number.NEGATIVE_INFINITY
  if (p >= 1) return Number.POSITIVE_INFINITY
  if (p > 0.5) return -normalQuantile(1 - p)
  let z = -Math.sqrt(-2 * Math.log(2 * p))
  for (let step = 0; step < 50; step++) {
    const cdf = normalCdf(z)
    const change = (Math.log(p / cdf) * cdf) / normalDensity(z)
    z += change
    if (Math.abs(change) < 1e-14 * (1 + Math.abs(z))) break
  }
  return z
}
