/** An address of the operator's files, and which ones stay on this machine. */
import { z } from 'zod'

export const Url = z.string().regex(/^https?:\/\/[^\s]+$/, 'an http or https URL')

const loopbackHost = String.raw`localhost|127(?:\.\d{1,3}){3}|\[::1\]`
const anyHost = String.raw`[^\s\/?#@:\\[\]]+|\[[\da-fA-F:.]+\]`

/**
 * `https`, or `http` to this machine. A name or password before the host is refused: they would hide where it goes
 * (`http://localhost@elsewhere`), and passwords have places of their own.
 */
export const SecureUrl = z
  .string()
  .regex(
    new RegExp(String.raw`^(?:https:\/\/(?:${anyHost})|http:\/\/(?:${loopbackHost}))(?::\d{1,5})?(?:[\/?#][^\s]*)?$`),
    'an https URL without a password in it; http only to localhost, 127.0.0.1 or [::1]',
  )

/** Whether a host name or address (IPv6 with or without brackets) never leaves this machine (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291 §2.5.3). */
export const isLoopbackHost = (host: string): boolean =>
  new RegExp(`^(?:${loopbackHost}|::1)$`).test(host.toLowerCase())
