/**
 * Kulldorff's MaxSPRT for Poisson counts, exactly: surveillance up to `horizon` expected events stops at the event whose log likelihood ratio reaches
 * the critical value. Kulldorff, Davis, Kolczak, Lewis, Lieu & Platt, Sequential Analysis 30 (2011), 58–78.
 */
import { stirlingRemainder } from '../../src/core/judge/numerics.ts'

export interface Surveillance {
  /** Probability of a signal up to the horizon. */
  signal: number
  /** Mean length of surveillance, and mean time of a signal given that there is one; in events expected under the null. */
  meanLength: number
  meanSignal: number
}

const negligible = 1e-18

/** `relativeRisk` is the truth; 1 is the null. Fewer than `leastEvents` signal nothing. */
export function surveillanceOf(
  criticalValue: number,
  horizon: number,
  relativeRisk = 1,
  leastEvents = 1,
): Surveillance {
  let mass = [1]
  let first = 0
  let [signal, meanLength, fromTime] = [0, 0, 0]
  for (let events = leastEvents; fromTime < horizon; events++) {
    // The event numbered so much signals if it comes up to here: those who go on have one fewer at most.
    const untilTime = Math.min(horizon, latestSignal(events, criticalValue))
    const expected = relativeRisk * (untilTime - fromTime)
    const chances = poisson(expected, events - first)
    const next = new Array<number>(events - first).fill(0)
    for (const [index, here] of mass.entries()) {
      const room = events - 1 - first - index
      for (let more = 0; more <= room; more++)
        next[index + more] = (next[index + more] ?? 0) + here * (chances[more] ?? 0)
      const stays = timeAtMost(room, chances, relativeRisk, expected)
      meanLength += here * stays
    }
    signal = 1 - next.reduce((sum, part) => sum + part, 0)
    const start = Math.max(
      0,
      next.findIndex((part) => part >= negligible),
    )
    mass = next.slice(start)
    first += start
    fromTime = untilTime
  }
  return { signal, meanLength, meanSignal: (meanLength - horizon * (1 - signal)) / signal }
}

/** The time at which so many events have exactly the critical log likelihood ratio, n ln(n/t) − n + t. */
function latestSignal(events: number, criticalValue: number): number {
  let [low, high] = [0, events]
  for (let step = 0; step < 200 && high - low > 1e-14 * high; step++) {
    const middle = (low + high) / 2
    if (events * Math.log(events / middle) - events + middle > criticalValue) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** P(N = 0 … size) for a Poisson count. */
function poisson(mean: number, size: number): number[] {
  return Array.from({ length: size + 1 }, (_, n) => {
    if (n === 0) return Math.exp(-mean)
    return Math.exp(n * Math.log(mean / n) + n - mean - 0.5 * Math.log(2 * Math.PI * n) - stirlingRemainder(n))
  })
}

/** The mean time, of a span with `expected` events, in which there are at most `room`: Σ over i ≤ room of P(N > i), over the intensity. */
function timeAtMost(room: number, chances: readonly number[], intensity: number, expected: number): number {
  let [below, sum] = [0, 0]
  for (let count = 0; count <= room; count++) {
    below += chances[count] ?? 0
    const more = Math.max(0, 1 - below)
    sum += more
    if (more < negligible && count > expected) break
  }
  return sum / intensity
}
