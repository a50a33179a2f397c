/**
 * Flags for clients that evaluate by themselves, over gRPC as flagd's sync protocol has it: the whole definitions at once, and again whenever they
 * change. A stream never ends with OK, for the stock client would not come back (docs/flags.md).
 */
import { Server, ServerCredentials, type ServerWritableStream, type sendUnaryData, status } from '@grpc/grpc-js'
import type { FlagStore, ServedFlags } from './flag-store.ts'
import { type SyncRequest, type SyncResponse, syncService } from './sync-contract.ts'

const maximumClients = 10_000
/** A connection that answers no ping within its time is gone, though nobody said so. */
const keepAlive = { 'grpc.keepalive_time_ms': 30_000, 'grpc.keepalive_timeout_ms': 10_000 }
const maximumRequestBytes = 65_536
/** Clients that do not let go are cut then. */
const closeMs = 1_000

export interface SyncOptions {
  host: string
  /** 0: any that is free. */
  port: number
}

export interface SyncServer {
  /** As clients write it: `127.0.0.1:8015`. */
  address: string
  close(): Promise<void>
}

type SyncStream = ServerWritableStream<SyncRequest, SyncResponse>

/** The address is taken, or is not this machine's. */
export class SyncAddressRefused extends Error {}

/** Throws `SyncAddressRefused`. */
export async function serveSync(store: FlagStore, { host, port }: SyncOptions): Promise<SyncServer> {
  const streams = new SyncStreams(store)
  const server = new Server({ ...keepAlive, 'grpc.max_receive_message_length': maximumRequestBytes })
  server.addService(syncService, {
    SyncFlags: (stream: SyncStream) => streams.add(stream),
    FetchAllFlags: (_: unknown, answer: sendUnaryData<SyncResponse>) => answer(null, definitionsOf(store.served)),
    GetMetadata: (_: unknown, answer: sendUnaryData<object>) => answer(null, {}),
  })
  const shown = host.includes(':') ? `[${host}]` : host
  const bound = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`${shown}:${port}`, ServerCredentials.createInsecure(), (error, took) =>
      error ? reject(error) : resolve(took),
    )
  }).catch((error: Error) => {
    streams.close()
    server.forceShutdown()
    throw new SyncAddressRefused(`${shown}:${port} cannot be listened on for flagd's sync: ${error.message}`)
  })
  const close = async () => {
    streams.close()
    await new Promise<void>((resolve) => {
      const cut = setTimeout(() => server.forceShutdown(), closeMs)
      server.tryShutdown(() => {
        clearTimeout(cut)
        resolve()
      })
    })
  }
  return { address: `${shown}:${bound}`, close }
}

class SyncStreams {
  readonly #store: FlagStore
  /** Each with the version that it was sent last. */
  readonly #sent = new Map<SyncStream, string>()
  /** Have not taken up what they were sent: they get the newest when they have, and nothing in between. */
  readonly #full = new Set<SyncStream>()
  readonly #stopListening: () => void
  #isClosed = false

  constructor(store: FlagStore) {
    this.#store = store
    this.#stopListening = store.onChange((served) => {
      for (const stream of this.#sent.keys()) this.#send(stream, served)
    })
  }

  add(stream: SyncStream): void {
    if (this.#isClosed || this.#sent.size >= maximumClients) {
      shed(stream, 'there are too many clients')
      return
    }
    const forget = () => {
      this.#sent.delete(stream)
      this.#full.delete(stream)
    }
    stream.on('cancelled', forget)
    stream.on('close', forget)
    stream.on('error', forget)
    this.#sent.set(stream, '')
    const { served } = this.#store
    if (served) this.#send(stream, served)
  }

  close(): void {
    this.#isClosed = true
    this.#stopListening()
    for (const stream of this.#sent.keys()) shed(stream, 'the server is stopped')
    this.#sent.clear()
    this.#full.clear()
  }

  #send(stream: SyncStream, served: ServedFlags): void {
    if (this.#full.has(stream) || this.#sent.get(stream) === served.version) return
    this.#sent.set(stream, served.version)
    if (stream.write(definitionsOf(served))) return
    this.#full.add(stream)
    stream.once('drain', () => {
      this.#full.delete(stream)
      const { served: newest } = this.#store
      if (newest && this.#sent.has(stream)) this.#send(stream, newest)
    })
  }
}

/** Clients come back after UNAVAILABLE, each after a wait of its own that grows. */
function shed(stream: SyncStream, details: string): void {
  stream.emit('error', { code: status.UNAVAILABLE, details })
}

/** The same object for the same flags. */
function definitionsOf(served: ServedFlags | undefined): SyncResponse {
  if (!served) return nothing
  const known = responses.get(served) ?? { flagConfiguration: served.text }
  responses.set(served, known)
  return known
}
const nothing: SyncResponse = { flagConfiguration: '{"flags": {}}' }
const responses = new WeakMap<ServedFlags, SyncResponse>()
