/** A controller in another process, over its socket. Light to load: the command line does it at every start. */
import { readFile } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { z } from 'zod'
import { Diagnostic } from '../core/plan/diagnostic.ts'
import { EventEnvelope } from '../core/release/events.ts'
import {
  type Answer,
  type CommandRequest,
  type ControllerApi,
  ControllerInfo,
  Problem,
  ReleaseDocument,
  ReleaseSummary,
  ReleaseView,
  type StartRequest,
} from './contract.ts'
import { addressFileOf, ControllerAddress, projectPath } from './controller-address.ts'
import { isListenedTo } from './is-listened-to.ts'

/** From the request to the last byte of its answer. */
const defaultTimeoutMs = 10_000
/** Bytes of an answer. */
const maximumAnswerBytes = 64 * 1024 * 1024

const StartAnswer = z.strictObject({ releaseId: z.string(), diagnostics: z.array(Diagnostic) })
const ReportAnswer = z.strictObject({ markdown: z.string() })

/** The controller of a state folder, or undefined when none is alive. Throws when its socket is there but not for this user. */
export async function connectToController(
  stateDir: string,
  timeoutMs: number = defaultTimeoutMs,
): Promise<ControllerApi | undefined> {
  const address = await readAddress(stateDir)
  return address && (await isListenedTo(address.socket)) ? new SocketClient(address.socket, timeoutMs) : undefined
}

/** A note that cannot be read points at no controller; whether one is alive, the store's lock will tell. */
async function readAddress(stateDir: string): Promise<ControllerAddress | undefined> {
  try {
    return ControllerAddress.parse(JSON.parse(await readFile(addressFileOf(stateDir), 'utf8')))
  } catch {
    return undefined
  }
}

/**
 * Answers are held to the contract exactly. Client and controller are of one version; where they are not, that is what the error says, and
 * nothing is shown that might be half understood. A request has been carried out all the same: an abort reaches a controller of any version.
 */
class SocketClient implements ControllerApi {
  readonly #socketPath: string
  readonly #timeoutMs: number

  constructor(socketPath: string, timeoutMs: number) {
    this.#socketPath = socketPath
    this.#timeoutMs = timeoutMs
  }

  info(): Promise<Answer<ControllerInfo>> {
    return this.#call(ControllerInfo, 'GET', '/v1/info')
  }

  start(body: StartRequest): Promise<Answer<z.infer<typeof StartAnswer>>> {
    return this.#call(StartAnswer, 'POST', `${projectPath}/releases`, body)
  }

  releases(): Promise<Answer<ReleaseSummary[]>> {
    return this.#call(z.array(ReleaseSummary), 'GET', `${projectPath}/releases`)
  }

  release(releaseId: string): Promise<Answer<ReleaseView>> {
    return this.#call(ReleaseView, 'GET', pathOf(releaseId))
  }

  command(releaseId: string, body: CommandRequest): Promise<Answer<ReleaseView>> {
    return this.#call(ReleaseView, 'POST', `${pathOf(releaseId)}/commands`, body)
  }

  events(releaseId: string, fromVersion: number): Promise<Answer<EventEnvelope[]>> {
    return this.#call(z.array(EventEnvelope), 'GET', `${pathOf(releaseId)}/events?from=${fromVersion}`)
  }

  report(releaseId: string): Promise<Answer<{ markdown: string }>> {
    return this.#call(ReportAnswer, 'GET', `${pathOf(releaseId)}/report`)
  }

  document(releaseId: string): Promise<Answer<ReleaseDocument>> {
    return this.#call(ReleaseDocument, 'GET', `${pathOf(releaseId)}/document`)
  }

  async #call<T>(schema: z.ZodType<T>, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer<T>> {
    const what = `${method} ${path}`
    const { status, text } = await this.#exchange(what, { method, path }, body)
    const ok = status >= 200 && status < 300
    try {
      const json: unknown = JSON.parse(text)
      return ok ? { ok, value: schema.parse(json) } : { ok, problem: Problem.parse(json) }
    } catch (error) {
      const issue = error instanceof z.ZodError ? error.issues[0] : undefined
      const why = issue ? `${issue.path.join('.')}: ${issue.message}` : 'no JSON'
      const done = ok && method === 'POST' ? 'has done it, but ' : ''
      throw new Error(
        `the controller was asked ${what} and ${done}answered ${status} with what this version cannot read (${why}): ` +
          'it is of another version; use that one, or restart the controller with this one',
      )
    }
  }

  async #exchange(
    what: string,
    target: { method: string; path: string },
    body: unknown,
  ): Promise<{ status: number; text: string }> {
    const signal = AbortSignal.timeout(this.#timeoutMs)
    const payload = body === undefined ? '' : JSON.stringify(body)
    const headers =
      payload === '' ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) }
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        const outgoing = request({ ...target, headers, socketPath: this.#socketPath, agent: false, signal }, resolve)
        outgoing.on('error', reject)
        outgoing.end(payload)
      })
      return { status: response.statusCode ?? 0, text: await readAll(response) }
    } catch (error) {
      const why = signal.aborted
        ? `did not answer within ${this.#timeoutMs / 1_000} s`
        : `was lost (${error instanceof Error ? error.message : error})`
      const outcome = target.method === 'POST' ? '; whether it was done is not known: see `tidegate status`' : ''
      throw new Error(`the controller at ${this.#socketPath} ${why} when asked ${what}${outcome}`, { cause: error })
    }
  }
}

const pathOf = (releaseId: string): string => `${projectPath}/releases/${encodeURIComponent(releaseId)}`

async function readAll(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response) {
    bytes += chunk.length
    if (bytes > maximumAnswerBytes) throw new Error(`an answer over ${maximumAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
