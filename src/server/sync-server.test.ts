/** flagd's sync protocol, as the stock in-process provider and a bare client see it. */
import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { type Client, credentials, makeGenericClientConstructor, status } from '@grpc/grpc-js'
import { FlagdProvider } from '@openfeature/flagd-provider'
import { OpenFeature } from '@openfeature/server-sdk'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FlagStore } from './flag-store.ts'
import { type SyncResponse, syncService } from './sync-contract.ts'
import { type SyncServer, serveSync } from './sync-server.ts'

const definitions = (defaultVariant: string) =>
  JSON.stringify({ flags: { basket: { state: 'ENABLED', variants: { on: true, off: false }, defaultVariant } } })

let store: FlagStore
let server: SyncServer
const clients: Client[] = []

beforeEach(async () => {
  store = new FlagStore()
  expect(store.put(definitions('off'), 0)).toEqual([])
  server = await serveSync(store, { host: '127.0.0.1', port: 0 })
})
afterEach(async () => {
  await OpenFeature.close()
  for (const client of clients.splice(0)) client.close()
  await server.close()
})

interface Stream {
  on(event: 'data', listener: (response: SyncResponse) => void): Stream
  on(event: 'error', listener: (error: { code: number; details: string }) => void): Stream
  cancel(): void
}
function connect(options = {}, address = server.address) {
  const SyncService = makeGenericClientConstructor(syncService, 'FlagSyncService')
  const client = new SyncService(address, credentials.createInsecure(), options)
  clients.push(client)
  return client
}

function listen(client = connect()) {
  const texts: string[] = []
  const endings: { code: number; details: string }[] = []
  const stream: Stream = client.SyncFlags?.({ providerId: 'test', selector: '' })
  stream.on('data', ({ flagConfiguration }) => void texts.push(flagConfiguration))
  stream.on('error', ({ code, details }) => void endings.push({ code, details }))
  return { texts, endings, stream }
}

describe('the stock provider, in process', () => {
  async function provider() {
    const [host = '', port = ''] = server.address.split(':')
    const settings = { host, port: Number(port), resolverType: 'in-process' as const, tls: false }
    await OpenFeature.setProviderAndWait(new FlagdProvider({ ...settings, retryBackoffMaxMs: 200 }))
    return OpenFeature.getClient()
  }

  it('has each change from its next evaluation on', async () => {
    const client = await provider()
    expect(await client.getBooleanValue('basket', true)).toBe(false)
    store.put(definitions('on'), 1)
    await vi.waitFor(async () => expect(await client.getBooleanValue('basket', false)).toBe(true))
  })

  it('keeps what it has while the server is away, and has the newest when it is back', async () => {
    const client = await provider()
    const { address } = server
    await server.close()
    expect(await client.getBooleanValue('basket', true)).toBe(false)
    store.put(definitions('on'), 1)
    server = await serveSync(store, { host: '127.0.0.1', port: Number(address.split(':')[1]) })
    await vi.waitFor(async () => expect(await client.getBooleanValue('basket', false)).toBe(true), { timeout: 10_000 })
  })
})

describe('a stream', () => {
  it('begins with the definitions as they were given, and goes on with each change', async () => {
    const { texts, endings } = listen()
    await vi.waitFor(() => expect(texts).toEqual([definitions('off')]))
    store.put(definitions('on'), 1)
    await vi.waitFor(() => expect(texts).toEqual([definitions('off'), definitions('on')]))
    expect(endings).toEqual([])
  })

  it('says nothing of definitions that are refused', async () => {
    const { texts } = listen()
    await vi.waitFor(() => expect(texts).toHaveLength(1))
    expect(store.put('{"flags": {"basket": {}}}', 1)).not.toEqual([])
    store.put(definitions('on'), 1)
    await vi.waitFor(() => expect(texts.at(-1)).toBe(definitions('on')))
    expect(texts).toHaveLength(2)
  })

  it('ends with UNAVAILABLE when the server is stopped, which clients come back from, and never with OK', async () => {
    const { texts, endings } = listen()
    await vi.waitFor(() => expect(texts).toHaveLength(1))
    await server.close()
    await vi.waitFor(() => expect(endings).toEqual([{ code: status.UNAVAILABLE, details: 'the server is stopped' }]))
  })

  it('lives on beside pings that come often', async () => {
    const often = { 'grpc.keepalive_time_ms': 50, 'grpc.keepalive_permit_without_calls': 1 }
    const { texts, endings } = listen(connect(often))
    await vi.waitFor(() => expect(texts).toHaveLength(1))
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    store.put(definitions('on'), 1)
    await vi.waitFor(() => expect(texts).toHaveLength(2))
    expect(endings).toEqual([])
  })

  it('that takes nothing up gets the newest alone when it does', async () => {
    const stuck = listen()
    await vi.waitFor(() => expect(stuck.texts).toHaveLength(1))
    const large = (version: number) =>
      JSON.stringify({ ...JSON.parse(definitions('on')), metadata: { version, filling: 'x'.repeat(1_000_000) } })
    const last = 50
    // All in one turn of the event loop: nothing is taken up in between.
    for (let version = 1; version <= last; version++) store.put(large(version), version)
    await vi.waitFor(() => expect(stuck.texts.at(-1)).toBe(large(last)), { timeout: 10_000 })
    expect(stuck.texts.length).toBeLessThan(last / 2)
  })

  it('whose client never takes up what it is sent is cut, and keeps nobody from theirs', async () => {
    const large = JSON.stringify({ ...JSON.parse(definitions('on')), metadata: { filling: 'x'.repeat(1_000_000) } })
    store.put(large, 1)
    // One at a time: the others wait for the first.
    const slow = await serveSync(store, { host: '127.0.0.1', port: 0, limits: { takeMs: 200, bytesUnderWay: 1 } })
    const session = connectHttp2(`http://${slow.address}`)
    try {
      session.on('error', () => {})
      const headers = { 'content-type': 'application/grpc', te: 'trailers' }
      const stuck = session.request({
        ':method': 'POST',
        ':path': '/flagd.sync.v1.FlagSyncService/SyncFlags',
        ...headers,
      })
      stuck.on('error', () => {})
      stuck.pause().end(Buffer.alloc(5))
      await once(stuck, 'response')
      const others = [1, 2, 3].map(() => listen(connect({}, slow.address)).texts)
      await vi.waitFor(() => expect(others).toEqual([[large], [large], [large]]), { timeout: 10_000 })
      expect(session.destroyed).toBe(true)
    } finally {
      session.destroy()
      await slow.close()
    }
  })

  it('that was cancelled is forgotten', async () => {
    const { texts, stream } = listen()
    await vi.waitFor(() => expect(texts).toHaveLength(1))
    stream.cancel()
    const other = listen()
    await vi.waitFor(() => expect(other.texts).toHaveLength(1))
    store.put(definitions('on'), 1)
    await vi.waitFor(() => expect(other.texts).toHaveLength(2))
    expect(texts).toHaveLength(1)
  })
})

it('gives the definitions once to who asks once, and has no metadata to tell', async () => {
  const client = connect()
  const ask = (name: 'FetchAllFlags' | 'GetMetadata') =>
    new Promise((resolve) =>
      client[name]?.({}, (error: Error | null, response: unknown) => void resolve(error ?? response)),
    )
  expect(await ask('FetchAllFlags')).toEqual({ flagConfiguration: definitions('off') })
  expect(await ask('GetMetadata')).toEqual({})
})

it('says which address it cannot have', async () => {
  const port = Number(server.address.split(':')[1])
  await expect(serveSync(store, { host: '127.0.0.1', port })).rejects.toThrow(`127.0.0.1:${port} cannot be listened on`)
})
