/** Ticks a second on one core, in processor time. */
import { observeLatency, startLatency } from '../../src/core/judge/latency.ts'
import { observeRateRatio, startRateRatio } from '../../src/core/judge/rate-ratio.ts'
import type { Random } from './random.ts'
import { shipped, testOf, traffic } from './rates.ts'

const passes = 5

/** Of the fastest pass: what else runs on the processor's other half slows some of them down. The first warms up. */
function seconds(work: () => void): number {
  work()
  const taken = Array.from({ length: passes }, () => {
    const started = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(started)
    return (user + system) / 1e6
  })
  return Math.min(...taken)
}

/** Ticks of 10 and 90 requests at 0.5 %, and of the same at 20 %, for which every tick informs. */
export function rateThroughput(random: Random, rate: number): number {
  const test = testOf(shipped(0.01), rate)
  const ticks = Array.from({ length: 4_096 }, () => [traffic(random, 10, 90, rate, rate)])
  const count = 1_000_000
  const taken = seconds(() => {
    let state = startRateRatio(test)
    for (let tick = 1; tick <= count; tick++)
      state = observeRateRatio(state, test, ticks[tick & 4_095] ?? [], tick * 1_000)
  })
  return Math.round(count / taken)
}

/** Ticks of 50 and 450 requests in so many buckets. */
export function latencyThroughput(random: Random, buckets: number): number {
  const contract = shipped(0.01)
  const edges = Array.from({ length: buckets - 1 }, (_, index) => 10 * 1.5 ** index)
  const counts = (requests: number) => {
    const drawn = new Array<number>(buckets).fill(0)
    for (let request = 0; request < requests; request++) {
      const bucket = Math.floor(buckets * random.uniform())
      drawn[bucket] = (drawn[bucket] ?? 0) + 1
    }
    return drawn
  }
  const ticks = Array.from({ length: 256 }, () => [{ candidate: counts(50), baseline: counts(450) }])
  const count = Math.round(2_400_000 / buckets)
  const taken = seconds(() => {
    let state = startLatency(contract, edges)
    for (let tick = 1; tick <= count; tick++)
      state = observeLatency(state, contract, ticks[tick & 255] ?? [], tick * 1_000)
  })
  return Math.round(count / taken)
}
