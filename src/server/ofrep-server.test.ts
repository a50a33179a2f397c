import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { FlagStore } from './flag-store.ts'
import { serveOfrep } from './ofrep-server.ts'

const onOff = { state: 'ENABLED', variants: { on: true, off: false } }
const flags = {
  static: { ...onOff, defaultVariant: 'on', metadata: { owner: 'shop' } },
  targeted: { ...onOff, defaultVariant: 'off', targeting: { if: [{ '==': [{ var: 'plan' }, 'gold'] }, 'on', null] } },
  open: { ...onOff },
  disabled: { ...onOff, state: 'DISABLED' },
  'a/b c': { ...onOff, defaultVariant: 'off' },
  failing: { ...onOff, targeting: { '+': [{ var: 'plan' }, 1] } },
}
const set = { flags, metadata: { version: '7' } }
const withStatic = (defaultVariant: string) => ({
  ...set,
  flags: { ...flags, static: { ...flags.static, defaultVariant } },
})

let nowSec = 1_000
const store = new FlagStore()
const server = await serveOfrep(store, {
  host: '127.0.0.1',
  port: 0,
  origins: ['https://shop.example'],
  nowSec: () => nowSec,
})
afterAll(() => server.close())
const put = (definitions: object) => store.put(JSON.stringify(definitions), nowSec)
beforeEach(() => void put(set))

const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/ofrep/v1/evaluate/flags${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
const gold = { context: { targetingKey: 'u1', plan: 'gold' } }
const metadata = { version: '7' }

describe('one flag', () => {
  it.each<[string, number, object]>([
    [
      'static',
      200,
      { key: 'static', value: true, variant: 'on', reason: 'STATIC', metadata: { owner: 'shop', version: '7' } },
    ],
    ['targeted', 200, { key: 'targeted', value: true, variant: 'on', reason: 'TARGETING_MATCH', metadata }],
    ['open', 200, { key: 'open', reason: 'DEFAULT', metadata }],
    ['disabled', 200, { key: 'disabled', reason: 'DISABLED', metadata }],
    ['a%2Fb%20c', 200, { key: 'a/b c', value: false, variant: 'off', reason: 'STATIC', metadata }],
    [
      'failing',
      400,
      {
        key: 'failing',
        errorCode: 'GENERAL',
        errorDetails: "the targeting of flag 'failing' failed: an operand is not a number",
        metadata,
      },
    ],
    ['none', 404, { key: 'none', errorCode: 'FLAG_NOT_FOUND', errorDetails: "there is no flag 'none'", metadata }],
  ])('%s is %i', async (key, status, body) => {
    const response = await post(`/${key}`, gold)
    expect([response.status, await response.json()]).toEqual([status, body])
  })

  it.each(['', '{', '[]', '5', '{}', '{"context": []}', '{"context": null}', '{"context": {"targetingKey": 5}}'])(
    'refuses %j as a request',
    async (body) => {
      const response = await post('/static', body)
      expect([response.status, await response.json()]).toMatchObject([
        400,
        body === '' ? {} : { key: 'static', errorCode: 'INVALID_CONTEXT' },
      ])
    },
  )

  it('reads 64 KiB, and nothing but JSON', async () => {
    expect((await post('/static', JSON.stringify(gold).padEnd(65_536))).status).toBe(200)
    expect((await post('/static', JSON.stringify(gold).padEnd(65_537))).status).toBe(413)
    expect((await post('/static', gold, { 'content-type': 'text/plain' })).status).toBe(415)
  })

  it('leaves what all objects inherit as it is', async () => {
    expect((await post('/targeted', '{"context": {"__proto__": {"plan": "gold"}, "constructor": 1}}')).status).toBe(200)
    expect(({} as { plan?: unknown }).plan).toBeUndefined()
  })
})

describe('all flags', () => {
  it('come with their metadata and where changes are told', async () => {
    const body = (await (await post('', gold)).json()) as { flags: { key: string }[] }
    expect(body.flags.map(({ key }) => key)).toEqual(Object.keys(flags))
    expect(body.flags[5]).toMatchObject({ key: 'failing', errorCode: 'GENERAL' })
    expect(body).toMatchObject({
      metadata,
      eventStreams: [{ type: 'sse', endpoint: { requestUri: '/ofrep/v1/events' } }],
    })
  })

  it('are not sent again as long as neither they nor the request change', async () => {
    const etag = (await post('', gold)).headers.get('etag') ?? ''
    const again = await post('', gold, { 'if-none-match': etag })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    expect((await post('', gold, { 'if-none-match': `"x", W/${etag}` })).status).toBe(304)
    expect((await post('', { context: { targetingKey: 'u2' } }, { 'if-none-match': etag })).status).toBe(200)
    put(withStatic('off'))
    expect((await post('', gold, { 'if-none-match': etag })).status).toBe(200)
    put(set)
    expect((await post('', gold, { 'if-none-match': etag })).status).toBe(304)
  })

  it('are sent again when the time changes an answer', async () => {
    put({
      flags: { timed: { ...onOff, targeting: { if: [{ '>': [{ var: '$flagd.timestamp' }, 2_000] }, 'on', 'off'] } } },
    })
    const etag = (await post('', gold)).headers.get('etag') ?? ''
    nowSec = 1_999
    expect((await post('', gold, { 'if-none-match': etag })).status).toBe(304)
    nowSec = 2_001
    expect((await post('', gold, { 'if-none-match': etag })).status).toBe(200)
  })

  it('need a context', async () => {
    expect(await (await post('', {})).json()).toMatchObject({ errorCode: 'INVALID_CONTEXT' })
  })
})

describe('the stream of changes', () => {
  async function* eventsOf(headers: Record<string, string> = {}) {
    const ending = new AbortController()
    const response = await fetch(`${server.url}/ofrep/v1/events`, { headers, signal: ending.signal })
    try {
      for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) yield text
    } finally {
      ending.abort()
    }
  }
  const next = async (events: AsyncGenerator<string>) => (await events.next()).value as string
  const version = () => store.served?.version

  it('tells each change once, with the version', async () => {
    const events = eventsOf()
    const first = await next(events)
    expect(first).toMatch(/^retry: [1-5]\d{3}\n\nid: /)
    expect(first).toContain(`id: ${version()}\n`)
    put(withStatic('off'))
    put(withStatic('off'))
    put({ flags: 'broken' })
    const data = JSON.stringify({ type: 'refetchEvaluation', etag: version(), lastModified: Math.floor(nowSec) })
    expect(await next(events)).toBe(`id: ${version()}\nevent: message\ndata: ${data}\n\n`)
    await events.return(undefined)
  })

  it('tells whoever comes back what was missed', async () => {
    const behind = eventsOf({ 'last-event-id': 'older' })
    expect(await next(behind)).toContain(`id: ${version()}\n`)
    await behind.return(undefined)
    const level = eventsOf({ 'last-event-id': version() ?? '' })
    expect(await next(level)).not.toContain('data:')
    await level.return(undefined)
  })
})

describe('pages of other origins', () => {
  it.each([
    ['https://shop.example', 'https://shop.example'],
    ['https://evil.example', null],
  ])('from %s are let in: %s', async (origin, allowed) => {
    const asked = await fetch(`${server.url}/ofrep/v1/evaluate/flags`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, allowed])
    expect((await post('/static', gold, { origin })).headers.get('access-control-allow-origin')).toBe(allowed)
  })
})

it('knows no other path', async () => expect((await fetch(`${server.url}/`)).status).toBe(404))
