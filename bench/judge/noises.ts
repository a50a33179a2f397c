/** Noise of the candidate alone, new every minute: false alarms with an estimated dispersion, and what tempering costs. */
import type { NoiseClass } from '../../src/core/judge/dispersion.ts'
import { isRejected } from '../../src/core/judge/evidence.ts'
import { dispersionOf } from '../../src/core/judge/noisy-factor.ts'
import { observeNoisyRateRatio, startNoisyRateRatio } from '../../src/core/judge/noisy-rate-ratio.ts'
import { observeRateRatio, startRateRatio } from '../../src/core/judge/rate-ratio.ts'
import type { Random } from './random.ts'
import { shipped, testOf, traffic } from './rates.ts'
import { delayOf, rateInformation, type Share, shareOf } from './statistics.ts'

const rate = 0.005
const [n, m] = [600, 5_400]

export type Law = 'gamma' | 'logNormal'

export interface Noisy {
  law: Law
  cv: number
  /** The class's limit; 0 declares none. */
  declared: number
  /** How long it is looked at; an hour unless stated. */
  minutes?: number
}

/** False alarms in so many minutes of blocks, by a test that says after how many it alarmed. */
export function falseAlarmsIn(minutes: number, runs: number, minutesUntil: () => number): Share {
  const alarms = Array.from({ length: runs }, minutesUntil).filter((minute) => minute <= minutes)
  return shareOf(alarms.length, runs)
}

/** Minutes until the alarm, or `limit` + 1. `cv` is the noise's, `declared` the class's limit; 0 declares none. */
function minutesUntil(
  random: Random,
  law: Law,
  cv: number,
  declared: number,
  ratio: number,
  alpha: number,
  limit: number,
): number {
  const test = testOf(shipped(alpha), rate)
  const noise: NoiseClass = { spanMs: 60_000, mostCv: declared }
  let noisy = startNoisyRateRatio(test)
  let plain = startRateRatio(test)
  for (let minute = 1; minute <= limit; minute++) {
    const factor = cv === 0 ? 1 : random[law](cv)
    const tick = [traffic(random, n, m, Math.min(0.9, rate * ratio * factor), rate)]
    if (declared > 0) noisy = observeNoisyRateRatio(noisy, test, noise, tick, minute * 60_000)
    else plain = observeRateRatio(plain, test, tick, minute * 60_000)
    if (isRejected(declared > 0 ? noisy.test.evidence : plain.evidence, test.contract)) return minute
  }
  return limit + 1
}

export function noiseFalseAlarms(
  random: Random,
  { law, cv, declared, minutes = 60 }: Noisy,
  alpha: number,
  runs: number,
): Share {
  return falseAlarmsIn(minutes, runs, () => minutesUntil(random, law, cv, declared, 1, alpha, minutes))
}

/** A doubling under noise that the class declares as strong as it is, against φ W. */
export function noiseDelay(random: Random, cv: number, alpha: number, runs: number) {
  const minutes = Array.from({ length: runs }, () => minutesUntil(random, 'gamma', cv, cv, 2, alpha, 20_000))
  const delay = delayOf(minutes.map((minute) => (minute - 0.5) * n))
  const events = n * rate * 2 + m * rate
  const phi = dispersionOf(events, 0.1, cv ** 2)
  const bound = (phi * -Math.log(alpha)) / rateInformation(2 * rate, rate, 0.1)
  return { ...delay, phi, bound, overBound: delay.mean / bound }
}
