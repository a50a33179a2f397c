/** Channels on which the operator lets notices go out, by driver. */
import { z } from 'zod'
import { SecretRef } from './secret-ref.ts'
import { isLoopbackHost, SecureUrl } from './url.ts'

export const LogChannel = z.strictObject({ driver: z.literal('log') })

/** The port where TLS starts with the connection (RFC 8314 §3.3). */
export const submissionsPort = 465

/**
 * `local@domain` (RFC 5321 §4.1.2, without quoted local parts and display names). Line breaks, commas and brackets cannot stand
 * in it, so that an address never becomes two, or a header.
 */
const MailAddress = z
  .string()
  .max(254)
  .regex(
    /^[^\s@<>()[\],;:\\"\p{Cc}]{1,64}@[^\s@<>()[\],;:\\"\p{Cc}]+$/u,
    'a mail address such as oncall@example.com, without a name',
  )
const MailAddresses = z.array(MailAddress).min(1).max(50)

/** Mail through an SMTP server (RFC 5321, submission by RFC 6409). */
export const SmtpChannel = z
  .strictObject({
    driver: z.literal('smtp'),
    host: z.string().regex(/^[\w.:-]+$/, 'a host name or address'),
    port: z.int().min(1).max(65_535).default(587),
    tls: z
      .enum(['required', 'implicit', 'opportunistic', 'none'])
      .default('required')
      .describe(
        'required: STARTTLS, or TLS from the start at port 465; implicit: TLS from the start at any port; opportunistic: STARTTLS where offered; none: plain text, on loopback only',
      ),
    user: z.string().min(1).optional(),
    password: SecretRef.optional(),
    from: MailAddress,
    to: z.record(z.string(), MailAddresses).default({}).describe('Addresses by the role that a plan asks or tells'),
    fallback: MailAddresses.describe('Who gets what is meant for a role without addresses'),
  })
  .superRefine(({ host, port, tls, user, password }, context) => {
    const refuse = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message })
    const isLocal = isLoopbackHost(host)
    if (tls === 'none' && !isLocal)
      refuse('tls', `notices would go to ${host} in plain text; say required, or implicit where TLS starts at once`)
    if (tls === 'none' && port === submissionsPort)
      refuse('tls', `port ${submissionsPort} speaks TLS from the start; say required, or another port`)
    if (tls === 'opportunistic' && user !== undefined && !isLocal && port !== submissionsPort)
      refuse('tls', `whoever sits between could read the password; with a user, say required or implicit`)
    if ((user === undefined) !== (password === undefined))
      refuse(user === undefined ? 'user' : 'password', 'user and password go together; give both or none')
  })
export type SmtpChannel = z.infer<typeof SmtpChannel>

/** Headers that the driver sets itself. */
const ownHeader = /^(?:webhook-.*|content-.*|host|connection|transfer-encoding|expect)$/i

/** A POST for each notice, signed by the Standard Webhooks specification 1.0.0. */
export const WebhookChannel = z.strictObject({
  driver: z.literal('webhook'),
  url: SecureUrl,
  secret: SecretRef.describe(
    'The signing secret that the receiver has too: whsec_ and base64, or any text of 24 to 64 bytes',
  ),
  headers: z
    .record(
      z
        .string()
        .regex(/^[\w!#$%&'*+.^`|~-]+$/, 'the name of a header')
        .refine((name) => !ownHeader.test(name), 'Tidegate sets this header itself; leave it out'),
      z.string().regex(/^[\t\x20-\x7e]*$/, 'text of one line in ASCII'),
    )
    .default({})
    .describe('Sent with each request, such as authorization'),
})
export type WebhookChannel = z.infer<typeof WebhookChannel>

export const ChannelSpec = z.discriminatedUnion('driver', [LogChannel, SmtpChannel, WebhookChannel])
