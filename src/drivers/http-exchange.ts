/** One bounded HTTP request, as several drivers need it: a time limit, a size limit, no redirects followed, errors as outcomes. */
import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { fail, type Outcome, succeed } from '../core/release/outcome.ts'
import type { DriverContext } from '../ports/drivers.ts'
import { isTimeout, withDeadline } from './with-deadline.ts'

export interface HttpRequest {
  url: string
  method?: string
  headers?: Readonly<Record<string, string>>
  body?: string
  maximumBytes: number
  /** What becomes of a larger answer: it is refused, or (`cut`) its beginning is enough. */
  overflow?: 'reject' | 'cut'
  /** How messages name the address, where it holds a secret. */
  shownAs?: string
}

export interface HttpAnswer {
  status: number
  /** Names in lower case; one that was sent several times is joined by commas. */
  headers: IncomingHttpHeaders
  body: Buffer
}

/**
 * Sends the request on a connection of its own. `timeout`: no whole answer within `timeoutMs`; `unavailable`: no connection, or it
 * broke off (`cause` is the system's code, such as `ECONNREFUSED`), or the caller stopped it; `rejected`: the answer is
 * too large, or the request itself cannot be sent. Redirects are answers like others.
 */
export function exchangeHttp(request: HttpRequest, context: DriverContext): Promise<Outcome<HttpAnswer>> {
  const { url, method = 'GET', headers = {}, body, maximumBytes, overflow = 'reject', shownAs = url } = request
  const { signal: limit } = withDeadline(context)
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise<Outcome<HttpAnswer>>((resolve) => {
    const settleWith = (error: NodeJS.ErrnoException) => resolve(failureOf(shownAs, error, limit, context.timeoutMs))
    if (limit.aborted) return settleWith(new Error('not sent'))
    const length = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` }
    const sent = send(url, { method, headers: { ...headers, ...length }, agent: false, signal: limit }, (answer) => {
      collect(answer, maximumBytes).then(({ body, isWhole }) => {
        if (!isWhole) sent.destroy()
        if (isWhole || overflow === 'cut')
          resolve(succeed({ status: answer.statusCode ?? 0, headers: answer.headers, body }))
        else resolve(fail('rejected', `${shownAs} answered with more than ${maximumBytes} bytes`))
      }, settleWith)
    })
    sent.on('error', settleWith)
    sent.end(body)
  }).catch((error: Error) => fail('rejected', `the request to ${shownAs} cannot be made: ${error.message}`))
}

/** The body, as far as it is not larger than allowed. */
async function collect(answer: IncomingMessage, maximumBytes: number): Promise<{ body: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    chunks.push(chunk)
    if (bytes > maximumBytes) return { body: Buffer.concat(chunks).subarray(0, maximumBytes), isWhole: false }
  }
  return { body: Buffer.concat(chunks), isWhole: true }
}

function failureOf(url: string, error: NodeJS.ErrnoException, limit: AbortSignal, timeoutMs: number): Outcome<never> {
  if (limit.aborted) {
    return isTimeout(limit)
      ? fail('timeout', `${url} did not answer within ${timeoutMs} ms`)
      : fail('unavailable', `the request to ${url} was stopped: ${String(limit.reason)}`)
  }
  if (error.code === 'ECONNREFUSED') return fail('unavailable', `nothing listens at ${url}; is it running?`, error.code)
  return fail('unavailable', `${url} cannot be reached: ${error.message}`, error.code)
}
