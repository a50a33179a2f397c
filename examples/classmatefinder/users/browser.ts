// A very small browser: one user's requests, with a cookie jar of his own over connections that all users share.
import { Agent, type IncomingMessage, request } from 'node:http'

const timeoutMs = 5000
const bodyLimitBytes = 65_536

/** Status 0 means that no answer came: refused, broken or timed out. A body that is no JSON is undefined. */
export interface Answer {
  readonly status: number
  readonly version?: string
  readonly body: unknown
}

export interface Ask {
  readonly method?: 'GET' | 'POST' | 'PUT'
  readonly json?: object
  readonly token?: string
}

/** Connections kept open, at most `sockets`; further requests wait their turn. */
export function createConnections(sockets: number): Agent {
  return new Agent({ keepAlive: true, maxSockets: sockets, maxFreeSockets: 64 })
}

export class Browser {
  readonly #connections: Agent
  readonly #seen: (answer: Answer) => void
  readonly #cookies = new Map<string, string>()

  /** `seen` is told every answer. */
  constructor(connections: Agent, seen: (answer: Answer) => void) {
    this.#connections = connections
    this.#seen = seen
  }

  /** Never throws: what goes wrong is an answer of status 0. A request takes at most 5 s. */
  async ask(url: string, { method = 'GET', json, token }: Ask = {}): Promise<Answer> {
    const body = json && JSON.stringify(json)
    const headers = {
      ...(this.#cookies.size > 0 && {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '),
      }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    }
    const answer = await this.#send(url, { method, headers }, body)
    this.#seen(answer)
    return answer
  }

  #send(
    url: string,
    options: { method: string; headers: Record<string, string | number> },
    body: string | undefined,
  ): Promise<Answer> {
    return new Promise((resolve) => {
      const fail = (): void => resolve({ status: 0, body: undefined })
      const signal = AbortSignal.timeout(timeoutMs)
      const sent = request(url, { ...options, agent: this.#connections, signal }, (response) => {
        this.#keepCookies(response.headers['set-cookie'] ?? [])
        readAnswer(response).then(resolve, fail)
      })
      sent.on('error', fail)
      sent.end(body)
    })
  }

  #keepCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';')
      const separator = pair.indexOf('=')
      const name = pair.slice(0, separator).trim()
      if (attributes.some((attribute) => /^\s*max-age=(0|-\d+)\s*$/i.test(attribute))) this.#cookies.delete(name)
      else if (separator > 0) this.#cookies.set(name, pair.slice(separator + 1).trim())
    }
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  let text = ''
  response.setEncoding('utf8')
  for await (const chunk of response) {
    text += chunk
    if (text.length > bodyLimitBytes) throw new Error('the answer is too long')
  }
  const version = response.headers['x-version']
  return { status: response.statusCode ?? 0, body: parseJson(text), ...(typeof version === 'string' && { version }) }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
