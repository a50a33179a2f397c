import { expect, it } from 'vitest'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { SmtpChannel } from '../../core/plan/operator-channels.ts'
import { failureOf, refusalOf } from './smtp-failure.ts'

const sender = { driver: 'smtp', host: 'mail.example.com', from: 'tidegate@example.com', fallback: ['all@example.com'] }
const attempt = { channel: SmtpChannel.parse(sender), password: undefined, context: effectContext({ timeoutMs: 500 }) }
const thrown = (fields: object) => failureOf(Object.assign(new Error('as it came'), fields), attempt)

// These depend on who is first, a timer or the signal, and on what the network of the machine does.
it.each([
  [
    { code: 'ETIMEDOUT', timeoutType: 'SOCKET_TIMEOUT' },
    'timeout',
    'mail.example.com:587 did not finish within 500 ms',
  ],
  [{ code: 'ESOCKET', originalCode: 'ENETUNREACH' }, 'unavailable', 'check host, port and tls'],
  [{ code: 'ENOTFOUND' }, 'unavailable', 'check host, port and tls'],
  [{ code: 'EMESSAGE' }, 'rejected', 'correct from, to and fallback'],
])('%j is %s', (fields, code, advice) => {
  expect(thrown(fields)).toMatchObject({ ok: false, error: { code, message: expect.stringContaining(advice) } })
})

it('a refused recipient is told in one line, without a password that the server repeats', () => {
  const refused = Object.assign(new Error(), {
    recipient: 'ann@example.com',
    responseCode: 550,
    response: '550 no\r\nsecret1!',
  })
  const login = SmtpChannel.parse({ ...sender, user: 'tidegate', password: { env: 'NONE' } })
  const outcome = refusalOf({ ...attempt, channel: login, password: 'secret1!' }, { rejectedErrors: [refused] })
  expect(outcome).toMatchObject({ error: { code: 'rejected', cause: '550 no [password]' } })
})
