/**
 * Clients that come back by themselves whenever their stream ends: `clients.ts events|sync COUNT ADDRESS`. They tell their parent when all are there, and, once it has
 * said that the server will be lost, when all are back, and what it took. Those of the event stream do what an EventSource does; those of sync what flagd's
 * stock provider does: gRPC's own retries, then another try after five seconds.
 */
import { get } from 'node:http'
import { type Client, credentials, makeGenericClientConstructor } from '@grpc/grpc-js'
import { type SyncResponse, syncService } from '../../src/server/sync-contract.ts'
import { nowMs } from '../flag-changes/shared.ts'

export interface Return {
  /** Milliseconds since 1970 of each client's return. */
  backAtMs: number[]
  /** Of each try to open a stream; those that gRPC makes by itself are not seen. */
  triedAtMs: number[]
  turnedAway: number
}

const [kind = '', count = '', address = ''] = process.argv.slice(2)
const clients = Number(count)
/** Pace of the first opening, which is not what is measured. */
const opening = { clients: 5, everyMs: 15 }
/** An EventSource that nobody told anything; the stock provider's. */
const defaultRetryMs = 3_000
const providerRetryMs = 5_000
const readyMs = 500

/** As the stock provider sets it. */
const serviceConfig = JSON.stringify({
  loadBalancingConfig: [],
  methodConfig: [
    {
      name: [{ service: 'flagd.sync.v1.FlagSyncService' }],
      retryPolicy: {
        maxAttempts: 4,
        initialBackoff: '1s',
        maxBackoff: '5s',
        backoffMultiplier: 2,
        retryableStatusCodes: ['UNAVAILABLE', 'UNKNOWN'],
      },
    },
  ],
})

let seen: Return = { backAtMs: [], triedAtMs: [], turnedAway: 0 }
process.on('message', () => {
  seen = { backAtMs: [], triedAtMs: [], turnedAway: 0 }
})

const open = kind === 'sync' ? openSync : openEvents
for (let opened = 0; opened < clients; opened += opening.clients) {
  for (let index = opened; index < Math.min(clients, opened + opening.clients); index++) open()
  await new Promise((resolve) => setTimeout(resolve, opening.everyMs))
}

/** There, or there again. */
function arrived(): void {
  seen.backAtMs.push(nowMs())
  if (seen.backAtMs.length === clients) process.send?.(seen)
}

function openEvents(lastEventId = '', waitMs = defaultRetryMs): void {
  let [version, retryMs, isThere, isOver] = [lastEventId, waitMs, false, false]
  const again = () => {
    if (isOver) return
    isOver = true
    setTimeout(() => openEvents(version, retryMs), retryMs)
  }
  seen.triedAtMs.push(nowMs())
  const headers = { accept: 'text/event-stream', ...(version && { 'last-event-id': version }) }
  get(`${address}/ofrep/v1/events`, { agent: false, headers }, (response) => {
    if (response.statusCode !== 200) throw new Error(`an EventSource gives up at ${response.statusCode}`)
    response.setEncoding('utf8')
    response.on('data', (text: string) => {
      retryMs = Number(/^retry: (\d+)$/m.exec(text)?.[1] ?? retryMs)
      version = /^id: (.+)$/m.exec(text)?.[1] ?? version
      // Whoever is turned away is told when to come back, and nothing else.
      if (isThere || !/^(id|:)/m.test(text)) return
      isThere = true
      arrived()
    })
    response.on('close', () => {
      if (!isThere) seen.turnedAway += 1
      again()
    })
    response.on('error', again)
  }).on('error', again)
}

function openSync(): void {
  const Sync = makeGenericClientConstructor(syncService, 'FlagSyncService')
  const own = { 'grpc.use_local_subchannel_pool': 1, 'grpc.service_config': serviceConfig }
  listen(new Sync(address, credentials.createInsecure(), own) as SyncClient)
}

type SyncClient = Client & Record<string, CallableFunction>

function listen(client: SyncClient): void {
  client.waitForReady(Date.now() + readyMs, (error) => {
    if (error) return listen(client)
    seen.triedAtMs.push(nowMs())
    let isThere = false
    const stream = client.SyncFlags?.({})
    stream.on('data', (_: SyncResponse) => {
      if (!isThere) arrived()
      isThere = true
    })
    stream.on('error', () => {
      if (!isThere) seen.turnedAway += 1
      setTimeout(() => listen(client), providerRetryMs)
    })
  })
}
