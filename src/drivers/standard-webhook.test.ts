import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sign, verify, type WebhookHeaders } from './standard-webhook.ts'

const key = Buffer.from('a key of thirty bytes, counted')
const secret = `whsec_${key.toString('base64')}`
const now = 1_764_000_000
const payload = '{"subject":"Stufe 2 hält"}'

function signed(overrides: Partial<WebhookHeaders> = {}): WebhookHeaders {
  const outcome = sign(secret, { id: 'msg_1', timestamp: now, payload })
  if (!outcome.ok) throw new Error(outcome.error.message)
  return { ...outcome.value, ...overrides }
}
const refused = { ok: false, error: { code: 'unauthorized' } }

describe('sign', () => {
  it('is HMAC-SHA256 over id, time and payload, in base64', () => {
    const expected = createHmac('sha256', key).update(`msg_1.${now}.${payload}`, 'utf8').digest('base64')
    expect(signed()).toEqual({
      'webhook-id': 'msg_1',
      'webhook-timestamp': `${now}`,
      'webhook-signature': `v1,${expected}`,
    })
  })

  it('gives what the reference libraries give', () => {
    const outcome = sign('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      payload: '{"test": 2432232314}',
    })
    expect(outcome).toMatchObject({ value: { 'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=' } })
  })

  it('takes a secret without prefix as it stands', () => {
    const text = sign(key.toString('utf8'), { id: 'msg_1', timestamp: now, payload })
    expect(text).toEqual({ ok: true, value: signed() })
  })

  it.each([
    '',
    'whsec_',
    'whsec_short',
    'whsec_not base64 at all, though it is long enough',
    'too short',
    'x'.repeat(65),
  ])('refuses %j as a secret without repeating it', (bad) => {
    const outcome = sign(bad, { id: 'msg_1', timestamp: now, payload })
    expect(outcome).toMatchObject(refused)
    if (bad.length > 6) expect(JSON.stringify(outcome)).not.toContain(bad)
  })
})

describe('verify', () => {
  it.each([0, 300, -300])('takes its own signature when the clock is %i s on', (seconds) => {
    expect(verify(secret, signed(), payload, now + seconds)).toEqual({ ok: true, value: undefined })
    expect(verify(secret, signed(), Buffer.from(payload), now + seconds)).toMatchObject({ ok: true })
  })

  it.each([301, -301])('refuses it when the clock is %i s on', (seconds) => {
    expect(verify(secret, signed(), payload, now + seconds)).toMatchObject(refused)
  })

  it('takes one good signature among others, as when secrets change', () => {
    const many = `v1a,AAAA v1,${Buffer.alloc(32).toString('base64')} ${signed()['webhook-signature']}`
    expect(verify(secret, signed({ 'webhook-signature': many }), payload, now)).toMatchObject({ ok: true })
  })

  it('looks at ten signatures and no more', () => {
    const flood = `${'v1,AAAA '.repeat(10)}${signed()['webhook-signature']}`
    expect(verify(secret, signed({ 'webhook-signature': flood }), payload, now)).toMatchObject(refused)
  })

  it.each<[string, Partial<WebhookHeaders>]>([
    ['another id', { 'webhook-id': 'msg_2' }],
    ['another time', { 'webhook-timestamp': `${now + 1}` }],
    ['a time that is no number', { 'webhook-timestamp': 'NaN' }],
    ['a time with a sign', { 'webhook-timestamp': `+${now}` }],
    ['no id', { 'webhook-id': '' }],
    ['no signature', { 'webhook-signature': '' }],
    ['half a signature', { 'webhook-signature': signed()['webhook-signature'].slice(0, 20) }],
    ['a signature of another scheme', { 'webhook-signature': signed()['webhook-signature'].replace('v1,', 'v1a,') }],
    ['a signature without scheme', { 'webhook-signature': signed()['webhook-signature'].replace('v1,', '') }],
  ])('refuses %s', (_, headers) => {
    expect(verify(secret, signed(headers), payload, now)).toMatchObject(refused)
  })

  it('refuses an id with a full stop, though it is signed', () => {
    const outcome = sign(secret, { id: 'msg.1', timestamp: now, payload })
    expect(verify(secret, outcome.ok ? outcome.value : {}, payload, now)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining('full stop') },
    })
  })

  it('refuses another payload, another secret and missing headers', () => {
    expect(verify(secret, signed(), `${payload} `, now)).toMatchObject(refused)
    expect(verify(`whsec_${Buffer.alloc(32).toString('base64')}`, signed(), payload, now)).toMatchObject(refused)
    expect(verify(secret, {}, payload, now)).toMatchObject(refused)
  })
})
