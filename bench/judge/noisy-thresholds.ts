/** Thresholds under noise of the candidate, new every minute: false breaches and false passes at the threshold itself, and what tempering costs. */
import { type Alternatives, aboveOdds, belowOdds } from '../../src/core/judge/alternatives.ts'
import type { NoiseClass } from '../../src/core/judge/dispersion.ts'
import { type Contract, isRejected, startEvidence } from '../../src/core/judge/evidence.ts'
import { dispersionOf } from '../../src/core/judge/noisy-factor.ts'
import { type NoisyEvidence, observeNoisyThreshold } from '../../src/core/judge/noisy-threshold.ts'
import { thresholdNats } from '../../src/core/judge/outlook.ts'
import { falseAlarmsIn, type Noisy } from './noises.ts'
import type { Random } from './random.ts'
import { shipped } from './rates.ts'
import { delayOf, type Share } from './statistics.ts'

const requests = 600

interface Asked {
  contract: Contract
  alternatives: Alternatives
  /** The threshold, and the candidate's true mean rate. */
  rate: number
  truth: number
}

function minutesUntil(random: Random, { law, cv, declared }: Noisy, asked: Asked, limit: number): number {
  const noise: NoiseClass | undefined = declared > 0 ? { spanMs: 60_000, mostCv: declared } : undefined
  let evidence: NoisyEvidence = startEvidence(asked.contract, asked.alternatives.weights)
  for (let minute = 1; minute <= limit; minute++) {
    const events = random.binomial(requests, Math.min(0.95, asked.truth * random[law](cv)))
    evidence = observeNoisyThreshold(evidence, asked, noise, { total: requests, events }, minute * 60_000)
    if (isRejected(evidence, asked.contract)) return minute
  }
  return limit + 1
}

/** "> 5 %" found broken in an hour by a candidate that fails 5 % of its requests in the mean. */
export function falseBreaches(random: Random, noisy: Noisy, alpha: number, runs: number): Share {
  const asked = { contract: shipped(alpha), alternatives: aboveOdds, rate: 0.05, truth: 0.05 }
  const { minutes = 60 } = noisy
  return falseAlarmsIn(minutes, runs, () => minutesUntil(random, noisy, asked, minutes))
}

/** "< 1 %" passed within an hour by a candidate that fails 1 % of its requests in the mean. */
export function falsePasses(random: Random, noisy: Noisy, alpha: number, runs: number): Share {
  const contract: Contract = { kind: 'fromStart', alpha }
  const asked = { contract, alternatives: belowOdds, rate: 0.01, truth: 0.01 }
  const { minutes = 60 } = noisy
  return falseAlarmsIn(minutes, runs, () => minutesUntil(random, noisy, asked, minutes))
}

/** Candidate requests until "> 5 %" is found broken at `truth`, under noise that is as strong as declared, against φ W. */
export function breachDelay(random: Random, cv: number, truth: number, alpha: number, runs: number) {
  const rate = 0.05
  const asked = { contract: shipped(alpha), alternatives: aboveOdds, rate, truth }
  const noisy: Noisy = { law: 'gamma', cv, declared: cv }
  const minutes = Array.from({ length: runs }, () => minutesUntil(random, noisy, asked, 20_000))
  const delay = delayOf(minutes.map((minute) => (minute - 0.5) * requests))
  const phi = dispersionOf(requests, rate, cv ** 2)
  const bound = (phi * -Math.log(alpha)) / thresholdNats(truth, rate)
  return { ...delay, phi, bound, overBound: delay.mean / bound }
}
