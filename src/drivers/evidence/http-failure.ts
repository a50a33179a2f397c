/** What an HTTP answer means that is no success, as an outcome (RFC 9110, and the rate limits of GitHub's REST API). */
import { type DriverErrorCode, fail, type Outcome } from '../../core/release/outcome.ts'
import type { HttpAnswer } from '../http-exchange.ts'

/**
 * Undefined for 2xx. 401 and 403 are `unauthorized`, 404 and 410 `notFound`, 429, 5xx and a 403 for too many requests `unavailable`
 * (saying when to ask again, where the server does), all else `rejected`: redirects too, so that nothing follows one to another
 * host. `what` was asked for, such as `the pull request 7 of a/b`; `words` are the server's own, without secrets.
 */
export function httpFailure(answer: HttpAnswer, what: string, words?: string): Outcome<never> | undefined {
  const { status, headers } = answer
  if (status >= 200 && status < 300) return undefined
  const limited = status === 429 || (status === 403 && isRateLimit(answer))
  if (limited) return fail('unavailable', `${what}: too many requests (${status})${askAgain(headers)}`, words)
  if (status >= 300 && status < 400)
    return fail('rejected', `${what}: it has moved (${status})${placeOf(headers.location)}; name its new place`, words)
  const { code, hint } = meaningOf(status)
  return fail(code, `${what}: the server answered ${status}${hint}`, words)
}

function meaningOf(status: number): { code: DriverErrorCode; hint: string } {
  if (status === 401)
    return { code: 'unauthorized', hint: '; it does not know these credentials, or they have expired' }
  if (status === 403) return { code: 'unauthorized', hint: '; these credentials may not read it' }
  if (status === 404 || status === 410)
    return { code: 'notFound', hint: '; it is not there, or these credentials may not see it' }
  return status >= 500 ? { code: 'unavailable', hint: '' } : { code: 'rejected', hint: '' }
}

const isRateLimit = ({ headers }: HttpAnswer): boolean =>
  headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined

/** GitHub's reset is in seconds since 1970; `retry-after` is a number of seconds or a date. */
function askAgain(headers: HttpAnswer['headers']): string {
  const after = headers['retry-after']
  if (after !== undefined && /^\d{1,9}$/.test(after)) return `; ask again in ${after} s`
  if (after !== undefined && !Number.isNaN(Date.parse(after))) return `; ask again from ${isoTime(Date.parse(after))}`
  const reset = Number(headers['x-ratelimit-reset'] ?? Number.NaN)
  return reset > 0 && reset < 1e11 ? `; the limit resets at ${isoTime(reset * 1_000)}` : ''
}

const isoTime = (ms: number): string => new Date(ms).toISOString()

/** Where a redirect leads, without its query: that may hold a signature. */
function placeOf(location: string | undefined): string {
  if (location === undefined || !URL.canParse(location)) return ''
  const { origin, pathname } = new URL(location)
  return ` to ${origin}${pathname}`
}
