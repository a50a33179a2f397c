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
}

export interface HttpAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: Buffer
}

/**
 * Sends the request on a connection of its own. `timeout`: no whole answer within `timeoutMs`; `unavailable`: no connection, or it
 * broke off (`cause` is the system's code, such as `ECONNREFUSED`), or the caller stopped it; `rejected`: the answer is
 * too large, or the request itself cannot be sent.
 */
export function exchangeHttp(request: HttpRequest, context: DriverContext): Promise<Outcome<HttpAnswer>> {
  const { url, method = 'GET', headers = {}, body, maximumBytes } = request
  const { signal: limit } = withDeadline(context)
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise<Outcome<HttpAnswer>>((resolve) => {
    const settleWith = (error: NodeJS.ErrnoException) => resolve(failureOf(url, error, limit, context.timeoutMs))
    if (limit.aborted) return settleWith(new Error('not sent'))
    const length = body === undefined ? {} : { 'content-length': `${Buffer.byteLength(body)}` }
    const sent = send(url, { method, headers: { ...headers, ...length }, agent: false, signal: limit }, (answer) => {
      collect(answer, maximumBytes).then((read) => {
        if (read === null) sent.destroy()
        if (read === null) resolve(fail('rejected', `${url} answered with more than ${maximumBytes} bytes`))
        else resolve(succeed({ status: answer.statusCode ?? 0, headers: answer.headers, body: read }))
      }, settleWith)
    })
    sent.on('error', settleWith)
    sent.end(body)
  }).catch((error: Error) => fail('rejected', `the request to ${url} cannot be made: ${error.message}`))
}

/** The whole body, or null if it is larger than allowed. */
async function collect(answer: IncomingMessage, maximumBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maximumBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
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
