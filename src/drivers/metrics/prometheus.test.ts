import type { RequestListener } from 'node:http'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { freePort, type LoopbackServer, serveLoopback } from '../../../test/contract/loopback-server.ts'
import { metricSourceContract } from '../../../test/contract/metric-source.ts'
import { hasPrometheus, type PrometheusProcess, startPrometheus } from '../../../test/contract/prometheus-server.ts'
import { createPrometheusSource } from './prometheus.ts'

const arms = { label: 'version', candidate: 'v2', baseline: 'v1' }

const sourceAt = (url: string, staleAfter = 60_000) =>
  createPrometheusSource({ main: { driver: 'prometheus', url, headers: {}, staleAfter } })

/** More often than people scrape, so that the suite need not wait a second for each page it shows. */
const scrapeIntervalMs = 100

describe.skipIf(!hasPrometheus())('on a real Prometheus', () => {
  const handlers = new Map<string, RequestListener>()
  const servers = new Map<string, LoopbackServer>()
  let ports: Record<string, number>
  let prometheus: PrometheusProcess

  // One for all: after its start it waits five seconds before it scrapes.
  beforeAll(async () => {
    ports = { one: await freePort(), two: await freePort() }
    const targets = Object.values(ports).map((port) => `127.0.0.1:${port}`)
    prometheus = await startPrometheus(targets, scrapeIntervalMs)
  }, 30_000)
  afterAll(() => prometheus[Symbol.asyncDispose]())

  /** What the process shows from the next scrape on. */
  async function show(process: string, page: { text: string } | 'gone' | 'silent'): Promise<void> {
    if (page === 'gone') {
      await servers.get(process)?.[Symbol.asyncDispose]()
      servers.delete(process)
    } else {
      handlers.set(process, (_, response) => (page === 'silent' ? undefined : response.end(page.text)))
      // One server through all pages: a scrape between two servers would find the process gone.
      if (!servers.has(process))
        servers.set(process, await serveLoopback((...call) => handlers.get(process)?.(...call), ports[process]))
    }
    await prometheus.scraped()
  }
  const clear = async () => {
    await Promise.all([show('one', 'gone'), show('two', 'gone')])
  }
  beforeEach(clear)

  metricSourceContract(async () => ({ source: sourceAt(prometheus.url), show, [Symbol.asyncDispose]: clear }))

  it('takes what is older than the source allows as no data', async () => {
    await show('one', { text: 'a_total{version="v1"} 1\n' })
    const request = { query: { events: 'a_total', total: 'a_total' }, arms }
    expect(await sourceAt(prometheus.url).read('main', request, effectContext())).toMatchObject({
      value: { arms: { baseline: { total: 0 } } },
    })
    expect(await sourceAt(prometheus.url, 0).read('main', request, effectContext())).toMatchObject({
      value: { arms: {} },
    })
  })

  it('reads a page on which many metrics have the same labels', async () => {
    await show('one', { text: ['a', 'b', 'c'].map((name) => `${name}_total{version="v1"} 1\n`).join('') })
    const request = { query: { events: 'a_total', total: 'b_total' }, arms }
    expect(await sourceAt(prometheus.url).read('main', request, effectContext())).toMatchObject({
      value: { arms: { baseline: { total: 0, events: 0 } } },
    })
  })

  it('knows a metric from its description, before it has counted anything', async () => {
    await show('one', { text: '# TYPE b_total counter\nbuild_info{version="v2"} 1\n' })
    const request = { query: { events: 'b_total{code="500"}', total: 'b_total' }, arms }
    expect(await sourceAt(prometheus.url).read('main', request, effectContext())).toMatchObject({
      value: { arms: { candidate: { total: 0, events: 0 } } },
    })
  })

  it('reads versions and patterns as text, whatever they hold', async () => {
    await show('one', { text: 'c_total{version="v1.0+b|x",path="/a\\"b"} 7\n' })
    const request = {
      query: { events: 'c_total{path=~"/a\\"."}', total: 'c_total{path!=""}' },
      arms: { label: 'version', candidate: '.*', baseline: 'v1.0+b|x' },
    }
    const start = await sourceAt(prometheus.url).read('main', request, effectContext())
    expect(start).toMatchObject({ value: { arms: { baseline: { total: 0, events: 0 } } } })
    await show('one', { text: 'c_total{version="v1.0+b|x",path="/a\\"b"} 9\n' })
    const cursor = start.ok ? start.value.cursor : null
    expect(await sourceAt(prometheus.url).read('main', { ...request, cursor }, effectContext())).toMatchObject({
      value: { arms: { baseline: { total: 2, events: 2 } } },
    })
  })

  it('forgets an instance that it was never told of, and starts it anew', async () => {
    await show('one', { text: 'd_total{version="v1"} 5\n' })
    const request = { query: { events: 'd_total', total: 'd_total' }, arms }
    const cursor = { '["app","elsewhere:1"]': { x: { '': 4 } } }
    expect(await sourceAt(prometheus.url).read('main', { ...request, cursor }, effectContext())).toMatchObject({
      value: {
        arms: { baseline: { total: 0 } },
        cursor: { [JSON.stringify(['app', `127.0.0.1:${ports.one}`])]: expect.anything() },
      },
    })
  })

  it('offers counters and histograms with types, help and labels, however many there are', async () => {
    const many = Array.from({ length: 250 }, (_, i) => `filler_${i}_total 1\n`).join('')
    const page = [
      '# HELP answers_total Requests answered',
      '# TYPE answers_total counter',
      ...Array.from({ length: 80 }, (_, i) => `answers_total{code="200",version="v1",path="/${i}"} ${100 + i}`),
      'answers_total{code="503",version="v2",path="/0"} 1',
      '# TYPE took_seconds histogram',
      'took_seconds_bucket{le="0.1",version="v1"} 1',
      'took_seconds_bucket{le="+Inf",version="v1"} 1',
      'took_seconds_sum{version="v1"} 1',
      'took_seconds_count{version="v1"} 1',
      '# TYPE temperature gauge',
      'temperature 20',
      many,
    ]
    await show('one', { text: `${page.join('\n')}\n` })
    const offers = await sourceAt(prometheus.url).offers?.('main', effectContext())
    if (!offers?.ok) throw new Error(offers?.error.message)
    const { families, omitted } = offers.value
    const byName = new Map(families.map((family) => [family.name, family]))
    expect(omitted).toBe(0)
    expect(byName.get('answers_total')).toMatchObject({
      type: 'counter',
      help: 'Requests answered',
      labels: { code: ['200', '503'], version: ['v1', 'v2'], job: ['app'] },
    })
    expect(byName.get('took_seconds')).toMatchObject({ type: 'histogram', labels: { version: ['v1'] } })
    expect(byName.get('filler_249_total')).toMatchObject({ type: 'counter', help: '' })
    for (const name of ['temperature', 'took_seconds_sum', 'took_seconds_count', 'took_seconds_bucket', 'up'])
      expect(byName.has(name)).toBe(false)
  })
})

describe('in front of a server that is no Prometheus, or a careful one', () => {
  const request = { query: { events: 'a', total: 'a' }, arms }
  const messageFor = async (status: number, body: string): Promise<string> => {
    await using server = await serveLoopback((_, response) => response.writeHead(status).end(body))
    const outcome = await sourceAt(server.url).read('main', request, effectContext())
    return outcome.ok ? 'ok' : `${outcome.error.code}: ${outcome.error.message.replace(server.url, 'URL')}`
  }

  it.each([
    [404, 'page not found', /^rejected: URL answered 404 .*is it the base URL of a Prometheus server\?$/],
    [502, '<html>', /^unavailable: URL answered 502/],
    [401, '', /^unauthorized: URL answered 401; give the metric source the headers/],
    [422, '{"status":"error","error":"too many samples"}', /^rejected: URL refuses the question: too many samples$/],
    [503, '{"status":"error","error":"timed out"}', /^unavailable: URL refuses the question: timed out$/],
    [200, '{"status":"success","data":[1]}', /^rejected: URL answered api\/v1\/.* in an unknown form$/],
    [200, ' '.repeat(5_000_001), /^rejected: .*more than 5000000 bytes$/],
  ])('says what a %i with such a body means', async (status, body, message) => {
    expect(await messageFor(status, body)).toMatch(message)
  })

  it('sends the headers that it is given', async () => {
    let got: string | undefined
    await using server = await serveLoopback((received, response) => {
      got = received.headers.authorization
      response.writeHead(403).end()
    })
    const spec = { driver: 'prometheus' as const, url: `${server.url}/`, headers: { authorization: 'Bearer x' } }
    await createPrometheusSource({ main: { ...spec, staleAfter: 1 } }).ping('main', effectContext())
    expect(got).toBe('Bearer x')
  })

  it('takes no label that is none', async () => {
    await using server = await serveLoopback((_, response) => response.end())
    const outcome = await sourceAt(server.url).read(
      'main',
      { ...request, arms: { ...arms, label: 'x) or vector(1' } },
      effectContext(),
    )
    expect(outcome).toMatchObject({ error: { code: 'rejected', message: '"x) or vector(1" is no name of a label' } })
  })
})
