/** Calls from outside, signed by the Standard Webhooks specification 1.0.0 with the secret of their hook. */
import type { Hook } from '../../core/plan/operator-hooks.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, HookVerifier } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { resolveSecret } from '../resolve-secret.ts'
import { sign, verify } from '../standard-webhook.ts'
import { orAbort, withDeadline } from '../with-deadline.ts'

/** Relative paths of secret files start at `folder`; a secret is read at each call. */
export function createStandardWebhookVerifier(
  hooks: Readonly<Record<string, Hook>>,
  { folder }: { folder: string },
): HookVerifier {
  /** A secret that can sign; `unauthorized` says what is wrong with its place or with it. */
  async function secretOf(hook: string, context: DriverContext): Promise<Outcome<string>> {
    const found = findByName('hook', hooks, hook)
    if (!found.ok) return found
    const { signal } = withDeadline(context)
    const read = () => resolveSecret(found.value.secret, { folder })
    const secret = await orAbort(read, `reading the secret of ${hook}`, signal)
    if (!secret.ok) return secret
    const signed = sign(secret.value, { id: 'test', timestamp: 0, payload: '' })
    return signed.ok ? secret : signed
  }
  return {
    name: 'standard-webhook',
    async verify(hook, { headers, body, receivedMs }, context) {
      const secret = await secretOf(hook, context)
      // It is not the caller's fault, nor the caller's business.
      if (!secret.ok && secret.error.code === 'unauthorized') return fail('unavailable', secret.error.message)
      if (!secret.ok) return secret
      const { 'webhook-id': messageId = '', 'webhook-timestamp': timestamp = '' } = headers
      const signature = headers['webhook-signature'] ?? ''
      const given = { 'webhook-id': messageId, 'webhook-timestamp': timestamp, 'webhook-signature': signature }
      const verified = verify(secret.value, given, body, Math.floor(receivedMs / 1_000))
      return verified.ok ? succeed({ messageId, sentMs: Number(timestamp) * 1_000 }) : verified
    },
    async ping(hook, context) {
      const secret = await secretOf(hook, context)
      return secret.ok ? succeed(undefined) : secret
    },
  }
}
