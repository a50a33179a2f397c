/**
 * A running bet against "nothing is wrong": wealth spread over alternatives and over the times at which a regression may have begun. Under
 * the null its expected total never grows, so it may be looked at after every request (Ville's inequality).
 */

/** Wealth kept for regressions that begin later than the stage; the rest is on the table from the start. */
export const lateShare = 0.15

/**
 * What false alarms are allowed. `fromStart` and `anyStart`: with probability at most `alpha`, however long the stage and however often it is
 * looked at; `anyStart` also finds soon what begins late, where "late" is most likely within `stageMs`. `calibrated`: as `fromStart`, up to
 * the horizon for which `bar` was computed (calibrate-bar.ts). `rate`: at most one false alarm in `everyMs` in the mean, for ever
 * (Shiryaev–Roberts; e-detectors, Shin, Ramdas & Rinaldo, arXiv 2203.03532).
 */
export type Contract =
  | { kind: 'fromStart'; alpha: number }
  | { kind: 'anyStart'; alpha: number; stageMs: number }
  | { kind: 'calibrated'; bar: number }
  | { kind: 'rate'; everyMs: number }

/** `untilMs`: the end of the last tick, on the stage's clock; a tick that ends no later was seen already. */
export interface Evidence {
  readonly untilMs: number
  /** Up to here, wealth for late starts was put on the table. */
  readonly releasedMs: number
  /** By alternative, the wealth on the table. */
  readonly wealth: readonly number[]
}

/** Beyond this nothing is decided any more. As wealth is bounded, odds also come down in time when a regression is over. */
const mostWealth = 1e9
const mostLogFactor = 690

/** `weights` add up to 1 and were chosen before any data. */
export function startEvidence(contract: Contract, weights: readonly number[]): Evidence {
  const atStart = contract.kind === 'rate' ? 0 : contract.kind === 'anyStart' ? 1 - lateShare : 1
  return { untilMs: 0, releasedMs: 0, wealth: weights.map((weight) => weight * atStart) }
}

/** Multiplies each alternative's wealth by its likelihood ratio for the tick that ends at `untilMs`. */
export function bet(
  evidence: Evidence,
  contract: Contract,
  weights: readonly number[],
  logFactors: ArrayLike<number>,
  untilMs: number,
): Evidence {
  const released = releasedBy(contract, untilMs) - releasedBy(contract, evidence.releasedMs)
  const wealth = new Array<number>(weights.length)
  for (let index = 0; index < wealth.length; index++) {
    const staked = (evidence.wealth[index] ?? 0) + released * (weights[index] ?? 0)
    wealth[index] = Math.min(mostWealth, staked * Math.exp(Math.min(mostLogFactor, logFactors[index] ?? 0)))
  }
  return { untilMs, releasedMs: untilMs, wealth }
}

/** A tick that says nothing: no wealth changes hands. */
export const pass = (evidence: Evidence, untilMs: number): Evidence => ({ ...evidence, untilMs })

/** The total wealth: the odds against the null that the data give, whatever the number of looks. */
export function oddsOf(evidence: Evidence, contract: Contract): number {
  let sum = contract.kind === 'anyStart' ? lateShare - releasedBy(contract, evidence.releasedMs) : 0
  for (const wealth of evidence.wealth) sum += wealth
  return sum
}

/** The odds at which the contract lets the null be rejected. */
export function barOf(contract: Contract): number {
  if (contract.kind === 'calibrated') return contract.bar
  return contract.kind === 'rate' ? 1 : 1 / contract.alpha
}

export const isRejected = (evidence: Evidence, contract: Contract): boolean =>
  oddsOf(evidence, contract) >= barOf(contract)

/**
 * How much wealth was put on starts up to `ms`: half of the late share evenly over the stage, the other half over all the time beyond,
 * with a tail so heavy that a stage of ten times the length costs three nats more.
 */
function releasedBy(contract: Contract, ms: number): number {
  if (contract.kind === 'rate') return ms / contract.everyMs
  if (contract.kind !== 'anyStart') return 0
  const { stageMs } = contract
  return lateShare * (ms <= stageMs ? ms / (2 * stageMs) : 1 - stageMs / (2 * ms))
}
