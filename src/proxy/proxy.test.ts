/** The proxy between real clients and real backends: shares, conditions, requests, metrics. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { agent, ask, inBatches } from '../../test/contract/ask.ts'
import { type LoopbackServer, serveLoopback } from '../../test/contract/loopback-server.ts'
import { type ProxyProcess, startProxy } from '../../test/contract/proxy-process.ts'

const named = (name: string) => serveLoopback((_, response) => response.setHeader('set-cookie', 'own=1').end(name))

let v1: LoopbackServer
let v2: LoopbackServer
let proxy: ProxyProcess
let fence = 0

const backends = () => ({ v1: v1.url, v2: v2.url })
const setShares = (percent: number, extra: Record<string, unknown> = {}) => {
  fence++
  return proxy.put({
    shares: { v1: 100 - percent, v2: percent },
    fence,
    effectId: `e${fence}`,
    backends: backends(),
    ...extra,
  })
}

/** The value of one sample in the proxy's metrics; undefined if there is none. */
async function sample(name: string): Promise<number | undefined> {
  const line = (await ask(`${proxy.admin}/metrics`)).body.split('\n').find((text) => text.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length))
}

const counted = async (version: string, code: number) =>
  (await sample(`tidegate_proxy_requests_total{version="${version}",code="${code}"}`)) ?? 0

beforeAll(async () => {
  ;[v1, v2, proxy] = await Promise.all([named('v1'), named('v2'), startProxy({ STICKY_HEADER: 'X-User' })])
})
afterAll(async () => {
  agent.destroy()
  await Promise.all([v1, v2, proxy].map((each) => each[Symbol.asyncDispose]()))
})

describe('shares', () => {
  it('answers 503 until shares are set', async () => {
    await using fresh = await startProxy()
    const { status, body } = await ask(fresh.url)
    expect([status, body]).toEqual([503, expect.stringContaining('No shares are set')])
  })

  it('reads back what was set', async () => {
    const { status, body } = await setShares(12.5)
    expect(status).toBe(200)
    expect(body).toMatchObject({ shares: { v1: 87.5, v2: 12.5 }, fence, backends: backends() })
    expect(JSON.parse((await ask(`${proxy.admin}/shares`)).body)).toEqual(body)
  })

  it('divides 5,000 users as asked, within four standard deviations', async () => {
    await setShares(10)
    const users = Array.from({ length: 5_000 }, (_, i) => `user-${i}`)
    const answers = await inBatches(users, (user) => ask(proxy.url, { headers: { 'x-user': user } }))
    const candidate = answers.filter(({ body }) => body === 'v2').length
    expect(Math.abs(candidate - 500)).toBeLessThan(4 * Math.sqrt(5_000 * 0.1 * 0.9))
  })

  it('keeps each user on the candidate while its share rises', async () => {
    const cookies = await inBatches(Array.from({ length: 200 }), async () => {
      const [, cookie = ''] = (await ask(proxy.url)).cookies.map((text) => text.split(';')[0] ?? '')
      return cookie
    })
    expect(new Set(cookies).size).toBe(200)
    let before = new Set<string>()
    for (const percent of [5, 10, 35, 60, 100]) {
      await setShares(percent)
      const answers = await inBatches(cookies, async (cookie) => ({
        cookie,
        ...(await ask(proxy.url, { headers: { cookie } })),
      }))
      const now = new Set(answers.filter(({ body }) => body === 'v2').map(({ cookie }) => cookie))
      expect([...before].filter((cookie) => !now.has(cookie))).toEqual([])
      expect(answers.every(({ cookies: set }) => set.length === 1)).toBe(true)
      before = now
    }
    expect(before.size).toBe(200)
  })

  it('fails no request while shares flip under load, and moves the next request', async () => {
    let running = true
    const statuses = new Map<number, number>()
    const clients = Array.from({ length: 8 }, async (_, client) => {
      while (running) {
        const { status } = await ask(proxy.url, { headers: { 'x-user': `load-${client}` } })
        statuses.set(status, (statuses.get(status) ?? 0) + 1)
      }
    })
    for (let flip = 0; flip < 20; flip++) {
      await setShares(flip % 2 === 0 ? 100 : 0)
      const { body } = await ask(proxy.url, { headers: { 'x-user': `next-${flip}` } })
      expect(body).toBe(flip % 2 === 0 ? 'v2' : 'v1')
    }
    running = false
    await Promise.all(clients)
    expect([...statuses.keys()]).toEqual([200])
  })

  it('lets a request end where it began', async () => {
    const released = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    await using slow = await serveLoopback(async (_, response) => {
      begun.resolve()
      await released.promise
      response.end('slow v2')
    })
    await setShares(100, { backends: { v1: v1.url, v2: slow.url } })
    const pending = ask(proxy.url)
    await begun.promise
    await setShares(0)
    released.resolve()
    expect((await pending).body).toBe('slow v2')
    expect((await ask(proxy.url)).body).toBe('v1')
  })
})

describe('conditions', () => {
  it('refuses an older fence and changes nothing', async () => {
    await setShares(20)
    const { status, body } = await proxy.put({
      shares: { v1: 0, v2: 100 },
      fence: fence - 1,
      effectId: 'late',
      backends: backends(),
    })
    expect([status, body.fence]).toEqual([409, fence])
    expect(JSON.parse((await ask(`${proxy.admin}/shares`)).body)).toMatchObject({ shares: { v1: 80, v2: 20 }, fence })
  })

  it('takes the same change twice', async () => {
    const change = { shares: { v1: 70, v2: 30 }, fence: ++fence, effectId: 'twice', backends: backends() }
    expect((await proxy.put(change)).body).toEqual((await proxy.put(change)).body)
  })

  it('refuses shares that do not add up, and names the place', async () => {
    const { status, body } = await setShares(10, { shares: { v1: 10, v2: 10 } })
    expect([status, body.error]).toEqual([400, 'shares: the shares add up to 20, not to 100'])
  })

  it('asks for the admin token where one is set', async () => {
    await using guarded = await startProxy({ ADMIN_TOKEN: 'letmein' })
    const change = { shares: { v1: 100 }, fence: 1, effectId: 'e', backends: { v1: v1.url } }
    expect((await guarded.put(change)).status).toBe(401)
    expect((await guarded.put(change, { authorization: 'Bearer letmein' })).status).toBe(200)
  })

  it('refuses an admin request that names another host', async () => {
    const { status } = await ask(`${proxy.admin}/shares`, { headers: { host: 'evil.example' } })
    expect(status).toBe(421)
  })
})

describe('requests', () => {
  it('streams bodies both ways and says who asked', async () => {
    await using echo = await serveLoopback((incoming, response) => {
      response.setHeader('x-seen', `${incoming.headers['x-forwarded-for']} ${incoming.headers.host}`)
      incoming.pipe(response)
    })
    await setShares(100, { backends: { v1: v1.url, v2: echo.url } })
    const body = 'x'.repeat(3_000_000)
    expect((await ask(`${proxy.url}/a?b=c`, { body })).body).toBe(body)
  })

  it('gives a new visitor a cookie nobody else can read, beside those of the service', async () => {
    await setShares(0)
    const { cookies } = await ask(proxy.url)
    expect(cookies).toEqual([
      'own=1',
      expect.stringMatching(/^tidegate_id=[0-9a-f]{32}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/),
    ])
    const known = await ask(proxy.url, { headers: { cookie: cookies[1]?.split(';')[0] ?? '' } })
    expect(known.cookies).toEqual(['own=1'])
  })

  it('refuses headers beyond its limit', async () => {
    const { status } = await ask(proxy.url, { headers: { 'x-large': 'x'.repeat(20_000) } })
    expect(status).toBe(431)
  })
})

describe('metrics', () => {
  it('shows zeros for a version before its first request', async () => {
    await setShares(0, { backends: { ...backends(), v3: v1.url } })
    expect(await sample('tidegate_proxy_requests_total{version="v3",code="200"}')).toBe(0)
    expect(await sample('tidegate_proxy_request_duration_seconds_bucket{le="+Inf",version="v3"}')).toBe(0)
  })

  it('counts requests and durations by version', async () => {
    await setShares(100)
    const before = await counted('v2', 200)
    await inBatches(Array.from({ length: 7 }), () => ask(proxy.url))
    await expect.poll(() => counted('v2', 200)).toBe(before + 7)
    expect(await sample('tidegate_proxy_request_duration_seconds_bucket{le="2",version="v2"}')).toBeGreaterThanOrEqual(
      before + 7,
    )
  })

  it('counts a crashed backend as 502 of its version', async () => {
    const crashing = await named('v2')
    await setShares(100, { backends: { v1: v1.url, v2: crashing.url } })
    expect((await ask(proxy.url)).status).toBe(200)
    const before = await counted('v2', 502)
    await crashing[Symbol.asyncDispose]()
    const answers = await inBatches(Array.from({ length: 5 }), () => ask(proxy.url))
    expect(answers.map(({ status }) => status)).toEqual([502, 502, 502, 502, 502])
    await expect.poll(() => counted('v2', 502)).toBe(before + 5)
  })

  it.each(['resetAndDestroy', 'end'] as const)(
    'counts an answer that breaks off (%s) as 502, before its head or after',
    async (breakOff) => {
      await using breaking = await serveLoopback((incoming, response) => {
        if (incoming.url === '/half') response.writeHead(200, { 'content-length': 100 }).write('half')
        setTimeout(() => incoming.socket[breakOff](), 20)
      })
      await setShares(100, { backends: { v1: v1.url, v2: breaking.url } })
      const before = await counted('v2', 502)
      expect((await ask(proxy.url)).status).toBe(502)
      await expect(ask(`${proxy.url}/half`)).rejects.toThrow()
      // The client sees the break a moment before the proxy has counted it.
      await expect.poll(() => counted('v2', 502)).toBe(before + 2)
    },
  )

  it('gives up a version that does not answer in time, and counts 504', async () => {
    await using silent = await serveLoopback(() => undefined)
    await using impatient = await startProxy({ ANSWER_TIMEOUT_MS: '200' })
    await impatient.put({ shares: { v1: 100 }, fence: 1, effectId: 'e', backends: { v1: silent.url } })
    expect((await ask(impatient.url)).status).toBe(504)
    const { body } = await ask(`${impatient.admin}/metrics`)
    expect(body).toContain('tidegate_proxy_requests_total{version="v1",code="504"} 1')
  })

  it('counts a client that leaves as 499, not as a fault of the version', async () => {
    await using silent = await serveLoopback(() => undefined)
    await setShares(100, { backends: { v1: v1.url, v2: silent.url } })
    const before = await counted('v2', 499)
    const arrived = once(silent.server, 'request')
    const leaving = connect(Number(new URL(proxy.url).port), '127.0.0.1')
    leaving.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n')
    await arrived
    leaving.destroy()
    await expect.poll(() => counted('v2', 499)).toBe(before + 1)
  })
})
