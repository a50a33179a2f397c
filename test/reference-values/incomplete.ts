/** Incomplete gamma and beta functions, which only reference values need: on our Stirling remainders and ln B, so that those are what is checked. */
import { logBeta, stirlingRemainder } from '../../src/core/judge/numerics.ts'

const mostTerms = 10_000

export const logGamma = (x: number): number =>
  (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + stirlingRemainder(x)

/** ln P(a, x), the lower regularised incomplete gamma function, by its series (Abramowitz & Stegun 6.5.29). */
export function logGammaP(a: number, x: number): number {
  let term = 1 / a
  let sum = term
  for (let n = 1; n < mostTerms && term > 1e-17 * sum; n++) {
    term *= x / (a + n)
    sum += term
  }
  return a * Math.log(x) - x + Math.log(sum) - logGamma(a)
}

/** ln Q = ln(1 − P), where P is not near 1. */
export const logGammaQ = (a: number, x: number): number => Math.log1p(-Math.exp(logGammaP(a, x)))

/** ln of the incomplete beta function B_x(a, b), by its series in x (A&S 26.5.4); above the mean by the symmetry. */
export function logIncompleteBeta(a: number, b: number, x: number): number {
  if (x >= 1) return logBeta(a, b)
  if (x > a / (a + b)) return logBeta(a, b) + Math.log1p(-Math.exp(logIncompleteBeta(b, a, 1 - x) - logBeta(a, b)))
  let term = 1 / a
  let sum = term
  for (let n = 0; n < mostTerms && term > 1e-17 * sum; n++) {
    term *= ((a + b + n) * x) / (a + 1 + n)
    sum += term
  }
  return a * Math.log(x) + b * Math.log1p(-x) + Math.log(sum)
}
