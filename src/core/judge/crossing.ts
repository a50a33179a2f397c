/**
 * Exact dynamic programming: the probability that a count of successes among n trials ever reaches a boundary, looked at after every trial,
 * and the mean number of trials until it does.
 */

export interface Crossing {
  /** Probability to have crossed within the horizon. */
  probability: number
  /** Mean number of trials until the crossing or the horizon. */
  meanTrials: number
  /** Mass left out because it lay in a negligible tail; the true probability is higher by at most this. */
  truncated: number
}

/** Mass that is left out, a trial. */
const negligible = 1e-18

/**
 * `boundary(n)` is the least number of successes that counts as crossed after n trials; it may not fall as n grows. `horizon` is the number
 * of trials, at most a million.
 */
export function crossingOf(success: number, horizon: number, boundary: (trials: number) => number): Crossing {
  if (horizon > 1_000_000)
    throw new RangeError(`A horizon of ${horizon} trials is more than can be computed exactly: 1,000,000`)
  let mass = Float64Array.of(1)
  let first = 0
  let [probability, meanTrials, truncated, alive] = [0, 0, 0, 1]
  for (let trials = 1; trials <= horizon && alive > 0; trials++) {
    meanTrials += alive
    const next = new Float64Array(mass.length + 1)
    for (let index = 0; index < mass.length; index++) {
      const here = mass[index] ?? 0
      next[index] = (next[index] ?? 0) + here * (1 - success)
      next[index + 1] = here * success
    }
    let last = next.length
    for (const limit = boundary(trials) - first; last > Math.max(0, limit); last--) probability += next[last - 1] ?? 0
    let start = 0
    for (; start < last && (next[start] ?? 0) < negligible; start++) truncated += next[start] ?? 0
    mass = next.subarray(start, last)
    first += start
    alive = 1 - probability - truncated
  }
  return { probability, meanTrials, truncated }
}
