/** The regressions that a test bets on, and how it spreads its wealth over them: fixed here, before any data. */

export interface Alternatives {
  /** Ratios of candidate to baseline, or of odds; see the test that uses them. */
  readonly ratios: readonly number[]
  /** Their natural logarithms. */
  readonly logs: readonly number[]
  /** Add up to 1. */
  readonly weights: readonly number[]
}

/** `count` ratios in geometric steps from `from` to `to`, weighted as ratio^−tilt. */
function spread(from: number, to: number, count: number, tilt: number): Alternatives {
  const ratios = Array.from({ length: count }, (_, index) => from * (to / from) ** (index / (count - 1)))
  const weights = ratios.map((ratio) => ratio ** -tilt)
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return { ratios, logs: ratios.map(Math.log), weights: weights.map((weight) => weight / sum) }
}

/** A candidate that fails oftener. Chosen for even delays between 1.5 and 10 times. */
export const worseRatios = spread(1.35, 16, 12, 0.3)

/** A candidate that succeeds less often. */
export const lessRatios = inverted(worseRatios)

/** Odds above a threshold, closer to it than two arms can be told apart. */
export const aboveOdds = spread(1.12, 20, 12, 0.3)

/** Odds below a threshold. */
export const belowOdds = inverted(spread(1.15, 20, 12, 0.3))

/** A candidate that succeeds more often than a margin asks for, as multiples of that margin. */
export const moreRatios = spread(1.15, 10, 12, 0.3)

/** A candidate no worse than a margin allows, as parts of that margin. */
export const betterRatios = inverted(moreRatios)

function inverted({ ratios, logs, weights }: Alternatives): Alternatives {
  return { ratios: ratios.map((ratio) => 1 / ratio), logs: logs.map((log) => -log), weights }
}
