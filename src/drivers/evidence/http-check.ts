/** Smoke tests over HTTP: requests in order, each with what must come back; all are made, whatever the first ones gave. */
import { createHash, randomBytes } from 'node:crypto'
import type { z } from 'zod'
import type { HttpCheck, HttpExpectation } from '../../core/plan/operator-checks.ts'
import { fail, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { exchangeHttp, type HttpAnswer } from '../http-exchange.ts'
import { withDeadline } from '../with-deadline.ts'

const maximumBytes = 1_000_000
/** How much of an unexpected answer is quoted. */
const quoteLength = 120

type Expectation = z.infer<typeof HttpExpectation>

/** A request that gets no answer makes the whole check `unavailable` (or `timeout`): not seen is not failed. */
export function createHttpCheckRunner(checks: Readonly<Record<string, z.infer<typeof HttpCheck>>>): CheckRunner {
  return {
    name: 'http-check',
    async runCheck(check, context) {
      const found = findByName('check', checks, check)
      if (!found.ok) return found
      const limited = withDeadline(context)
      const { requests } = found.value
      const unique = randomBytes(6).toString('hex')
      const digest = createHash('sha256')
      const details: string[] = []
      const failed: string[] = []
      for (const expectation of requests) {
        const { name } = expectation
        const answer = await exchangeHttp({ ...requestOf(expectation, unique), maximumBytes }, limited)
        if (!answer.ok) return fail(answer.error.code, `${check}, ${name}: ${answer.error.message}`, answer.error.cause)
        digest.update(answer.value.body)
        const problems = problemsOf(expectation, answer.value)
        if (problems.length > 0) failed.push(name)
        const { method, url } = expectation
        const seen = `${name}: ${method} ${url} gave ${answer.value.status} with ${answer.value.body.length} bytes`
        details.push([seen, ...problems].join('; '))
      }
      const summary =
        failed.length === 0
          ? `${requests.length} of ${requests.length} as expected`
          : `${failed.length} of ${requests.length} not as expected: ${failed.join(', ')}`
      return succeed({
        verdict: failed.length === 0 ? 'passed' : 'failed',
        summary,
        details,
        digest: digest.digest('hex'),
      })
    },
    async ping(check) {
      const found = findByName('check', checks, check)
      return found.ok ? succeed(undefined) : found
    },
  }
}

function requestOf({ url, method, headers, json }: Expectation, unique: string) {
  if (json === undefined) return { url, method, headers }
  const body = JSON.stringify(json).replaceAll('{unique}', unique)
  return { url, method, headers: { 'content-type': 'application/json', ...headers }, body }
}

/** What differs from the expectation, in words. */
function problemsOf({ status, bodyIncludes }: Expectation, answer: HttpAnswer): string[] {
  const body = answer.body.toString('utf8')
  const quote = body === '' ? 'an empty body' : JSON.stringify(body.slice(0, quoteLength))
  const problems = bodyIncludes
    .filter((part) => !body.includes(part))
    .map((part) => `${JSON.stringify(part)} is not in the body`)
  if (!status.includes(answer.status)) problems.unshift(`expected ${status.join(' or ')}`)
  return problems.length === 0 ? [] : [...problems, `the body is ${quote}`]
}
