/**
 * Signatures of webhooks by the Standard Webhooks specification 1.0.0, symmetric scheme `v1`
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md): HMAC-SHA256 over `id.timestamp.payload`.
 * Pure: the time is given.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { fail, type Outcome, succeed } from '../core/release/outcome.ts'

/** How far a request's time may lie from ours, both ways: longer, and a recorded request could be played again. */
const toleranceSeconds = 300
/** Senders that change secrets send one signature for each; more than a few only cost time. */
const maximumSignatures = 10
const prefix = 'whsec_'
const [minimumKeyBytes, maximumKeyBytes] = [24, 64]

export interface WebhookHeaders {
  /** The same each time the message is sent again: what receivers know duplicates by. Without a full stop. */
  'webhook-id': string
  /** Of this attempt, in seconds since 1970. */
  'webhook-timestamp': string
  /** `v1,` and base64; several stand apart by spaces. */
  'webhook-signature': string
}

interface Signed {
  id: string
  /** In seconds since 1970. */
  timestamp: number
  /** Exactly what is sent. */
  payload: string | Uint8Array
}

/** The headers to send; `unauthorized` if the secret is none (see `readKey`). */
export function sign(secret: string, { id, timestamp, payload }: Signed): Outcome<WebhookHeaders> {
  const key = readKey(secret)
  if (!key.ok) return key
  const signature = mac(key.value, id, String(timestamp), payload).toString('base64')
  return succeed({ 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` })
}

/**
 * Whether the payload, as it came, is from someone who has the secret, and recent at `nowSeconds`. `unauthorized` says what is wrong, and
 * never what would be right. The same message may come again within five minutes: dropping an id seen before is the caller's part.
 */
export function verify(
  secret: string,
  headers: Partial<WebhookHeaders>,
  payload: string | Uint8Array,
  nowSeconds: number,
): Outcome<void> {
  const key = readKey(secret)
  if (!key.ok) return key
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers
  if (!id || !timestamp || !signatures)
    return fail('unauthorized', 'the request lacks webhook-id, webhook-timestamp or webhook-signature')
  if (id.includes('.'))
    return fail('unauthorized', 'webhook-id has a full stop, which the signed text cannot tell apart')
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowSeconds - Number(timestamp)) > toleranceSeconds)
    return fail('unauthorized', `webhook-timestamp is not within ${toleranceSeconds} s of now; check both clocks`)
  const expected = mac(key.value, id, timestamp, payload)
  const matches = signatures
    .split(' ', maximumSignatures)
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'))
    // Only the length, which everybody knows, is told apart in a shorter time.
    .filter((given) => given.length === expected.length && timingSafeEqual(given, expected))
  return matches.length > 0
    ? succeed(undefined)
    : fail('unauthorized', 'no signature of webhook-signature fits; check that both sides have the same secret')
}

/**
 * The key of a secret: after `whsec_` base64, otherwise the text's own bytes in UTF-8. `unauthorized` if that is no base64, or not the 24 to
 * 64 bytes of the specification.
 */
function readKey(secret: string): Outcome<Buffer> {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : null
  if (encoded !== null && !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded))
    return fail('unauthorized', `the signing secret has no base64 after ${prefix}`)
  const key = encoded === null ? Buffer.from(secret, 'utf8') : Buffer.from(encoded, 'base64')
  return key.length >= minimumKeyBytes && key.length <= maximumKeyBytes
    ? succeed(key)
    : fail(
        'unauthorized',
        `the signing secret has ${key.length} bytes instead of ${minimumKeyBytes} to ${maximumKeyBytes}; make one with: echo "${prefix}$(openssl rand -base64 32)"`,
      )
}

const mac = (key: Buffer, id: string, timestamp: string, payload: string | Uint8Array): Buffer =>
  createHmac('sha256', key).update(`${id}.${timestamp}.`).update(payload).digest()
