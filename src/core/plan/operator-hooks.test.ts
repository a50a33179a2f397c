import { describe, expect, it } from 'vitest'
import { Hook, Inbound } from './operator-hooks.ts'

describe('where hooks are heard', () => {
  it.each(['127.0.0.1:8787', '0.0.0.0:80', 'localhost:0', '[::1]:65535'])('can be %s', (listen) => {
    expect(Inbound.parse({ listen })).toEqual({ listen })
  })

  it.each(['8787', '127.0.0.1', ':8787', '127.0.0.1:65536', 'http://127.0.0.1:8787', '::1:8787', 'hooks.example:80'])(
    'cannot be %s',
    (listen) => {
      expect(Inbound.safeParse({ listen }).success).toBe(false)
    },
  )
})

it('keeps the secret of a hook out of the file', () => {
  expect(Hook.safeParse({ secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }).success).toBe(false)
  expect(Hook.parse({ secret: { env: 'QA' } })).toEqual({ secret: { env: 'QA' } })
})
