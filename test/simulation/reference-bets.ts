/**
 * The sequential judge's bets once more, as their definition says and in another way: every bet over all ticks at once, in logarithms, a sum over the
 * times at which it was laid. Slow, and shares no code with the judge.
 */

/** Candidate and baseline in one tick that ends at `atMs` of the bets' clock; requests, and bad ones among them. */
export interface BetTick {
  atMs: number
  own: Counted
  other: Counted | null
}

export interface Counted {
  total: number
  bad: number
}

/** How sure, and how long a stage is; null: nothing is kept for late starts. */
export interface Stakes {
  stageMs: number | null
}

interface Alternative {
  ratio: number
  weight: number
}

/** Twelve ratios in equal steps of their logarithm, the smaller ones more likely. */
function alternatives(from: number, to: number): Alternative[] {
  const step = Math.log(to / from) / 11
  const ratios = Array.from({ length: 12 }, (_, index) => from * Math.exp(index * step))
  const sum = ratios.reduce((total, ratio) => total + 1 / ratio ** 0.3, 0)
  return ratios.map((ratio) => ({ ratio, weight: 1 / ratio ** 0.3 / sum }))
}

const inverse = (list: Alternative[]) => list.map(({ ratio, weight }) => ({ ratio: 1 / ratio, weight }))
const [above, below] = [alternatives(1.12, 20), inverse(alternatives(1.15, 20))]
const [worse, better] = [alternatives(1.35, 16), inverse(alternatives(1.15, 10))]

/** ln of what one alternative's bet on one tick becomes; undefined for a tick that says nothing. */
type LogFactor = (tick: BetTick, ratio: number) => number | undefined

/** A part of the stake for starts up to `ms`: nothing before, half of 15 % by the end of the stage, all of it in the end. */
function laid(ms: number, stageMs: number | null): number {
  if (stageMs === null) return 0
  return ms <= stageMs ? (0.15 * ms) / (2 * stageMs) : 0.15 - (0.15 * stageMs) / (2 * ms)
}

function odds(ticks: readonly BetTick[], list: Alternative[], { stageMs }: Stakes, logFactor: LogFactor): number {
  const telling = ticks.filter((tick) => logFactor(tick, list[0]?.ratio ?? 1) !== undefined)
  const lastMs = telling.at(-1)?.atMs ?? 0
  let sum = stageMs === null ? 0 : 0.15 - laid(lastMs, stageMs)
  for (const { ratio, weight } of list) {
    let [log, tail] = [0, 0]
    // Backwards: what is laid before a tick grows by the factors of that tick and of all later ones.
    for (let index = telling.length - 1; index >= 0; index--) {
      const tick = telling[index]
      if (!tick) continue
      log += logFactor(tick, ratio) ?? 0
      tail += (laid(tick.atMs, stageMs) - laid(telling[index - 1]?.atMs ?? 0, stageMs)) * Math.exp(log)
    }
    sum += weight * ((stageMs === null ? 1 : 0.85) * Math.exp(log) + tail)
  }
  return sum
}

/** One candidate against a rate: bad requests at odds of `ratio` times the threshold's. */
const thresholdFactor =
  (rate: number): LogFactor =>
  ({ own: { total, bad } }, ratio) => {
    if (total === 0) return undefined
    const truth = (ratio * rate) / (1 - rate + ratio * rate)
    const good = total - bad
    return bad * Math.log(truth / rate) + good * Math.log((1 - truth) / (1 - rate))
  }

/** Two arms: given the bad requests of both, the candidate's part of them, against `times` as many as its share. */
const ratioFactor =
  (times: number): LogFactor =>
  ({ own, other }, ratio) => {
    if (!other || own.total === 0 || other.total === 0 || own.bad + other.bad === 0) return undefined
    const part = (r: number) => (own.total * r) / (own.total * r + other.total)
    const [truth, asked] = [part(times * ratio), part(times)]
    return own.bad * Math.log(truth / asked) + other.bad * Math.log((1 - truth) / (1 - asked))
  }

export const oddsAbove = (ticks: readonly BetTick[], rate: number, stageMs: number): number =>
  odds(ticks, above, { stageMs }, thresholdFactor(rate))
export const oddsBelow = (ticks: readonly BetTick[], rate: number): number =>
  odds(ticks, below, { stageMs: null }, thresholdFactor(rate))
export const oddsWorse = (ticks: readonly BetTick[], stageMs: number): number =>
  odds(ticks, worse, { stageMs }, ratioFactor(1))
export const oddsWithin = (ticks: readonly BetTick[], margin: number): number =>
  odds(ticks, better, { stageMs: null }, ratioFactor(margin))

/**
 * After the first block of a metric whose noise has a coefficient of variation of at most `cv`: nothing is known of it yet, so it is as strong as that.
 * Under strong noise the bet is on the bad requests and on their pairs; under less, what inverse Gaussian noise lends is taken off a bet that leans.
 */
export function oddsAboveAfterBlock(block: BetTick, rate: number, stageMs: number, cv: number): number {
  return odds([block], above, { stageMs }, ({ own: { total, bad } }, ratio) => {
    if (total === 0) return undefined
    if (cv ** 2 >= 0.5) return Math.log(momentFactor(total * rate, bad, ratio, cv))
    const noise = total * rate * (1 - rate) * cv ** 2
    const hit = 1 + (ratio - 1) / (1 + Math.max(ratio, 3 * (ratio - 1)) * noise)
    const mean = rate * hit + 1 - rate
    const stake = (noise * (hit - 1)) / mean
    return bad * Math.log(hit) - total * Math.log(mean) - (1 - stake - Math.sqrt(1 - 2 * stake)) / cv ** 2
  })
}

function momentFactor(expected: number, bad: number, ratio: number, cv: number): number {
  const gain = 0.72 * (ratio - 1) ** 0.3
  const stake = gain / (gain + cv ** 2 + 1 / expected)
  const pairs = (bad * (bad - 1)) / (expected ** 2 * (1 + cv ** 2))
  return 1 - stake + stake * (1 - stake) * (bad / expected) + stake ** 2 * pairs
}
