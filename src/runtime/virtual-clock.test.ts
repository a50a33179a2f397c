/** The virtual clock wakes sleepers in order, each at its own time. */
import { expect, it } from 'vitest'
import { VirtualClock } from './virtual-clock.ts'

const never = new AbortController().signal

it('wakes in the order of their times, and first come first served at the same one', async () => {
  const clock = new VirtualClock()
  const woken: string[] = []
  for (const [name, delayMs] of [
    ['c', 30],
    ['a', 10],
    ['b', 20],
    ['a2', 10],
  ] as const) {
    void clock.sleep(delayMs, never).then(() => woken.push(`${name} at ${clock.monotonicMs()}`))
  }
  await clock.advance(20)
  expect(woken).toEqual(['a at 10', 'a2 at 10', 'b at 20'])
  await clock.advance(10)
  expect(woken.at(-1)).toBe('c at 30')
})

it('wakes those who go to sleep while it advances', async () => {
  const clock = new VirtualClock(1_000)
  let ticks = 0
  const ticking = (async () => {
    for (; ticks < 5; ticks++) await clock.sleep(100, never)
  })()
  await clock.advance(450)
  expect(ticks).toBe(4)
  expect(clock.wallMs()).toBe(1_450)
  await clock.advance(50)
  await ticking
  expect(ticks).toBe(5)
})

it('lets go of a sleeper whose signal aborts', async () => {
  const clock = new VirtualClock()
  const abort = new AbortController()
  const asleep = clock.sleep(1_000, abort.signal)
  abort.abort()
  await asleep
  expect(clock.monotonicMs()).toBe(0)
  await clock.sleep(1_000, abort.signal)
})
