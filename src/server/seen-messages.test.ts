import { expect, it } from 'vitest'
import { SeenMessages } from './seen-messages.ts'

it('takes a message once, until its time alone refuses it', () => {
  const seen = new SeenMessages()
  expect([seen.take('a', 0), seen.take('b', 1), seen.take('a', 600_000), seen.take('a', 600_001)]).toEqual([
    true,
    true,
    false,
    true,
  ])
  expect(seen.take('b', 600_001)).toBe(false)
})

it('takes a message again that came to nothing', () => {
  const seen = new SeenMessages()
  seen.take('a', 0)
  seen.forget('a')
  expect(seen.take('a', 1)).toBe(true)
})

it('refuses what it could not remember', () => {
  const seen = new SeenMessages()
  for (let id = 0; id < 1_000; id++) seen.take(`${id}`, 0)
  expect([seen.take('more', 0), seen.take('0', 0), seen.take('more', 600_001)]).toEqual([false, false, true])
})
