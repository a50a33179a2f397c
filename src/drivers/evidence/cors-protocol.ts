/** What a browser makes of the CORS headers of an answer, by the Fetch standard. */
import type { IncomingHttpHeaders } from 'node:http'
import type { HttpAnswer } from '../http-exchange.ts'

interface Asked {
  origin: string
  /** Whether pages send cookies with the request. */
  credentials: boolean
}

/** The most that is quoted of a header. */
const quoteLength = 120
const quote = (text: string): string => JSON.stringify(text.slice(0, quoteLength))

/** CORS check (https://fetch.spec.whatwg.org/#cors-check): why the page may not read it, or `undefined`. */
export function answerRefusal(headers: IncomingHttpHeaders, { origin, credentials }: Asked): string | undefined {
  const allowed = headers['access-control-allow-origin']
  if (allowed === undefined) return 'has no Access-Control-Allow-Origin'
  if (allowed === '*' && !credentials) return undefined
  if (allowed === '*') return 'allows * for Access-Control-Allow-Origin, which does not count with credentials'
  if (allowed !== origin) return `has ${quote(allowed)} for Access-Control-Allow-Origin`
  const mayHaveCookies = headers['access-control-allow-credentials'] === 'true'
  return credentials && !mayHaveCookies ? 'does not say `Access-Control-Allow-Credentials: true`' : undefined
}

/**
 * CORS-preflight fetch (https://fetch.spec.whatwg.org/#cors-preflight-fetch): why the request may not follow, or `undefined`. `names` are
 * the headers asked for, in lower case.
 */
export function preflightRefusal(
  { status, headers }: HttpAnswer,
  asked: Asked & { method: string; names: readonly string[] },
): string | undefined {
  const refusal = answerRefusal(headers, asked)
  if (refusal !== undefined) return refusal
  if (status < 200 || status > 299) return `was answered ${status}, not with a status of 200 to 299`
  const methods = tokens(headers['access-control-allow-methods'])
  const allowed = tokens(headers['access-control-allow-headers'])
  if (methods === undefined) return 'has an Access-Control-Allow-Methods that is no list of methods'
  if (allowed === undefined) return 'has an Access-Control-Allow-Headers that is no list of names'
  const { method, names, credentials } = asked
  const isSafelisted = ['GET', 'HEAD', 'POST'].includes(method)
  if (!isSafelisted && !methods.includes(method) && (credentials || !methods.includes('*')))
    return `does not allow ${method} in Access-Control-Allow-Methods`
  const lower = allowed.map((name) => name.toLowerCase())
  // https://fetch.spec.whatwg.org/#cors-non-wildcard-request-header-name
  const isCovered = (name: string) =>
    lower.includes(name) || (lower.includes('*') && !credentials && name !== 'authorization')
  const missing = names.filter((name) => !isCovered(name))
  return missing.length === 0 ? undefined : `does not allow ${missing.join(', ')} in Access-Control-Allow-Headers`
}

/** The members of a list of tokens (RFC 9110, section 5.6.1), or `undefined` where it is none. */
function tokens(value: string | undefined): string[] | undefined {
  const members = (value ?? '')
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '')
  return members.every((member) => /^[\w!#$%&'*+.^`|~-]+$/.test(member)) ? members : undefined
}
