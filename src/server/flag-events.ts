/** The event stream of OFREP 0.3.0: tells clients that the flags changed, so that they ask again. */
import type { ServerResponse } from 'node:http'
import { Admission } from './admission.ts'
import type { FlagStore, ServedFlags } from './flag-store.ts'

const maximumClients = 10_000
const newClientsPerSec = 1_000
/** When there is no place, clients come back after a time from this range. */
const fullMs = { least: 30_000, most: 60_000 }
/** Proxies cut what is silent for a minute. */
const heartbeatMs = 25_000
/** A client that takes up nothing is cut; it finds out when it comes back. */
const maximumBufferedBytes = 16_384
/** Clients come back after a time of their own, so that they do not come back together. */
const retryMs = { least: 1_000, most: 5_000 }

export class FlagEvents {
  readonly #clients = new Set<ServerResponse>()
  readonly #store: FlagStore
  readonly #admission: Admission
  readonly #stopListening: () => void
  readonly #heartbeat: NodeJS.Timeout

  constructor(store: FlagStore, admission = new Admission(newClientsPerSec)) {
    this.#store = store
    this.#admission = admission
    this.#stopListening = store.onChange((served) => {
      if (this.#clients.size > 0) this.#sendAll(eventOf(served))
    })
    this.#heartbeat = setInterval(() => this.#sendAll(':\n\n'), heartbeatMs)
    this.#heartbeat.unref()
  }

  /** 0 for whoever may be added now; else the milliseconds after which to come back. */
  admit(nowMs: number): number {
    return this.#clients.size >= maximumClients ? between(fullMs) : this.#admission.take(nowMs)
  }

  /**
   * `lastEventId`: the version that the client had when it lost the stream. Whoever has another, or is new, asks again at once: the flags may have
   * changed while the stream was opened.
   */
  add(response: ServerResponse, headers: Record<string, string>, lastEventId: string | undefined): void {
    // It ends with its connection: then an event is one write of its bytes, with no chunk around it.
    response.removeHeader('transfer-encoding')
    response.writeHead(200, {
      ...headers,
      connection: 'close',
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
    })
    this.#clients.add(response)
    response.on('close', () => this.#clients.delete(response))
    const { served } = this.#store
    const isBehind = served !== undefined && lastEventId !== served.version
    response.write(`retry: ${between(retryMs)}\n\n${isBehind ? eventOf(served) : ':\n\n'}`)
  }

  close(): void {
    clearInterval(this.#heartbeat)
    this.#stopListening()
    for (const client of this.#clients) client.end()
  }

  #sendAll(text: string): void {
    const bytes = Buffer.from(text)
    for (const client of this.#clients) {
      if (client.writableLength > maximumBufferedBytes) client.destroy()
      else client.write(bytes)
    }
  }
}

const between = ({ least, most }: { least: number; most: number }): number =>
  Math.round(least + Math.random() * (most - least))

function eventOf({ version, changedSec }: ServedFlags): string {
  const data = { type: 'refetchEvaluation', etag: version, lastModified: changedSec }
  return `id: ${version}\nevent: message\ndata: ${JSON.stringify(data)}\n\n`
}
