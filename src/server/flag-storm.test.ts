/** A flag server that goes away and comes back: all who listened lose it at once, and none of them is left out. */
import { type Client, credentials, type Metadata, makeGenericClientConstructor, status } from '@grpc/grpc-js'
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider'
import { OpenFeature, type Provider } from '@openfeature/web-sdk'
import { EventSource } from 'eventsource'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Admission } from './admission.ts'
import { FlagStore } from './flag-store.ts'
import { serveOfrep } from './ofrep-server.ts'
import { type SyncResponse, syncService } from './sync-contract.ts'
import { serveSync } from './sync-server.ts'

const definitions = (defaultVariant: string) =>
  JSON.stringify({ flags: { basket: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant } } })

class CountedAdmission extends Admission {
  turnedAway = 0

  override take(nowMs: number): number {
    const backMs = super.take(nowMs)
    if (backMs > 0) this.turnedAway += 1
    return backMs
  }
}

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

function storeOf(defaultVariant: string): FlagStore {
  const store = new FlagStore()
  expect(store.put(definitions(defaultVariant), 0)).toEqual([])
  return store
}

describe('over the event stream', () => {
  async function serve(store: FlagStore, port: number, admission?: Admission) {
    const options = { host: '127.0.0.1', port, origins: [], nowSec: () => 1_000 }
    const server = await serveOfrep(store, admission ? { ...options, admission } : options)
    closing.push(() => server.close())
    return server
  }

  function listen(url: string): { source: EventSource; versions: string[] } {
    const versions: string[] = []
    const source = new EventSource(url)
    source.addEventListener('message', ({ data }) => void versions.push(JSON.parse(data).etag))
    closing.push(() => source.close())
    return { source, versions }
  }

  it('event sources come back and are told what changed; a page answers from what it has meanwhile', async () => {
    const store = storeOf('off')
    const first = await serve(store, 0)
    const clients = Array.from({ length: 150 }, () => listen(`${first.url}/ofrep/v1/events`))
    vi.stubGlobal('EventSource', EventSource)
    closing.push(() => vi.unstubAllGlobals())
    closing.push(() => OpenFeature.close())
    // Its type and the SDK's differ in what may be `undefined`.
    await OpenFeature.setProviderAndWait(new OFREPWebProvider({ baseUrl: first.url, pollInterval: 0 }) as Provider)
    const page = OpenFeature.getClient()
    await vi.waitFor(() => expect(clients.every(({ versions }) => versions.length === 1)).toBe(true), 10_000)
    const before = store.served?.version
    await first.close()
    store.put(definitions('on'), 1)
    expect(page.getBooleanValue('basket', true)).toBe(false)
    const admission = new CountedAdmission(20)
    await serve(store, Number(new URL(first.url).port), admission)
    await vi.waitFor(
      () => {
        for (const { versions } of clients) expect(versions).toEqual([before, store.served?.version])
        expect(page.getBooleanValue('basket', false)).toBe(true)
      },
      { timeout: 50_000, interval: 250 },
    )
    expect(admission.turnedAway).toBeGreaterThan(0)
    expect(clients.every(({ source }) => source.readyState === EventSource.OPEN)).toBe(true)
  }, 60_000)

  it('whoever is turned away is told when to come back, in its own words', async () => {
    const { url } = await serve(storeOf('off'), 0, new Admission(1))
    const ending = new AbortController()
    closing.push(() => ending.abort())
    const ask = (accept: string) => fetch(`${url}/ofrep/v1/events`, { headers: { accept }, signal: ending.signal })
    expect((await ask('*/*')).headers.get('content-type')).toBe('text/event-stream')
    const plain = await ask('*/*')
    expect([plain.status, Number(plain.headers.get('retry-after'))]).toEqual([503, 1])
    const source = await ask('text/event-stream')
    expect([source.status, await source.text()]).toEqual([200, expect.stringMatching(/^retry: [12]\d{3}\n\n$/)])
  })
})

describe("over flagd's sync", () => {
  /** As the stock provider sets it. */
  const retryPolicy = {
    maxAttempts: 4,
    initialBackoff: '1s',
    maxBackoff: '5s',
    backoffMultiplier: 2,
    retryableStatusCodes: ['UNAVAILABLE', 'UNKNOWN'],
  }
  const serviceConfig = JSON.stringify({
    loadBalancingConfig: [],
    methodConfig: [{ name: [{ service: 'flagd.sync.v1.FlagSyncService' }], retryPolicy }],
  })

  async function serve(store: FlagStore, port: number, admission?: Admission) {
    const options = { host: '127.0.0.1', port }
    const server = await serveSync(store, admission ? { ...options, admission } : options)
    closing.push(() => server.close())
    return server
  }

  function connect(address: string, options = {}): Client {
    const Sync = makeGenericClientConstructor(syncService, 'FlagSyncService')
    const own = { 'grpc.use_local_subchannel_pool': 1, ...options }
    const client = new Sync(address, credentials.createInsecure(), own)
    closing.push(() => client.close())
    return client
  }

  /** Opens its stream again whenever it ends. */
  function listen(address: string): string[] {
    const texts: string[] = []
    const client = connect(address, { 'grpc.service_config': serviceConfig })
    const open = () => {
      // biome-ignore lint/complexity/useLiteralKeys: the generated client has its methods by name.
      const stream = (client as Client & Record<string, CallableFunction>)['SyncFlags']?.({})
      stream.on('data', ({ flagConfiguration }: SyncResponse) => void texts.push(flagConfiguration))
      stream.on('error', ({ code }: { code: number }) => {
        if (code === status.UNAVAILABLE) setTimeout(open, 500)
      })
    }
    open()
    return texts
  }

  it('clients come back and have the newest definitions', async () => {
    const store = storeOf('off')
    const first = await serve(store, 0)
    const clients = Array.from({ length: 100 }, () => listen(first.address))
    await vi.waitFor(() => expect(clients.every((texts) => texts.length === 1)).toBe(true), 10_000)
    await first.close()
    store.put(definitions('on'), 1)
    const admission = new CountedAdmission(15)
    await serve(store, Number(first.address.split(':')[1]), admission)
    await vi.waitFor(
      () => {
        for (const texts of clients) expect(texts).toEqual([definitions('off'), definitions('on')])
      },
      { timeout: 50_000, interval: 250 },
    )
    expect(admission.turnedAway).toBeGreaterThan(0)
  }, 60_000)

  it('whoever is turned away is told when to come back', async () => {
    const { address } = await serve(storeOf('off'), 0, new Admission(1))
    const ask = () =>
      new Promise((resolve) => {
        // biome-ignore lint/complexity/useLiteralKeys: the generated client has its methods by name.
        const stream = (connect(address) as Client & Record<string, CallableFunction>)['SyncFlags']?.({})
        stream.on('data', () => resolve('let in'))
        stream.on('error', ({ code, metadata }: { code: number; metadata: Metadata }) =>
          resolve([code, metadata.get('grpc-retry-pushback-ms')]),
        )
        closing.push(() => stream.cancel())
      })
    expect(await ask()).toBe('let in')
    expect(await ask()).toEqual([status.UNAVAILABLE, [expect.stringMatching(/^[12]\d{3}$/)]])
  })
})
