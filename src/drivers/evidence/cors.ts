/** Which origins' pages a browser would let read a URL: the CORS protocol of the Fetch standard (https://fetch.spec.whatwg.org/#http-cors-protocol). */
import { createHash } from 'node:crypto'
import type { CorsCheck } from '../../core/plan/operator-probes.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner, DriverContext } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { exchangeHttp } from '../http-exchange.ts'
import { withDeadline } from '../with-deadline.ts'
import { askEach } from './ask-each.ts'
import { answerRefusal, preflightRefusal } from './cors-protocol.ts'

const maximumBytes = 1_048_576

interface Seen {
  /** Why a browser would keep the answer from the page; without one it is let in. */
  refusal?: string
  /** Of the actual request, where it was sent. */
  allowOrigin?: string
  variesByOrigin?: boolean
}

/**
 * For each origin: the preflight, where a browser sends one, and for GET and HEAD the request itself, without a cookie and without the
 * headers named: what the answer allows counts, whatever its status. Other methods might change something, so their preflight decides.
 */
export function createCorsCheckRunner(checks: Readonly<Record<string, CorsCheck>>): CheckRunner {
  return {
    name: 'cors',
    async runCheck(check, context) {
      const found = findByName('check', checks, check)
      if (!found.ok) return found
      const limited = withDeadline(context)
      const { allow, refuse } = found.value
      const origins = [...allow, ...refuse]
      const seen = await askEach(origins, (origin) => askAs(origin, found.value, limited))
      if (!seen.ok) return fail(seen.error.code, `${check}: ${seen.error.message}`, seen.error.cause)
      return succeed(evidenceOf(origins, allow.length, seen.value))
    },
    async ping(check) {
      const found = findByName('check', checks, check)
      return found.ok ? succeed(undefined) : found
    },
  }
}

async function askAs(origin: string, check: CorsCheck, context: DriverContext): Promise<Outcome<Seen>> {
  const { url, method, requestHeaders } = check
  const isRead = method === 'GET' || method === 'HEAD'
  const headers = { accept: '*/*', origin }
  const names = [...new Set(requestHeaders.map((name) => name.toLowerCase()))].sort()
  if (!isRead || names.length > 0) {
    const asked = {
      'access-control-request-method': method,
      ...(names.length > 0 && { 'access-control-request-headers': names.join(',') }),
    }
    const preflight = await exchangeHttp(
      { url, method: 'OPTIONS', headers: { ...headers, ...asked }, maximumBytes },
      context,
    )
    if (!preflight.ok) return preflight
    const refusal = preflightRefusal(preflight.value, { origin, names, ...check })
    if (refusal !== undefined) return succeed({ refusal: `the preflight ${refusal}` })
    if (!isRead) return succeed({})
  }
  const answer = await exchangeHttp({ url, method, headers, maximumBytes }, context)
  if (!answer.ok) return answer
  const { status, headers: given } = answer.value
  if ([301, 302, 303, 307, 308].includes(status))
    return fail('rejected', `${url} redirects (${status}); name the address that it leads to`)
  const refusal = answerRefusal(given, { origin, ...check })
  return succeed({
    ...(refusal !== undefined && { refusal: `the answer ${refusal}` }),
    allowOrigin: given['access-control-allow-origin'] ?? '',
    variesByOrigin: /(?:^|,)\s*(?:origin|\*)\s*(?:,|$)/i.test(given.vary ?? ''),
  })
}

/** The first `allowed` of the origins must be let in, the others must not. */
function evidenceOf(origins: readonly string[], allowed: number, seen: readonly Seen[]) {
  const wrong: string[] = []
  const details = seen.map(({ refusal }, index) => {
    const origin = origins[index] ?? ''
    const mustEnter = index < allowed
    const line = `${origin} is ${refusal === undefined ? 'let in' : `not let in: ${refusal}`}`
    if (mustEnter === (refusal === undefined)) return line
    wrong.push(origin)
    return `${line}; ${mustEnter ? 'allow it at the server' : 'the server must not allow it; does it reflect any origin?'}`
  })
  const asked = seen.filter(({ allowOrigin }) => allowOrigin !== undefined)
  if (new Set(asked.map(({ allowOrigin }) => allowOrigin)).size > 1 && asked.some((one) => !one.variesByOrigin))
    details.push(
      'warning: answers differ by origin, and not all say `Vary: Origin`; a cache may give the answer for one origin to another',
    )
  return {
    verdict: wrong.length === 0 ? ('passed' as const) : ('failed' as const),
    summary:
      wrong.length === 0
        ? `${origins.length} of ${origins.length} origins as expected`
        : `${wrong.length} of ${origins.length} origins not as expected: ${wrong.join(', ')}`,
    details,
    digest: createHash('sha256').update(details.join('\n')).digest('hex'),
  }
}
