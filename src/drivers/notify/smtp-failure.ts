/** What went wrong with a mail, for a person: the reply's code decides the kind, and no reply is quoted with the password in it. */
import type { NodemailerError } from 'nodemailer'
import type { SmtpChannel } from '../../core/plan/operator-channels.ts'
import { type DriverErrorCode, fail, type Outcome } from '../../core/release/outcome.ts'
import type { DriverContext } from '../../ports/drivers.ts'
import { isTimeout } from '../with-deadline.ts'

const quoteLength = 200

interface Attempt {
  channel: SmtpChannel
  password: string | undefined
  context: DriverContext
}

/** 530, 534, 535 and 538 ask for a login or refuse it (RFC 4954 §6). */
const loginCodes = [530, 534, 535, 538]

/** Codes of OpenSSL and Node for a certificate that does not prove the host. */
const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME/

/** The outcome of an attempt that threw. */
export function failureOf(thrown: unknown, { channel, password, context }: Attempt): Outcome<never> {
  const { signal, timeoutMs } = context
  const server = `${channel.host}:${channel.port}`
  const error = thrown as NodemailerError
  const late = () => fail('timeout', `${server} did not finish within ${timeoutMs} ms`)
  if (signal.aborted) {
    return isTimeout(signal)
      ? late()
      : fail('unavailable', `the mail through ${server} was stopped: ${String(signal.reason)}`)
  }
  // A timer of the library, or of the system while it connects.
  if (error.code === 'ETIMEDOUT') return late()
  const cause = quote(error.response ?? error.message, channel, password)
  const system = error.originalCode ?? error.code ?? ''
  if (error.responseCode !== undefined) return fail(...judgeReply(error, server, channel), cause)
  if (error.code === 'EAUTH')
    return fail('unauthorized', `${server} offers no login that fits; correct user and password`, cause)
  if (certificateCode.test(system)) {
    const hint = 'renew it, correct host, or name its issuer in NODE_EXTRA_CA_CERTS'
    return fail('unavailable', `the certificate of ${server} does not prove who it is; ${hint}`, cause)
  }
  if (system === 'ECONNREFUSED') return fail('unavailable', `nothing listens at ${server}; is it running?`, system)
  return error.code === 'EENVELOPE' || error.code === 'EMESSAGE'
    ? fail('rejected', `the mail cannot go through ${server}; correct from, to and fallback of the channel`, cause)
    : fail('unavailable', `${server} cannot be used: the connection failed; check host, port and tls`, cause)
}

/** 4yz asks to come again, 5yz does not (RFC 5321 §4.2.1); each with what to do. */
function judgeReply(error: NodemailerError, server: string, { user }: SmtpChannel): [DriverErrorCode, string] {
  const { responseCode = 0, command = '', code } = error
  if (responseCode < 500) return ['unavailable', `${server} does not take the mail now`]
  if (code === 'EAUTH' || loginCodes.includes(responseCode)) {
    return user === undefined
      ? ['unauthorized', `${server} asks for a login; give user and password`]
      : ['unauthorized', `${server} refuses the login of ${user}; correct user and password`]
  }
  if (command === 'STARTTLS')
    return [
      'rejected',
      `${server} offers no STARTTLS; say tls: implicit where TLS starts at once, or use another server`,
    ]
  return ['rejected', `${server} refuses the mail; correct from, to and fallback of the channel`]
}

/** The refusal of some of the recipients, while others have got the mail; undefined where there is none. */
export function refusalOf(
  { channel, password }: Attempt,
  { rejectedErrors = [] }: { rejectedErrors?: NodemailerError[] | undefined },
): Outcome<never> | undefined {
  if (rejectedErrors.length === 0) return undefined
  const server = `${channel.host}:${channel.port}`
  const mayPass = rejectedErrors.some(({ responseCode = 500 }) => responseCode < 500)
  const refused = rejectedErrors.map(({ recipient }) => recipient ?? 'a recipient').join(', ')
  const cause = rejectedErrors.map(({ response }) => response ?? '').join('; ')
  return fail(
    mayPass ? 'unavailable' : 'rejected',
    `${server} refuses ${refused}, the others have the mail; correct to and fallback of the channel`,
    quote(cause, channel, password),
  )
}

/** In one line, shortened, without the password in any form in which AUTH sends it: a server may repeat a command it does not know. */
function quote(text: string, { user }: SmtpChannel, password: string | undefined): string {
  const forms = password
    ? [base64(`\0${user}\0${password}`), base64(`${user}\0${user}\0${password}`), base64(password), password]
    : []
  const clean = forms.reduce((redacted, form) => redacted.replaceAll(form, '[password]'), text)
  return clean.replace(/\p{Cc}+/gu, ' ').slice(0, quoteLength)
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')
