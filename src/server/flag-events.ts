/** The event stream of OFREP 0.3.0: tells clients that the flags changed, so that they ask again. */
import type { ServerResponse } from 'node:http'
import type { FlagStore, ServedFlags } from './flag-store.ts'

const maximumClients = 10_000
/** Proxies cut what is silent for a minute. */
const heartbeatMs = 25_000
/** A client that takes up nothing is cut; it finds out when it comes back. */
const maximumBufferedBytes = 65_536
/** Clients come back after a time of their own, so that they do not come back together. */
const retryMs = { least: 1_000, most: 5_000 }

export class FlagEvents {
  readonly #clients = new Set<ServerResponse>()
  readonly #store: FlagStore
  readonly #stopListening: () => void
  readonly #heartbeat: NodeJS.Timeout

  constructor(store: FlagStore) {
    this.#store = store
    this.#stopListening = store.onChange((served) => this.#sendAll(eventOf(served)))
    this.#heartbeat = setInterval(() => this.#sendAll(':\n\n'), heartbeatMs)
    this.#heartbeat.unref()
  }

  /**
   * False when there are as many clients as there may be. `lastEventId`: the version that the client had when it lost the stream. Whoever has
   * another, or is new, asks again at once: the flags may have changed while the stream was opened.
   */
  add(response: ServerResponse, headers: Record<string, string>, lastEventId: string | undefined): boolean {
    if (this.#clients.size >= maximumClients) return false
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
    })
    this.#clients.add(response)
    response.on('close', () => this.#clients.delete(response))
    const retry = Math.round(retryMs.least + Math.random() * (retryMs.most - retryMs.least))
    const { served } = this.#store
    const isBehind = served !== undefined && lastEventId !== served.version
    response.write(`retry: ${retry}\n\n${isBehind ? eventOf(served) : ':\n\n'}`)
    return true
  }

  close(): void {
    clearInterval(this.#heartbeat)
    this.#stopListening()
    for (const client of this.#clients) client.end()
  }

  #sendAll(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > maximumBufferedBytes) client.destroy()
      else client.write(text)
    }
  }
}

function eventOf({ version, changedSec }: ServedFlags): string {
  const data = { type: 'refetchEvaluation', etag: version, lastModified: changedSec }
  return `id: ${version}\nevent: message\ndata: ${JSON.stringify(data)}\n\n`
}
