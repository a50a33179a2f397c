/** Questions to GitHub's REST API, version 2022-11-28 (https://docs.github.com/rest): each one bounded exchange, its answer checked. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { GithubAccess } from '../../core/plan/operator-github-checks.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext } from '../../ports/drivers.ts'
import { exchangeHttp, type HttpAnswer } from '../http-exchange.ts'
import { resolveSecret } from '../resolve-secret.ts'
import { orAbort } from '../with-deadline.ts'
import { httpFailure } from './http-failure.ts'

/** GitHub's largest page, and as many pages as it gives of check runs. */
const perPage = 100
const maximumPages = 10
/** A check run may carry 128 KiB of text. */
const maximumBytes = 100 * 200_000
/** How much of GitHub's own words is kept. */
const quoteLength = 200

const Problem = z.object({ message: z.string() })

/** What is asked for: in words for messages, and the path below the repository with its query. */
export interface GithubQuestion {
  what: string
  path: string
  query?: Readonly<Record<string, string>>
}

export interface GithubReader {
  read<T>(question: GithubQuestion, shape: z.ZodType<T>): Promise<Outcome<T>>
  /** All pages, following the `Link` header; `rejected` when there are more than ten. */
  readPages<T>(question: GithubQuestion, shape: z.ZodType<T>): Promise<Outcome<T[]>>
  /** SHA-256 of the bytes of all answers so far, hexadecimal. */
  digest(): string
}

/** Reads the token now, so that a rotated one is used at the next call. Relative paths of secrets start at `folder`. */
export async function openGithub(
  { repository, baseUrl, token: tokenRef }: GithubAccess,
  context: DriverContext,
  { folder }: { folder: string },
): Promise<Outcome<GithubReader>> {
  const secret = await orAbort(() => resolveSecret(tokenRef, { folder }), 'reading the token', context.signal)
  if (!secret.ok) return secret
  const token = secret.value
  const digest = createHash('sha256')
  const base = baseUrl.replace(/\/+$/, '')
  const headers = {
    accept: 'application/vnd.github+json',
    authorization: `Bearer ${token}`,
    'user-agent': 'tidegate',
    'x-github-api-version': '2022-11-28',
  }
  async function ask<T>(url: string, what: string, shape: z.ZodType<T>): Promise<Outcome<{ value: T; next?: string }>> {
    const exchange = await exchangeHttp({ url, headers, maximumBytes }, context)
    if (!exchange.ok) return exchange
    digest.update(exchange.value.body)
    const body = parseJson(exchange.value.body)
    const words = Problem.safeParse(body).data?.message.replaceAll(token, '[token]').slice(0, quoteLength)
    const failure = httpFailure(exchange.value, what, words)
    if (failure) return failure
    const answer = shape.safeParse(body)
    if (!answer.success) return fail('rejected', `${what}: ${base} does not answer as GitHub's REST API does`)
    const next = nextPage(exchange.value)
    return succeed({ value: answer.data, ...(next === undefined ? {} : { next }) })
  }
  const urlOf = ({ path, query = {} }: GithubQuestion) => {
    const parameters = `${new URLSearchParams(query)}`
    return `${base}/repos/${repository}${path}${parameters && `?${parameters}`}`
  }
  return succeed({
    async read(question, shape) {
      const answer = await ask(urlOf(question), question.what, shape)
      return answer.ok ? succeed(answer.value.value) : answer
    },
    async readPages<T>(question: GithubQuestion, shape: z.ZodType<T>) {
      const { what, query } = question
      const pages: T[] = []
      let url: string | undefined = urlOf({ ...question, query: { ...query, per_page: `${perPage}` } })
      while (url !== undefined) {
        if (pages.length === maximumPages) return fail('rejected', `${what}: more than ${maximumPages * perPage}`)
        // The token goes nowhere else, whatever an answer says.
        if (new URL(url).origin !== new URL(base).origin)
          return fail('rejected', `${what}: its next page is not at ${base}; correct the base URL`)
        const answer: Outcome<{ value: T; next?: string }> = await ask(url, what, shape)
        if (!answer.ok) return answer
        pages.push(answer.value.value)
        url = answer.value.next
      }
      return succeed(pages)
    },
    digest: () => digest.copy().digest('hex'),
  })
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** The address that the `Link` header (RFC 8288) gives as `rel="next"`. */
function nextPage({ headers }: HttpAnswer): string | undefined {
  const link = [headers.link ?? ''].flat().join(', ')
  const next = [...link.matchAll(/<([^<>]*)>([^<]*)/g)].find(([, , parameters = '']) =>
    /\brel="?next\b/.test(parameters),
  )
  return next?.[1] !== undefined && URL.canParse(next[1]) ? next[1] : undefined
}
