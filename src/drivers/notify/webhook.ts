/** Notices as signed webhooks (Standard Webhooks specification 1.0.0): one POST of JSON a notice. */
import type { WebhookChannel } from '../../core/plan/operator-channels.ts'
import type { Message } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, Notifier } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { exchangeHttp, type HttpAnswer } from '../http-exchange.ts'
import { resolveSecret } from '../resolve-secret.ts'
import { sign } from '../standard-webhook.ts'
import { isTimeout, withDeadline } from '../with-deadline.ts'
import { boundMessage } from './bounded-message.ts'
import type { NoticeIds } from './notice-id.ts'
import { openSocket } from './open-socket.ts'

/** An answer is only quoted. */
const maximumBytes = 16_384
const quoteLength = 120

interface Options {
  noticeIds: NoticeIds
  /** Where relative paths of secret files start. */
  folder: string
}

/** The body of a request. */
interface Notice extends Message {
  /** The same as the header `webhook-id`, and the same for a repeated effect. */
  id: string
  /** When it was sent: ISO 8601, UTC. */
  at: string
}

/**
 * 2xx delivers; `unavailable` for 408, 429, 5xx and no answer, `unauthorized` for 401 and 403, `rejected` for all else, redirects too. Messages name
 * the address without its path, which may hold a token.
 */
export function createWebhookNotifier(
  channels: Readonly<Record<string, WebhookChannel>>,
  { noticeIds, folder }: Options,
): Notifier {
  return {
    name: 'webhook',
    async notify(name, message, context) {
      const found = findByName('channel', channels, name)
      if (!found.ok) return found
      const { url, headers, secret: place } = found.value
      const limited = withDeadline(context)
      const [secret, id] = await Promise.all([resolveSecret(place, { folder }), noticeIds(context.effectId)])
      if (!secret.ok) return secret
      if (!id.ok) return id
      const now = new Date()
      const notice: Notice = { id: `msg_${id.value}`, ...boundMessage(message), at: now.toISOString() }
      const payload = JSON.stringify(notice)
      const signed = sign(secret.value, { id: notice.id, timestamp: Math.floor(now.getTime() / 1_000), payload })
      if (!signed.ok) return signed
      const request = {
        url,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json', ...signed.value },
        body: payload,
        maximumBytes,
        overflow: 'cut' as const,
        shownAs: originOf(url),
      }
      const answer = await exchangeHttp(request, limited)
      return answer.ok ? judge(answer.value, originOf(url), secretsOf(secret.value, found.value)) : answer
    },
    /** Connects, with TLS where the address has it, and sends nothing: whether the secret fits shows at the first notice. */
    async ping(name, context) {
      const found = findByName('channel', channels, name)
      if (!found.ok) return found
      const secret = await resolveSecret(found.value.secret, { folder })
      if (!secret.ok) return secret
      const signed = sign(secret.value, { id: 'ping', timestamp: 0, payload: '' })
      return signed.ok ? reach(found.value.url, withDeadline(context)) : signed
    },
  }
}

function judge({ status, body }: HttpAnswer, origin: string, secrets: readonly string[]): Outcome<void> {
  if (status >= 200 && status < 300) return succeed(undefined)
  const quoted = secrets.reduce((text, secret) => text.replaceAll(secret, '[secret]'), body.toString('utf8'))
  const cause = `${status} ${quoted.replace(/\p{Cc}+/gu, ' ').slice(0, quoteLength)}`.trim()
  if (status === 408 || status === 429 || status >= 500)
    return fail('unavailable', `${origin} does not take the notice now`, cause)
  if (status === 401 || status === 403)
    return fail(
      'unauthorized',
      `${origin} refuses the signature; give both sides the same secret, and check headers`,
      cause,
    )
  if (status >= 300 && status < 400)
    return fail('rejected', `${origin} redirects, which is not followed; give the final address as url`, cause)
  return fail('rejected', `${origin} refuses the notice; check the path of url and what it accepts`, cause)
}

/**
 * What a receiver may repeat and nobody may read: the key, and the words of headers (`Bearer …`) and the parts of the path and query
 * (`Cannot POST /hooks/…`) that are long enough to be one. Longest first: one may hold another.
 */
function secretsOf(secret: string, { url, headers }: WebhookChannel): string[] {
  const words = Object.values(headers).flatMap((value) => value.split(/\s+/))
  const { pathname = '', search = '' } = URL.parse(url) ?? {}
  const parts = `${pathname}${search}`.split(/[/?&=]+/)
  return [secret.replace(/^whsec_/, ''), ...words, ...parts]
    .filter(({ length }) => length >= 8)
    .sort((left, right) => right.length - left.length)
}

async function reach(url: string, { signal, timeoutMs }: DriverContext): Promise<Outcome<void>> {
  const parsed = URL.parse(url)
  if (!parsed) return fail('rejected', `the url is no address; correct it`)
  const { protocol, hostname, port } = parsed
  const tls = protocol === 'https:'
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) || (tls ? 443 : 80) }
  try {
    const socket = await openSocket(address, { tls, signal })
    socket.destroy()
    return succeed(undefined)
  } catch (error) {
    const origin = originOf(url)
    if (isTimeout(signal)) return fail('timeout', `${origin} did not answer within ${timeoutMs} ms`)
    if (signal.aborted) return fail('unavailable', `the connection to ${origin} was stopped: ${String(signal.reason)}`)
    const { code, message } = error as NodeJS.ErrnoException
    return fail('unavailable', `${origin} cannot be reached: ${message}; is it running?`, code)
  }
}

const originOf = (url: string): string => URL.parse(url)?.origin ?? 'the url'
