/** Notices as mail through an SMTP server (RFC 5321; STARTTLS by RFC 3207, implicit TLS by RFC 8314, AUTH by RFC 4954): one mail a notice. */
import { domainToASCII } from 'node:url'
import { createTransport, type SendMailOptions } from 'nodemailer'
import { type SmtpChannel, submissionsPort } from '../../core/plan/operator-channels.ts'
import type { Message } from '../../core/release/evidence.ts'
import { type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext, Notifier } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { resolveSecret } from '../resolve-secret.ts'
import { withDeadline } from '../with-deadline.ts'
import { boundMessage } from './bounded-message.ts'
import type { NoticeIds } from './notice-id.ts'
import { openSocket } from './open-socket.ts'
import { failureOf, refusalOf } from './smtp-failure.ts'

interface Options {
  noticeIds: NoticeIds
  /** Where relative paths of secret files start. */
  folder: string
}

/**
 * `unavailable` for replies 4yz and broken connections, `rejected` for 5yz, `unauthorized` for a refused login. A notice that reaches some
 * recipients and not others has failed. The mail of a repeated effect has the same Message-ID.
 */
export function createSmtpNotifier(
  channels: Readonly<Record<string, SmtpChannel>>,
  { noticeIds, folder }: Options,
): Notifier {
  async function open(name: string, context: DriverContext) {
    const found = findByName('channel', channels, name)
    if (!found.ok) return found
    const channel = found.value
    const password = channel.password ? await resolveSecret(channel.password, { folder }) : succeed(undefined)
    if (!password.ok) return password
    const session = { channel, password: password.value, context: withDeadline(context) }
    return succeed({ ...session, transport: transportOf(session) })
  }

  return {
    name: 'smtp',
    async notify(name, message, context) {
      const [opened, id] = await Promise.all([open(name, context), noticeIds(context.effectId)])
      if (!opened.ok) return opened
      if (!id.ok) return id
      const { transport, channel } = opened.value
      return settle(opened.value, async ({ signal }) => {
        const sent = await transport.sendMail({ ...mailOf(channel, message, id.value), signal })
        return refusalOf(opened.value, sent) ?? succeed(undefined)
      })
    },
    async ping(name, context) {
      const opened = await open(name, context)
      if (!opened.ok) return opened
      return settle(opened.value, async () => {
        await opened.value.transport.verify()
        return succeed(undefined)
      })
    },
  }
}

interface Session {
  channel: SmtpChannel
  password: string | undefined
  /** Its signal holds the whole session to its time. */
  context: DriverContext
}

/** What comes of it, at the latest when the signal aborts. */
async function settle(
  session: Session,
  act: (context: DriverContext) => Promise<Outcome<void>>,
): Promise<Outcome<void>> {
  const { signal } = session.context
  const aborted = Promise.withResolvers<never>()
  const onAbort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort)
  try {
    return await Promise.race([act(session.context), aborted.promise])
  } catch (error) {
    return failureOf(error, session)
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function transportOf({ channel, password, context }: Session) {
  const { host, port, tls, user } = channel
  const { signal, timeoutMs } = context
  return createTransport({
    host,
    port,
    secure: tls === 'implicit' || port === submissionsPort,
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'none',
    opportunisticTLS: tls === 'opportunistic',
    ...(user === undefined ? {} : { auth: { user, pass: password ?? '' } }),
    // A server that offers no login to a channel with a password is a mistake, not an invitation to go on without.
    forceAuth: user !== undefined,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // Ours, so that the signal ends it at any step.
    getSocket: (_, opened) => {
      openSocket({ host, port }, { signal }).then(
        (connection) => opened(null, { connection }),
        (error: Error) => opened(error),
      )
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  })
}

/** Who is told: the addresses of all its roles, each once; for a role without any, the fallback's. */
function recipientsOf({ to, fallback }: SmtpChannel, { audience }: Message): string[] {
  const ofRole = (role: string) => (Object.hasOwn(to, role) ? to[role] : undefined) ?? fallback
  return [...new Set(audience.length === 0 ? fallback : audience.flatMap(ofRole))]
}

function mailOf(channel: SmtpChannel, message: Message, id: string): SendMailOptions {
  const { subject, body } = boundMessage(message)
  const domain = channel.from.slice(channel.from.lastIndexOf('@') + 1)
  return {
    messageId: `<${id}@${domainToASCII(domain) || domain}>`,
    from: asAddress(channel.from),
    to: recipientsOf(channel, message).map(asAddress),
    subject,
    text: body,
    // Importance, X-Priority and X-MSMail-Priority.
    ...(message.urgency === 'page' ? { priority: 'high' as const } : {}),
    // RFC 3834: no out-of-office answers, please.
    headers: { 'Auto-Submitted': 'auto-generated' },
  }
}

/** Never parsed, so that no text in it can become a second address. */
const asAddress = (address: string) => ({ name: '', address })
