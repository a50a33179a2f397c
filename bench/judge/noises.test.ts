/** False alarms under declared noise stay within α: a small part of what `npm run bench -- judge` shows, always on the same traffic. */
import { describe, expect, it, vi } from 'vitest'
import { bestNoisyTest } from './best-noisy-test.ts'
import { type Law, noiseDelay, noiseFalseAlarms } from './noises.ts'
import { noisyLatencyAlarms } from './noisy-latencies.ts'
import { falseBreaches, falsePasses } from './noisy-thresholds.ts'
import { Random } from './random.ts'

const runs = 300
const alpha = 0.05
const laws: readonly Law[] = ['gamma', 'logNormal']
const kinds: Record<string, (random: Random, law: Law, cv: number, declared: number) => { share: number }> = {
  'rates of two arms': (random, law, cv, declared) => noiseFalseAlarms(random, { law, cv, declared }, alpha, runs),
  'a broken threshold': (random, law, cv, declared) => falseBreaches(random, { law, cv, declared }, alpha, runs),
  'a kept threshold': (random, law, cv, declared) => falsePasses(random, { law, cv, declared }, alpha, runs),
  latency: (random, law, cv, declared) => noisyLatencyAlarms(random, law, cv, declared, alpha, runs / 3),
}

const strengths = [
  { seed: 7, cv: 0.3, declared: 1 },
  { seed: 8, cv: 0.3, declared: 0.3 },
  { seed: 7, cv: 1, declared: 1 },
  { seed: 8, cv: 1, declared: 1 },
]
const cases = laws.flatMap((law) => strengths.map((strength) => ({ law, ...strength })))

// Hundreds of hours of traffic are counted through: how long that takes is the machine's affair.
vi.setConfig({ testTimeout: 120_000 })

describe.each(Object.entries(kinds))('%s', (_name, alarms) => {
  it.each(cases)('$law noise of cv $cv, declared as $declared, seed $seed', ({ law, cv, declared, seed }) => {
    expect(alarms(new Random(seed), law, cv, declared).share).toBeLessThanOrEqual(alpha)
  })

  it('noise that nobody declared is judged wrongly', () => {
    expect(alarms(new Random(9), 'gamma', 1, 0).share).toBeGreaterThan(5 * alpha)
  })
})

describe('a doubling', () => {
  it('under hardly any noise, the best test takes about Wald’s bound', () => {
    const arms = { n: 600, m: 5_400, rate: 0.005, ratio: 2, cv: 0.01 }
    const { mean, wald } = bestNoisyTest(new Random(1), arms, 0.01, 2_000)
    expect(wald).toBeGreaterThan(2_600)
    expect(wald).toBeLessThan(2_750)
    expect(mean / wald).toBeGreaterThan(0.85)
    expect(mean / wald).toBeLessThan(1.15)
  })

  it.each([0.3, 1])('under noise of cv %d is found within two and a half times what the best test needs', (cv) => {
    const best = bestNoisyTest(new Random(2), { n: 600, m: 5_400, rate: 0.005, ratio: 2, cv }, 0.01, 2_000)
    const delay = noiseDelay(new Random(3), cv, 0.01, 300)
    expect(delay.missed).toBe(0)
    expect(delay.mean / best.mean).toBeGreaterThan(1)
    expect(delay.mean / best.mean).toBeLessThan(2.5)
  })
})
