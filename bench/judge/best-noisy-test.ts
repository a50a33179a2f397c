/**
 * The shortest mean delay that any test of two noisy rates can have, whatever it knows: Wald's one-sided test of the true ratio against the likeliest
 * of the null's points, with the true law and strength of the noise known, and a bar at which its false alarms are α and no less. That test is the
 * best one for these two points (Chow, Robbins & Siegmund), and one that keeps α for all of the null cannot do better.
 */
import type { Random } from './random.ts'
import { traffic } from './rates.ts'
import { type Delay, delayOf } from './statistics.ts'

/** Requests a block of each arm, the shared rate, the true ratio. */
export interface NoisyArms {
  n: number
  m: number
  rate: number
  ratio: number
  /** Of gamma noise, new every block. */
  cv: number
}

/** ln of the odds that a block lends the truth over the null whose shared rate is `times` the true one. */
function logOdds({ n, m, rate, ratio, cv }: NoisyArms, times: number, own: number, other: number): number {
  const [truth, null_] = [n * rate * ratio, n * rate * times]
  const baseline = m * rate
  const shape = 1 / cv ** 2
  const candidatePart =
    own * Math.log(truth / null_) + (own + shape) * (Math.log1p(null_ / shape) - Math.log1p(truth / shape))
  return candidatePart - other * Math.log(times) + baseline * (times - 1)
}

/** The same in the mean over the truth, in nats a block; it is linear in the counts. */
const information = (arms: NoisyArms, times: number): number =>
  logOdds(arms, times, arms.n * arms.rate * arms.ratio, arms.m * arms.rate)

/** Where the null is hardest to tell from the truth: between 1 and the ratio, and convex there. */
function hardest(arms: NoisyArms): number {
  let [low, high] = [1, arms.ratio]
  for (let step = 0; step < 100; step++) {
    const [one, other] = [low + (high - low) / 3, high - (high - low) / 3]
    if (information(arms, one) < information(arms, other)) high = other
    else low = one
  }
  return (low + high) / 2
}

/** New highest values of the log odds under the truth, with the blocks they were reached in, up to `highest`. */
function records(random: Random, arms: NoisyArms, times: number, highest: number): { block: number; log: number }[] {
  const found: { block: number; log: number }[] = []
  let [log, most] = [0, 0]
  for (let block = 1; most < highest; block++) {
    const { n, m, rate, ratio, cv } = arms
    const { candidate, baseline } = traffic(random, n, m, Math.min(0.9, rate * ratio * random.gamma(cv)), rate)
    log += logOdds(arms, times, candidate.events, baseline.events)
    if (log > most) found.push({ block, log })
    most = Math.max(most, log)
  }
  return found
}

export interface BestTest extends Delay {
  /** ln 1/α over the information, in the candidate's requests: Wald's bound, without what the last block brings too much. */
  wald: number
}

/** Candidate requests until the best test says so; a verdict counts from the middle of its block. */
export function bestNoisyTest(random: Random, arms: NoisyArms, alpha: number, runs: number): BestTest {
  const times = hardest(arms)
  const highest = -Math.log(alpha)
  const paths = Array.from({ length: runs }, () => records(random, arms, times, highest))
  const crossings = (bar: number) => paths.map((path) => path.find(({ log }) => log >= bar) ?? { block: 0, log: 0 })
  let [low, high] = [0, highest]
  for (let step = 0; step < 50; step++) {
    const bar = (low + high) / 2
    // Under the null it crosses with probability E exp(−log odds), taken under the truth.
    const alarms = crossings(bar).reduce((sum, { log }) => sum + Math.exp(-log), 0) / runs
    if (alarms > alpha) low = bar
    else high = bar
  }
  const delay = delayOf(crossings(high).map(({ block }) => (block - 0.5) * arms.n))
  return { ...delay, wald: (arms.n * highest) / information(arms, times) }
}
