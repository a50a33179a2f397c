import { expect, it } from 'vitest'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { freePort, type LoopbackServer, serveLoopback } from '../../../test/contract/loopback-server.ts'
import { metricSourceContract } from '../../../test/contract/metric-source.ts'
import { createPrometheusTextSource } from './prometheus-text.ts'

metricSourceContract(async () => {
  const ports = { one: await freePort(), two: await freePort() }
  const servers = new Map<string, LoopbackServer>()
  const urls = Object.values(ports).map((port) => `http://127.0.0.1:${port}/metrics`)
  const close = async (process: string) => {
    await servers.get(process)?.[Symbol.asyncDispose]()
    servers.delete(process)
  }
  return {
    source: createPrometheusTextSource({ main: { driver: 'prometheus-text', urls } }),
    async show(process, page) {
      await close(process)
      if (page === 'gone') return
      const handler =
        page === 'silent'
          ? () => undefined
          : (_: unknown, response: { end(text: string): unknown }) => response.end(page.text)
      servers.set(process, await serveLoopback(handler, ports[process]))
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...servers.keys()].map(close))
    },
  }
})

const arms = { label: 'version', candidate: 'v2', baseline: 'v1' }

async function messageFor(...urls: string[]): Promise<string> {
  const source = createPrometheusTextSource({ main: { driver: 'prometheus-text', urls } })
  const outcome = await source.read('main', { query: { events: 'a', total: 'a' }, arms }, effectContext())
  return outcome.ok ? 'ok' : `${outcome.error.code}: ${outcome.error.message}`
}

it('reads its pages once for all that is asked in one look, and anew for the next', async () => {
  let requests = 0
  await using page = await serveLoopback((_, response) => response.end(`a{version="v2"} ${++requests}\n`))
  const source = createPrometheusTextSource({ main: { driver: 'prometheus-text', urls: [page.url] } })
  const look = () =>
    Promise.all(
      ['a', 'a{version="v2"}'].map((total) =>
        source.read('main', { query: { events: total, total }, arms }, effectContext()),
      ),
    )
  expect((await look()).map(({ ok }) => ok)).toEqual([true, true])
  expect(requests).toBe(1)
  await look()
  expect(requests).toBe(2)
})

it('follows no redirect', async () => {
  await using there = await serveLoopback((_, response) => response.end('a{version="v1"} 1\n'))
  await using here = await serveLoopback((_, response) => response.writeHead(302, { location: there.url }).end())
  expect(await messageFor(here.url)).toBe(
    `rejected: no page of main can be read: ${here.url} answered 302; redirects are not followed`,
  )
})

it('reads no page larger than five megabytes', async () => {
  await using large = await serveLoopback((_, response) => response.end('# padding\n'.repeat(500_001)))
  expect(await messageFor(large.url)).toContain('answered with more than 5000000 bytes')
})

it('takes no page of which it understands only a part', async () => {
  await using broken = await serveLoopback((_, response) => response.end('a{version="v1"} 1\n<html>\n'))
  expect(await messageFor(broken.url)).toContain(`${broken.url}: line 2 is not in the Prometheus text format: <html>`)
})

it('names every page that cannot be read', async () => {
  await using missing = await serveLoopback((_, response) => response.writeHead(404).end())
  const nobody = `http://127.0.0.1:${await freePort()}`
  expect(await messageFor(missing.url, nobody)).toMatch(/answered 404; nothing listens at http/)
})

it('refuses a query that selects too many series', async () => {
  const text = Array.from({ length: 2_001 }, (_, i) => `a{version="v1",user="${i}"} 1\n`).join('')
  await using wide = await serveLoopback((_, response) => response.end(text))
  expect(await messageFor(wide.url)).toBe('rejected: a of a selects 2001 series; narrow it to at most 2000')
})

it('offers what all pages that answer have', async () => {
  await using one = await serveLoopback((_, response) =>
    response.end('# HELP a_total Things\na_total{version="v1"} 1\n'),
  )
  await using two = await serveLoopback((_, response) => response.end('a_total{version="v2"} 1\nb_total 1\n'))
  const nobody = `http://127.0.0.1:${await freePort()}`
  const source = createPrometheusTextSource({
    main: { driver: 'prometheus-text', urls: [one.url, nobody, two.url] },
    gone: { driver: 'prometheus-text', urls: [nobody] },
  })
  expect(await source.offers?.('main', effectContext())).toEqual({
    ok: true,
    value: {
      families: [
        { name: 'a_total', type: 'counter', help: 'Things', labels: { version: ['v1', 'v2'] } },
        { name: 'b_total', type: 'counter', help: '', labels: {} },
      ],
      omitted: 0,
    },
  })
  expect(await source.offers?.('gone', effectContext())).toMatchObject({ ok: false, error: { code: 'unavailable' } })
})
