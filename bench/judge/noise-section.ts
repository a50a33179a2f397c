/** The figures of noise that the candidate has for itself: false alarms with the noise estimated, and delays against φ W and the best that is possible. */
import { bestNoisyTest } from './best-noisy-test.ts'
import { type Noisy, noiseDelay, noiseFalseAlarms } from './noises.ts'
import { type LatencyLaw, noisyLatencyAlarms, noisyLatencyDelay } from './noisy-latencies.ts'
import { breachDelay, falseBreaches, falsePasses } from './noisy-thresholds.ts'
import { few, runs, stream } from './options.ts'
import type { Random } from './random.ts'
import { delayText, shareText, table, times, whole } from './report.ts'
import type { Share } from './statistics.ts'

const strengths = [0.3, 0.5, 1]

export function noise() {
  return { rates: rates(), thresholds: thresholds(), latencies: latencies() }
}

function rates() {
  const random = stream('noise')
  const alarms = falseAlarms((noisy, alpha) => noiseFalseAlarms(random, noisy, alpha, noisy.minutes ? few : runs))
  tableOfAlarms('Noise of the candidate in its error rate, new every minute; false alarms in an hour', alarms)
  const delays = strengths.map((cv) => ({
    cv,
    shipped: noiseDelay(random, cv, 0.01, runs * 10),
    best: bestNoisyTest(random, { n: 600, m: 5_400, rate: 0.005, ratio: 2, cv }, 0.01, runs * 5),
  }))
  table(
    'A doubling of 0.5 % under gamma noise that is as strong as declared, α .01, canary requests: mean (median, p95)',
    ['cv', 'φ', 'φW', 'delay', '/ φW', 'best possible, all known', '/ φW', 'delay / best'],
    delays.map(({ cv, shipped, best }) => [
      String(cv),
      times(shipped.phi),
      whole(shipped.bound),
      delayText(shipped),
      times(shipped.overBound),
      delayText(best),
      times(best.mean / shipped.bound),
      times(shipped.mean / best.mean),
    ]),
  )
  return { alarms, delays }
}

function thresholds() {
  const random = stream('noisyThresholds')
  const breaches = falseAlarms((noisy, alpha) => falseBreaches(random, noisy, alpha, noisy.minutes ? few : runs))
  tableOfAlarms('"> 5 %" found broken in an hour at 5 % in the mean, noise of the candidate new every minute', breaches)
  const passes = falseAlarms((noisy, alpha) => falsePasses(random, noisy, alpha, noisy.minutes ? few : runs))
  tableOfAlarms('"< 1 %" passed within an hour at 1 % in the mean, noise of the candidate new every minute', passes)
  const delays = strengths.flatMap((cv) =>
    [0.1, 0.2, 0.5].map((truth) => ({ cv, truth, ...breachDelay(random, cv, truth, 0.01, runs) })),
  )
  table(
    '"> 5 %" under gamma noise that is as strong as declared, α .01, canary requests: mean (median, p95)',
    ['cv', 'true rate', 'φ', 'delay', '/ φW'],
    delays.map((delay) => [
      String(delay.cv),
      `${100 * delay.truth} %`,
      times(delay.phi),
      delayText(delay),
      times(delay.overBound),
    ]),
  )
  return { breaches, passes, delays }
}

function latencies() {
  const random = stream('noisyLatencies')
  const alarms = latencyFalseAlarms(random)
  tableOfAlarms('Noise of the candidate in its latency, new every minute; false alarms in an hour', alarms)
  const delays = [0.1, ...strengths].flatMap((cv) =>
    [1.1, 1.5].map((factor) => ({ cv, factor, ...noisyLatencyDelay(random, cv, factor, 0.01, few) })),
  )
  table(
    'Slower latencies under even noise that is as strong as declared, α .01, canary requests: mean (median, p95)',
    ['cv', 'latency', 'φ', 'delay', '/ φW'],
    delays.map((delay) => [
      String(delay.cv),
      `× ${delay.factor}`,
      times(delay.phi),
      delayText(delay),
      times(delay.overBound),
    ]),
  )
  return { alarms, delays }
}

type Alarms = Record<string, Share>[]

const day = 1_440

/** Without a declared class, with one of cv 1 under two laws and two levels, and with one that is exactly as strong as the noise. */
function falseAlarms(one: (noisy: Noisy, alpha: number) => Share): Alarms {
  return strengths.map((cv) => ({
    'none declared, .05': one({ law: 'gamma', cv, declared: 0 }, 0.05),
    'declared cv 1: gamma .05': one({ law: 'gamma', cv, declared: 1 }, 0.05),
    'declared cv 1: lognormal .05': one({ law: 'logNormal', cv, declared: 1 }, 0.05),
    'as declared: gamma .05': one({ law: 'gamma', cv, declared: cv }, 0.05),
    'as declared: gamma .01': one({ law: 'gamma', cv, declared: cv }, 0.01),
    'as declared: lognormal .05': one({ law: 'logNormal', cv, declared: cv }, 0.05),
    'as declared: lognormal .01': one({ law: 'logNormal', cv, declared: cv }, 0.01),
    'as declared: lognormal .05, a day': one({ law: 'logNormal', cv, declared: cv, minutes: day }, 0.05),
  }))
}

/** The same for latency, and with noise that leaves every mean as it is. */
function latencyFalseAlarms(random: Random): Alarms {
  const one = (law: LatencyLaw, cv: number, declared: number, alpha: number) =>
    noisyLatencyAlarms(random, law, cv, declared, alpha, few)
  return strengths.map((cv) => ({
    'none declared, .05': one('even', cv, 0, 0.05),
    'declared cv 1: even .05': one('even', cv, 1, 0.05),
    'as declared: even .05': one('even', cv, cv, 0.05),
    'as declared: even .01': one('even', cv, cv, 0.01),
    'as declared: gamma .05': one('gamma', cv, cv, 0.05),
    'as declared: lognormal .05': one('logNormal', cv, cv, 0.05),
  }))
}

function tableOfAlarms(title: string, alarms: Alarms): void {
  table(
    title,
    ['cv', ...Object.keys(alarms[0] ?? {})],
    alarms.map((shares, index) => [String(strengths[index]), ...Object.values(shares).map(shareText)]),
  )
}
