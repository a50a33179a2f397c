/** Error rates: false alarms and delays of the shipped e-process and of the peers, on the same traffic: 10 and 90 requests a second. */
import { aboveOdds, worseRatios } from '../../src/core/judge/alternatives.ts'
import { calibrateBar, rateCrossing } from '../../src/core/judge/calibrate-bar.ts'
import { type Contract, isRejected, lateShare, oddsOf, startEvidence } from '../../src/core/judge/evidence.ts'
import {
  observeRateRatio,
  type RateRatioTest,
  type RateStratum,
  startRateRatio,
} from '../../src/core/judge/rate-ratio.ts'
import { observeThreshold } from '../../src/core/judge/threshold.ts'
import { argo, consecutive, flagger, kayenta, naiveZ, type Peer, waldRatio } from './peers.ts'
import type { Random } from './random.ts'
import { type Delay, delayOf, rateInformation, type Share, shareOf } from './statistics.ts'

export const hourMs = 3_600_000
const [candidatePerTick, baselinePerTick] = [10, 90]
const share = 0.1
/** Events of both arms in an hour at 0.5 %. */
const hourEvents = 1_800

export const shipped = (alpha: number): Contract => ({ kind: 'anyStart', alpha, stageMs: hourMs })

export const testOf = (contract: Contract, expectedRate: number): RateRatioTest => ({
  contract,
  alternatives: worseRatios,
  nullRatio: 1,
  expectedRate,
})

/** The rates of the two arms in one second. */
export type Rates = (second: number) => [candidate: number, baseline: number]

/** Seconds until the shipped test rejects, or `limit`. */
export function secondsUntil(random: Random, contract: Contract, rates: Rates, limit: number): number {
  const test = testOf(contract, rates(1)[1])
  let state = startRateRatio(test)
  for (let second = 1; second <= limit; second++) {
    const [own, other] = rates(second)
    const tick = traffic(random, candidatePerTick, baselinePerTick, own, other)
    if (tick.candidate.events + tick.baseline.events === 0 && test.expectedRate < 0.05) continue
    state = observeRateRatio(state, test, [tick], second * 1_000)
    if (isRejected(state.evidence, contract)) return second
  }
  return limit
}

export function traffic(random: Random, n: number, m: number, own: number, other: number): RateStratum {
  return {
    candidate: { total: n, events: random.binomial(n, own) },
    baseline: { total: m, events: random.binomial(m, other) },
  }
}

const run = <T>(runs: number, one: () => T): T[] => Array.from({ length: runs }, one)

/** By exact dynamic programming, the part that is on the table from the start, alone. */
export function exactFalseAlarms() {
  const of = (alpha: number, hours: number) =>
    rateCrossing(worseRatios, 1 / alpha, { share, events: hourEvents * hours }).probability
  return { a05: { h1: of(0.05, 1), h24: of(0.05, 24) }, a01: { h1: of(0.01, 1), h24: of(0.01, 24) } }
}

/**
 * The whole shipped mixture, late starts included, by importance sampling: data are drawn from the mixture that the test bets on, and every
 * alarm counts one over its odds. That is the false-alarm rate without bias, and with little variance.
 */
export function shippedFalseAlarms(random: Random, alpha: number, hours: number, runs: number): Share {
  const contract = shipped(alpha)
  const test = testOf(contract, 0.005)
  const values = run(runs, () => {
    const ratio = worseRatios.ratios[drawIndex(random, worseRatios.weights)] ?? 1
    const onset = drawOnset(random)
    const msPerEvent = hourMs / hourEvents
    let state = startRateRatio(test)
    for (let event = 1; event <= hourEvents * hours; event++) {
      const atMs = event * msPerEvent
      const odds = atMs >= onset ? ratio : 1
      const isCandidate = random.uniform() < (share * odds) / (1 - share + share * odds)
      state = observeRateRatio(state, test, [isCandidate ? candidateEvent : baselineEvent], atMs)
      if (isRejected(state.evidence, contract)) return 1 / oddsOf(state.evidence, contract)
    }
    return 0
  })
  const { mean, error } = delayOf(values)
  return { share: mean, error }
}

const candidateEvent: RateStratum = { candidate: { total: 100, events: 1 }, baseline: { total: 900, events: 0 } }
const baselineEvent: RateStratum = { candidate: { total: 100, events: 0 }, baseline: { total: 900, events: 1 } }

function drawIndex(random: Random, weights: readonly number[]): number {
  let rest = random.uniform()
  const index = weights.findIndex((weight) => {
    rest -= weight
    return rest < 0
  })
  return Math.max(0, index)
}

/** A start as the shipped contract weighs them: at once, evenly over the stage, or beyond it. In ms. */
function drawOnset(random: Random): number {
  if (random.uniform() >= lateShare) return 0
  const part = random.uniform()
  return hourMs * (part < 0.5 ? 2 * part : 1 / (2 * (1 - part)))
}

const peers: Record<string, (threshold: number) => Peer> = {
  kayenta: () => kayenta(),
  flagger: (threshold) => flagger(threshold),
  argo: (threshold) => argo(threshold),
  'consecutive 5': (threshold) => consecutive(threshold),
}

/** Intervals until a peer says so, or `limit`. */
function intervalsUntil(random: Random, peer: Peer, rates: [number, number], seconds: number, limit: number): number {
  for (let interval = 1; interval <= limit; interval++) {
    const [n, m] = [candidatePerTick * seconds, baselinePerTick * seconds]
    if (peer(traffic(random, n, m, ...rates))) return interval
  }
  return limit + 1
}

/** No regression: 0.5 % in both arms, the thresholds at 1 %. */
export function peerFalseAlarms(random: Random, runs: number, hours: number): Record<string, Share> {
  const few = Math.max(20, Math.round(runs / 4))
  const falseAlarms = (make: () => Peer, seconds: number, count: number) => {
    const limit = (3_600 * hours) / seconds
    return shareOf(
      run(count, () => intervalsUntil(random, make(), [0.005, 0.005], seconds, limit)).filter((at) => at <= limit)
        .length,
      count,
    )
  }
  const known = Object.entries(peers).map(([name, make]): [string, Share] => [
    name,
    falseAlarms(() => make(0.01), 60, name === 'kayenta' ? few : runs),
  ])
  return Object.fromEntries([['naive z, every 15 s, .05', falseAlarms(() => naiveZ(0.05), 15, few)], ...known])
}

/** Candidate requests from the start of the stage, with the bound W. */
export interface Detection extends Delay {
  bound: number
  overBound: number
}

export function detection(
  random: Random,
  contract: Contract,
  alpha: number,
  rates: [number, number],
  runs: number,
): Detection {
  const bound = -Math.log(alpha) / rateInformation(rates[0], rates[1], share)
  const limit = Math.ceil(60 * bound) + 100
  const delay = delayOf(
    run(runs, () => requestsUntil(random, contract, rates, limit)),
    limit,
  )
  return { ...delay, bound, overBound: delay.mean / bound }
}

/** Candidate requests until the shipped test rejects, looked at after each of them, or `limit`. */
function requestsUntil(random: Random, contract: Contract, [own, other]: [number, number], limit: number): number {
  const test = testOf(contract, other)
  let state = startRateRatio(test)
  for (let request = 1; request <= limit; request++) {
    const tick = traffic(random, 1, 9, own, other)
    if (tick.candidate.events + tick.baseline.events === 0 && test.expectedRate < 0.05) continue
    state = observeRateRatio(state, test, [tick], request * 100)
    if (isRejected(state.evidence, contract)) return request
  }
  return limit
}

/** The bar for a horizon of one hour. */
export const calibrated = (alpha: number): Contract => ({
  kind: 'calibrated',
  bar: calibrateBar(worseRatios, alpha, { share, events: hourEvents }),
})

export function peerDetections(
  random: Random,
  rates: [number, number],
  threshold: number,
  runs: number,
): Record<string, Delay> {
  const perInterval = candidatePerTick * 60
  const limit = 240
  const few = Math.max(20, Math.round(runs / 10))
  const of = (make: () => Peer, count: number) =>
    delayOf(
      run(count, () => perInterval * intervalsUntil(random, make(), rates, 60, limit)),
      perInterval * (limit + 1),
    )
  const known = Object.entries(peers).map(([name, make]): [string, Delay] => [
    name,
    of(() => make(threshold), name === 'kayenta' ? few : runs),
  ])
  const wald = delayOf(
    run(runs, () => candidatePerTick * intervalsUntil(random, waldRatio(rates[0] / rates[1], 0.05), rates, 1, 200_000)),
  )
  return Object.fromEntries([['SPRT, effect known, .05', wald], ...known])
}

/** The plan's threshold on the candidate alone: requests until "above `threshold`" is established. */
export function thresholdDetection(
  random: Random,
  alpha: number,
  threshold: number,
  rate: number,
  healthySeconds: number,
  runs: number,
): Delay {
  const contract = shipped(alpha)
  const test = { contract, alternatives: aboveOdds, rate: threshold }
  const limit = 40_000
  return delayOf(
    run(runs, () => {
      let evidence = startEvidence(contract, aboveOdds.weights)
      for (let second = 1; second <= healthySeconds + limit; second++) {
        const now = second <= healthySeconds ? 0.005 : rate
        const counts = { total: candidatePerTick, events: random.binomial(candidatePerTick, now) }
        evidence = observeThreshold(evidence, test, counts, second * 1_000)
        if (isRejected(evidence, contract)) return Math.max(1, second - healthySeconds) * candidatePerTick
      }
      return limit * candidatePerTick
    }),
    limit * candidatePerTick,
  )
}
