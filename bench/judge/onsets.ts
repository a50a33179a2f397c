/** Regressions that begin late, ramps, mixes of segments and low traffic: what misleads judges that pool. */
import { type Contract, isRejected } from '../../src/core/judge/evidence.ts'
import { observeRateRatio, startRateRatio } from '../../src/core/judge/rate-ratio.ts'
import { observeSampleRatio, sampleRatioPValue, startSampleRatio } from '../../src/core/judge/sample-ratio.ts'
import type { Random } from './random.ts'
import { hourMs, secondsUntil, shipped, testOf, traffic } from './rates.ts'
import { type Delay, delayOf, rateInformation, type Share, shareOf } from './statistics.ts'

const [healthy, ill] = [0.005, 0.01]
const perSecond = 10
const run = <T>(runs: number, one: () => T): T[] => Array.from({ length: runs }, one)

/** Candidate requests from the onset to the alarm; runs that alarmed before it are left out, as false alarms. */
function afterOnset(random: Random, contract: Contract, onsetSecond: () => number, runs: number): Delay {
  const most = 50_000
  const delays = run(runs, () => {
    const onset = onsetSecond()
    const at = secondsUntil(random, contract, (second) => [second > onset ? ill : healthy, healthy], onset + most)
    return at <= onset ? null : (at - onset) * perSecond
  })
  return delayOf(
    delays.filter((delay) => delay !== null),
    most * perSecond,
  )
}

/** A doubling that begins at a random time of a stage of one hour, against 1.4 [ln(1/α) + ln(T/D)] / I with D = 1 min. */
export function lateOnset(random: Random, alpha: number, runs: number) {
  const information = rateInformation(ill, healthy, 0.1)
  const delay = afterOnset(random, shipped(alpha), () => Math.floor(random.uniform() * 3_600), runs)
  const bound = (-Math.log(alpha) + Math.log(60)) / information
  return { ...delay, bound, overBound: delay.mean / bound }
}

/** One hour of health, then a doubling: with the shipped mixture over starts, and without it. */
export function afterHealthyHour(random: Random, alpha: number, runs: number) {
  return {
    anyStart: afterOnset(random, shipped(alpha), () => 3_600, runs),
    fromStart: afterOnset(random, { kind: 'fromStart', alpha }, () => 3_600, runs),
  }
}

/** At most one false alarm in seven days: the delay of a doubling from the start, after an hour, after a day. */
export function rateContract(random: Random, runs: number) {
  const contract: Contract = { kind: 'rate', everyMs: 7 * 24 * hourMs }
  const fromStart = afterOnset(random, contract, () => 0, runs)
  const late = {
    hour: afterOnset(random, contract, () => 3_600, runs),
    day: afterOnset(random, contract, () => 86_400, Math.ceil(runs / 10)),
  }
  return { fromStart, ...late, worst: Math.max(late.hour.mean, late.day.mean) / fromStart.mean }
}

/** Hours to the first false alarm under a contract of one in `hours`. */
export function hoursToFalseAlarm(random: Random, hours: number, runs: number): Delay {
  const contract: Contract = { kind: 'rate', everyMs: hours * hourMs }
  const limit = 40 * hours * 3_600
  return delayOf(
    run(runs, () => secondsUntil(random, contract, () => [healthy, healthy], limit) / 3_600),
    limit / 3_600,
  )
}

/** From 10 to 50 % of the traffic within an hour while the shared rate climbs from 0.5 to 2 %; and two segments in unequal shares. */
export function misleading(random: Random, alpha: number, runs: number): Record<string, Share> {
  const contract = shipped(alpha)
  const test = testOf(contract, healthy)
  const alarms = (strata: (minute: number) => [n: number, m: number, rate: number][]) =>
    shareOf(
      run(runs, () => {
        let state = startRateRatio(test)
        for (let minute = 1; minute <= 60; minute++) {
          const tick = strata(minute).map(([n, m, rate]) => traffic(random, n, m, rate, rate))
          state = observeRateRatio(state, test, tick, minute * 60_000)
          if (isRejected(state.evidence, contract)) return true
        }
        return false
      }).filter(Boolean).length,
      runs,
    )
  return {
    ramp: alarms((minute) => [[600 + 40 * minute, 5_400 - 40 * minute, 0.005 + 0.00025 * minute]]),
    segments: alarms(() => [
      [540, 1_000, 0.02],
      [60, 4_400, 0.002],
    ]),
    'shared outage': alarms((minute) => [[600, 5_400, minute > 30 && minute <= 40 ? 0.1 : 0.005]]),
    'one request a second, an hour': alarms(() => [[60, 540, 0.005]]),
  }
}

/** A split of 10 to 90 that is watched every second for an hour: false findings, and the requests of both arms until 11 to 89 is found. */
export function brokenSplit(random: Random, alpha: number, runs: number): { alarms: Share; delay: Delay } {
  const shares = [0.1, 0.9]
  const until = (truth: number, limit: number) => {
    let state = startSampleRatio(shares)
    for (let second = 1; second <= limit; second++) {
      const own = random.binomial(100, truth)
      state = observeSampleRatio(state, shares, [own, 100 - own])
      if (sampleRatioPValue(state) <= alpha) return second
    }
    return limit + 1
  }
  const alarms = run(runs, () => until(0.1, 3_600)).filter((second) => second <= 3_600).length
  return {
    alarms: shareOf(alarms, runs),
    delay: delayOf(
      run(runs, () => 100 * until(0.11, 20_000)),
      2_000_000,
    ),
  }
}
