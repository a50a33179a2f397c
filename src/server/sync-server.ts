/**
 * Flags for clients that evaluate by themselves, over gRPC as flagd's sync protocol has it: the whole definitions at once, and again whenever they
 * change. A stream never ends with OK, for the stock client would not come back (docs/flags.md).
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js'
import { Admission } from './admission.ts'
import type { FlagStore, ServedFlags } from './flag-store.ts'
import { type SyncRequest, type SyncResponse, syncService } from './sync-contract.ts'

const maximumClients = 10_000
const newClientsPerSec = 500
/** When there is no place, clients come back after this time to twice of it. */
const fullMs = 30_000
/** Connections that wait to be taken, as far as the system has room for them. */
const backlog = 4_096
/** A connection that answers no ping within its time is gone, though nobody said so. */
const keepAlive = { 'grpc.keepalive_time_ms': 30_000, 'grpc.keepalive_timeout_ms': 10_000 }
const maximumRequestBytes = 65_536
/** Nobody reads what gRPC would count of each message. */
const uncounted = { 'grpc.enable_channelz': 0 }
const writesInATurn = 50
const usualLimits: SyncLimits = { takeMs: 30_000, bytesUnderWay: 134_217_728 }
/** Clients that do not let go are cut then. */
const closeMs = 1_000

export interface SyncOptions {
  host: string
  /** 0: any that is free. */
  port: number
  /** Of clients that come to listen; 500 a second where none is given. */
  admission?: Admission
  limits?: SyncLimits
}

export interface SyncLimits {
  /** A client takes up what it is sent within this time, or its connection is cut. */
  takeMs: number
  /** Definitions that are sent and not taken up yet, of all clients together. */
  bytesUnderWay: number
}

export interface SyncServer {
  /** As clients write it: `127.0.0.1:8015`. */
  address: string
  close(): Promise<void>
}

type SyncStream = ServerWritableStream<SyncRequest, SyncResponse>

const stopped = 'the server is stopped'

/** The address is taken, or is not this machine's. */
export class SyncAddressRefused extends Error {}

/** Throws `SyncAddressRefused`. */
export async function serveSync(store: FlagStore, { host, port, ...options }: SyncOptions): Promise<SyncServer> {
  const connections = new Map<string, Socket>()
  const streams = new SyncStreams(store, options, (peer) => connections.get(peer)?.destroy())
  const server = new Server({ ...keepAlive, ...uncounted, 'grpc.max_receive_message_length': maximumRequestBytes })
  server.addService(syncService, {
    SyncFlags: (stream: SyncStream) => streams.add(stream),
    FetchAllFlags: (_: unknown, answer: sendUnaryData<SyncResponse>) => answer(null, definitionsOf(store.served)),
    GetMetadata: (_: unknown, answer: sendUnaryData<object>) => answer(null, {}),
  })
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure())
  // gRPC's own listener takes no backlog, and lets nobody at its connections.
  const listener = createServer((socket) => {
    const peer = `${socket.remoteAddress}:${socket.remotePort}`
    connections.set(peer, socket)
    socket.on('close', () => connections.delete(peer))
    injector.injectConnection(socket)
  })
  listener.maxConnections = maximumClients
  const shown = host.includes(':') ? `[${host}]` : host
  try {
    listener.listen({ host, port, backlog })
    await once(listener, 'listening')
    // A connection that could not be taken; its client tries again.
    listener.on('error', () => {})
  } catch (error) {
    streams.close()
    server.forceShutdown()
    throw new SyncAddressRefused(`${shown}:${port} cannot be listened on for flagd's sync: ${(error as Error).message}`)
  }
  const close = async () => {
    const ended = once(listener, 'close')
    listener.close()
    streams.close()
    server.tryShutdown(() => {})
    const cut = setTimeout(() => {
      for (const socket of connections.values()) socket.destroy()
    }, closeMs)
    await ended
    clearTimeout(cut)
  }
  return { address: `${shown}:${(listener.address() as AddressInfo).port}`, close }
}

class SyncStreams {
  readonly #store: FlagStore
  readonly #admission: Admission
  readonly #limits: SyncLimits
  readonly #cut: (peer: string) => void
  readonly #streams = new Set<SyncStream>()
  /** Wait for the newest definitions; what came in between they never get. */
  readonly #behind = new Set<SyncStream>()
  /** Are being sent something: since when, and what. */
  readonly #busy = new Map<SyncStream, { sinceMs: number; served: ServedFlags }>()
  readonly #stopListening: () => void
  readonly #watch: NodeJS.Timeout
  #nextTurn: NodeJS.Immediate | undefined
  #isClosed = false

  /** `cut` ends the connection of a peer, as the stream names it. */
  constructor(
    store: FlagStore,
    { admission = new Admission(newClientsPerSec), limits = usualLimits }: Pick<SyncOptions, 'admission' | 'limits'>,
    cut: (peer: string) => void,
  ) {
    this.#store = store
    this.#admission = admission
    this.#limits = limits
    this.#cut = cut
    this.#stopListening = store.onChange(() => {
      for (const stream of this.#streams) if (!this.#busy.has(stream)) this.#behind.add(stream)
      this.#sendOn()
    })
    this.#watch = setInterval(() => this.#cutThoseThatTakeNothing(), limits.takeMs / 2)
    this.#watch.unref()
  }

  add(stream: SyncStream): void {
    if (this.#isClosed) {
      shed(stream, stopped)
      return
    }
    const backMs = this.#admit()
    if (backMs > 0) {
      shed(stream, 'too many clients come at once', backMs)
      return
    }
    for (const ending of ['cancelled', 'close', 'error']) stream.on(ending, () => this.#forget(stream))
    this.#streams.add(stream)
    this.#behind.add(stream)
    this.#sendOn()
  }

  close(): void {
    this.#isClosed = true
    clearInterval(this.#watch)
    this.#stopListening()
    for (const stream of this.#streams) shed(stream, stopped)
  }

  /** 0, or the milliseconds after which to come back. */
  #admit(): number {
    if (this.#streams.size >= maximumClients) return Math.round(fullMs * (1 + Math.random()))
    return this.#admission.take(performance.now())
  }

  /** To as many at a time as there is memory for. The first have it while it is written to the next. */
  #sendOn(): void {
    const { served } = this.#store
    if (!served || this.#isClosed || this.#nextTurn) return
    const together = Math.max(1, Math.floor(this.#limits.bytesUnderWay / served.text.length))
    let turns = writesInATurn
    for (const stream of this.#behind) {
      if (this.#busy.size >= together) return
      if (turns-- === 0) {
        this.#nextTurn = setImmediate(() => {
          this.#nextTurn = undefined
          this.#sendOn()
        })
        return
      }
      this.#behind.delete(stream)
      this.#busy.set(stream, { sinceMs: performance.now(), served })
      stream.write(definitionsOf(served), () => this.#isTaken(stream))
    }
  }

  #isTaken(stream: SyncStream): void {
    const served = this.#busy.get(stream)?.served
    this.#busy.delete(stream)
    if (served !== this.#store.served && this.#streams.has(stream)) this.#behind.add(stream)
    this.#sendOn()
  }

  #cutThoseThatTakeNothing(): void {
    const nowMs = performance.now()
    for (const [stream, { sinceMs }] of this.#busy)
      if (nowMs - sinceMs > this.#limits.takeMs) this.#cut(stream.getPeer())
  }

  #forget(stream: SyncStream): void {
    this.#streams.delete(stream)
    this.#behind.delete(stream)
    if (this.#busy.delete(stream)) this.#sendOn()
  }
}

/**
 * Clients come back after UNAVAILABLE: after `backMs` where they hold to gRPC's own word for it
 * (https://github.com/grpc/proposal/blob/master/A6-client-retries.md), else after a wait of their own.
 */
function shed(stream: SyncStream, details: string, backMs?: number): void {
  const metadata = new Metadata()
  if (backMs !== undefined) metadata.set('grpc-retry-pushback-ms', `${backMs}`)
  stream.emit('error', { code: status.UNAVAILABLE, details, metadata })
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
