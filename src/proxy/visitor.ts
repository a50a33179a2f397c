/** Who is asking: the key that keeps a user on one version, from a header if the operator names one, else from a cookie. */
import { randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

export const cookieName = 'tidegate_id'
const cookieAgeSeconds = 30 * 86_400
const cookie = new RegExp(`(?:^|;\\s*)${cookieName}=([0-9a-f]{32})(?:;|$)`)

/** `newCookie` is the `Set-Cookie` value for a visitor who had no valid cookie. */
export interface Visitor {
  key: string
  newCookie?: string
}

export function visitorOf(headers: IncomingHttpHeaders, stickyHeader: string | undefined): Visitor {
  const named = stickyHeader === undefined ? undefined : headers[stickyHeader]
  if (typeof named === 'string' && named !== '') return { key: named }
  const known = cookie.exec(headers.cookie ?? '')?.[1]
  if (known !== undefined) return { key: known }
  const key = randomBytes(16).toString('hex')
  return { key, newCookie: `${cookieName}=${key}; Path=/; Max-Age=${cookieAgeSeconds}; HttpOnly; SameSite=Lax` }
}
