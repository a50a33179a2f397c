/**
 * Mixtures and bounds that the judge does not use, to be compared with published values: Howard, Ramdas, McAuliffe & Sekhon (arXiv 1810.08240),
 * Howard & Ramdas (1906.09712). `s` is the martingale, `v` its intrinsic time; bounds are tuned for `tunedFor`.
 */
import { normalCdf } from '../../src/core/judge/numerics.ts'
import { logRateOdds } from '../../src/core/judge/rate-interval.ts'
import { logGamma, logGammaP, logGammaQ, logIncompleteBeta } from './incomplete.ts'

export type LogMixture = (s: number, v: number) => number

/** The ρ of the two-sided normal mixture that is narrowest at `tunedFor`; the one-sided one takes twice the α. */
export function bestRho(tunedFor: number, alpha: number): number {
  const log = -2 * Math.log(alpha)
  return tunedFor / (log + Math.log1p(log))
}

export const normalTwoSided =
  (rho: number): LogMixture =>
  (s, v) =>
    0.5 * Math.log(rho / (v + rho)) + s ** 2 / (2 * (v + rho))

export const normalOneSided =
  (rho: number): LogMixture =>
  (s, v) =>
    0.5 * Math.log((4 * rho) / (v + rho)) + s ** 2 / (2 * (v + rho)) + Math.log(normalCdf(s / Math.sqrt(v + rho)))

/** For increments bounded below by −1/c. */
export function gammaExponential(rho: number, c: number): LogMixture {
  const r = rho / c ** 2
  const start = r * Math.log(r) - logGamma(r) - logGammaP(r, r)
  return (s, v) => {
    const [shape, at] = [(v + rho) / c ** 2, (c * s + v + rho) / c ** 2]
    return start + logGamma(shape) + logGammaP(shape, at) - shape * Math.log(at) + at - r
  }
}

export function gammaPoisson(rho: number, c: number): LogMixture {
  const r = rho / c ** 2
  const start = r * Math.log(r) - logGamma(r) - logGammaQ(r, r)
  return (s, v) => {
    const rate = (v + rho) / c ** 2
    const shape = s / c + rate
    return start + logGamma(shape) + logGammaQ(shape, rate) - shape * Math.log(rate) + v / c ** 2
  }
}

/** For increments in [−g, h]; two-sided it is the judge's own band of a rate. */
export function betaBinomialOneSided(rho: number, g: number, h: number): LogMixture {
  const r = Math.max(rho - g * h, 1e-3 * g * h)
  const edge = h / (g + h)
  const start = logIncompleteBeta(r / (g * (g + h)), r / (h * (g + h)), edge)
  return (s, v) => {
    const [below, above] = [(v - g * s) / (g * (g + h)), (v + h * s) / (h * (g + h))]
    const whole = (v / (g * h)) * Math.log(g + h) - above * Math.log(g) - below * Math.log(h)
    const [a, b] = [r / (g * (g + h)) + below, r / (h * (g + h)) + above]
    return whole + logIncompleteBeta(a, b, edge) - start
  }
}

/** The s at which a mixture's odds reach 1/α. */
export function boundOf(mixture: LogMixture, v: number, alpha: number, highest = 10 * v): number {
  let [low, high] = [0, highest]
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (mixture(middle, v) < -Math.log(alpha)) low = middle
    else high = middle
  }
  return high
}

/** The radius A√((ln(1 + ln(t/m)) + C)/t) of a band of a whole distribution function from m observations on, with the least C that keeps α. */
export function lilRadius(t: number, alpha: number, m: number, A: number): number {
  let [low, high] = [1, 200]
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2
    if (leastError(middle, A) > alpha) low = middle
    else high = middle
  }
  return A * Math.sqrt((Math.log1p(Math.log(t / m)) + high) / t)
}

/** Over the ratio η of the epochs, from 1 on: theorem 2 of 1906.09712. */
function leastError(C: number, A: number): number {
  const errorAt = (eta: number) => {
    const squared = (2 / eta) * (A - Math.sqrt((2 * (eta - 1)) / C)) ** 2
    if (squared <= 1 || A <= Math.sqrt((2 * (eta - 1)) / C)) return Number.POSITIVE_INFINITY
    return 4 * Math.exp(-squared * C) * (1 + 1 / ((squared - 1) * Math.log(eta)))
  }
  let [low, high] = [1 + 1e-9, 2 * A ** 2]
  for (let step = 0; step < 200; step++) {
    const [one, other] = [low + (high - low) / 3, high - (high - low) / 3]
    if (errorAt(one) <= errorAt(other)) high = other
    else low = one
  }
  return errorAt((low + high) / 2)
}

/**
 * The always-valid p-value of "both arms have the same quantile `q`": one over the least product of both arms' odds against any common value. Values are
 * whole numbers.
 */
export function quantilePValue(one: readonly number[], other: readonly number[], q: number, tunedFor: number): number {
  const values = [...new Set([...one, ...other])]
  const least = Math.min(...values.map((x) => oddsAgainst(one, x, q, tunedFor) + oddsAgainst(other, x, q, tunedFor)))
  return Math.min(1, Math.exp(-least))
}

/** ln of an arm's odds against "its quantile is x", the least over all parts of the observations at x that may count as below. */
function oddsAgainst(arm: readonly number[], x: number, q: number, tunedFor: number): number {
  const odds = (below: number) => logRateOdds(below, arm.length, q, 0.05, tunedFor)
  let [low, high] = [arm.filter((value) => value < x).length, arm.filter((value) => value <= x).length]
  for (let step = 0; step < 100; step++) {
    const [first, second] = [low + (high - low) / 3, high - (high - low) / 3]
    if (odds(first) < odds(second)) high = second
    else low = first
  }
  return odds((low + high) / 2)
}
