import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createConnections } from './browser.ts'
import { type Crowd, startCrowd } from './crowd.ts'
import { seededRandom } from './seeded-random.ts'
import { createStats, type StatsReport } from './traffic-stats.ts'
import type { World } from './user-journey.ts'

vi.mock('./user-journey.ts', () => ({ signUp: () => journey, useProfile: () => journey }))
let journey: Promise<undefined>
let crowd: Crowd | undefined

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] })
})
afterEach(() => {
  crowd?.stop()
  vi.useRealTimers()
})

function start(usersPerSecond: number): StatsReport {
  const connections = createConnections(1)
  const random = seededRandom(1)
  const urls = { baseUrl: 'http://127.0.0.1:1', mailboxUrl: 'http://127.0.0.1:1' }
  const world: World = { ...urls, connections, mailboxConnections: connections, random, seen: () => {} }
  const stats = createStats(new Date(0))
  crowd = startCrowd(world, stats, 'test', usersPerSecond)
  return stats
}

test('users arrive at the rate asked for, and a rate of 0 pauses them', async () => {
  journey = Promise.resolve(undefined)
  const { journeys } = start(30)
  await vi.advanceTimersByTimeAsync(100_000)
  expect(journeys.started).toBeGreaterThan(2800)
  expect(journeys.started).toBeLessThan(3200)
  expect(journeys.abandoned).toBe(journeys.started)
  crowd?.setRate(0)
  const before = journeys.started
  await vi.advanceTimersByTimeAsync(10_000)
  expect(journeys.started).toBe(before)
})

test('with 400 under way the next are dropped and counted', async () => {
  journey = new Promise(() => {})
  const { journeys } = start(100)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(journeys.started).toBe(400)
  expect(journeys.dropped).toBeGreaterThan(400)
})

test('a seed repeats its numbers, evenly spread', () => {
  const draw = (seed: number): number[] => Array.from({ length: 10_000 }, seededRandom(seed))
  expect(draw(5)).toEqual(draw(5))
  expect(draw(5)).not.toEqual(draw(6))
  const mean = draw(5).reduce((sum, value) => sum + value, 0) / 10_000
  expect(mean).toBeCloseTo(0.5, 1)
})
