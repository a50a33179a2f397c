import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { portOf } from '../process/listen-locally.ts'
import { type Answer, Browser, createConnections } from './browser.ts'
import { countRequest, createStats } from './traffic-stats.ts'

test('a browser keeps its own cookies, and tells what it saw', async () => {
  const server = createServer((request, response) => {
    const expire = request.url === '/expire'
    response.setHeader('set-cookie', expire ? ['side=; Max-Age=0'] : ['side=b; Path=/; HttpOnly', 'x=1'])
    response.setHeader('x-version', 'v0.1.0')
    response.end(JSON.stringify({ cookie: request.headers.cookie ?? null }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${portOf(server.address(), 'server')}`
  const connections = createConnections(2)
  onTestFinished(() => {
    connections.destroy()
    server.close()
  })
  const seen: Answer[] = []
  const browser = new Browser(connections, (answer) => seen.push(answer))
  await browser.ask(url)
  await browser.ask(url)
  await browser.ask(`${url}/expire`)
  await browser.ask(url)
  await new Browser(connections, (answer) => seen.push(answer)).ask(url)
  const cookies = [null, 'side=b; x=1', 'side=b; x=1', 'x=1', null]
  expect(seen).toEqual(cookies.map((cookie) => ({ status: 200, version: 'v0.1.0', body: { cookie } })))
})

test('nobody there is an answer too', async () => {
  const connections = createConnections(1)
  const answer = await new Browser(connections, () => {}).ask('http://127.0.0.1:1/')
  expect(answer).toEqual({ status: 0, body: undefined })
})

test('server errors and missing answers count as errors, refusals of the product do not', () => {
  const stats = createStats(new Date(0))
  countRequest(stats, 200, 'v0.1.0')
  countRequest(stats, 403, 'v0.1.0')
  countRequest(stats, 500, 'v0.1.0')
  countRequest(stats, 0)
  expect(stats).toMatchObject({
    requests: 4,
    errors: 2,
    byVersion: { 'v0.1.0': { requests: 3, errors: 1 }, none: { requests: 1, errors: 1 } },
  })
})
