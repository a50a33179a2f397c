/** Calls of the admin API of a flag server: authorised, bounded, and with what it refuses as outcomes. */
import { z } from 'zod'
import { adminPath } from '../../core/flags/register/admin-contract.ts'
import type { TidegateFlags } from '../../core/plan/operator.ts'
import { type DriverErrorCode, fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext } from '../../ports/drivers.ts'
import { exchangeHttp } from '../http-exchange.ts'
import { resolveSecret } from '../resolve-secret.ts'
import { orAbort } from '../with-deadline.ts'

const maximumBytes = 4 * 1024 * 1024
const Problem = z.object({ detail: z.string() })

export interface AdminCall<T> {
  /** Under the API's own path. */
  path: string
  /** Sent as JSON. */
  body?: object
  schema: z.ZodType<T>
}

/** Relative paths of secrets start at `folder`. */
export async function callAdmin<T>(
  { url, token: ref }: TidegateFlags,
  { path, body, schema }: AdminCall<T>,
  { folder, context }: { folder: string; context: DriverContext },
): Promise<Outcome<T>> {
  const token = await orAbort(
    () => resolveSecret(ref, { folder }),
    'reading the token of the flag server',
    context.signal,
  )
  if (!token.ok) return token
  const answer = await exchangeHttp(
    {
      url: `${url.replace(/\/+$/, '')}${adminPath}${path}`,
      headers: { authorization: `Bearer ${token.value}`, ...(body && { 'content-type': 'application/json' }) },
      maximumBytes,
      ...(body && { method: 'POST', body: JSON.stringify(body) }),
    },
    context,
  )
  if (!answer.ok) return answer
  const { status, body: bytes } = answer.value
  const json = jsonOf(bytes)
  if (status !== 200) return refusal(url, status, json)
  const parsed = schema.safeParse(json)
  return parsed.success
    ? succeed(parsed.data)
    : fail('rejected', `what answers at ${url} is no flag server of Tidegate; check the address`)
}

function refusal(url: string, status: number, json: unknown): Outcome<never> {
  const detail = Problem.safeParse(json).data?.detail
  if (status === 404 && detail === undefined)
    return fail('rejected', `${url} has no admin API; start the flag server with --admin-token-file`)
  return fail(codeOf(status), `the flag server at ${url} refused: ${detail ?? `status ${status}`}`)
}

function codeOf(status: number): DriverErrorCode {
  if (status === 401 || status === 403) return 'unauthorized'
  if (status === 404) return 'notFound'
  // The file is being edited, or changed in this moment: that passes.
  return status >= 500 || status === 412 || status === 429 ? 'unavailable' : 'rejected'
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
}
