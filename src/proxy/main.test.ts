/** The proxy as a process: how it starts, what it keeps over a restart, how it ends. */
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { agent, ask, inBatches } from '../../test/contract/ask.ts'
import { type LoopbackServer, serveLoopback } from '../../test/contract/loopback-server.ts'
import { type ProxyProcess, runProxyToExit, startProxy } from '../../test/contract/proxy-process.ts'

let v1: LoopbackServer
let v2: LoopbackServer
let proxy: ProxyProcess

const named = (name: string) => serveLoopback((_, response) => response.end(name))
const backends = () => ({ v1: v1.url, v2: v2.url })

beforeAll(async () => {
  ;[v1, v2, proxy] = await Promise.all([named('v1'), named('v2'), startProxy({ STICKY_HEADER: 'X-User' })])
})
afterAll(async () => {
  agent.destroy()
  await Promise.all([v1, v2, proxy].map((each) => each[Symbol.asyncDispose]()))
})

it('keeps shares, cohorts, fence and users over a restart', async () => {
  const cohorts = { staff: { match: { header: 'X-Staff', value: 'yes' }, version: 'v2' } }
  await proxy.put({ shares: { v1: 60, v2: 40 }, fence: 7, effectId: 'e7', backends: backends(), cohorts })
  const headers = Array.from({ length: 50 }, (_, i) => ({ 'x-user': `stay-${i}` }))
  const bodies = () => inBatches(headers, async (each) => (await ask(proxy.url, { headers: each })).body)
  const staff = async () =>
    new Set(
      await inBatches(headers, async (each) => (await ask(proxy.url, { headers: { ...each, 'x-staff': 'yes' } })).body),
    )
  expect(await staff()).toEqual(new Set(['v2']))
  const [held, before] = [(await ask(`${proxy.admin}/shares`)).body, await bodies()]
  await proxy.stop('SIGKILL')
  await proxy.restart()
  expect((await ask(`${proxy.admin}/shares`)).body).toBe(held)
  expect(await bodies()).toEqual(before)
  expect(await staff()).toEqual(new Set(['v2']))
  expect(new Set(before)).toEqual(new Set(['v1', 'v2']))
})

it('lets a request under way end when told to stop, and exits with 0', async () => {
  const begun = Promise.withResolvers<void>()
  await using slow = await serveLoopback((_, response) => {
    begun.resolve()
    setTimeout(() => response.end('done'), 300)
  })
  await using ending = await startProxy()
  await ending.put({ shares: { v1: 100 }, fence: 1, effectId: 'e', backends: { v1: slow.url } })
  const pending = ask(ending.url)
  await begun.promise
  const startMs = performance.now()
  expect(await ending.stop('SIGTERM')).toBe(0)
  expect((await pending).body).toBe('done')
  expect(performance.now() - startMs).toBeLessThan(1_500)
})

it('exits although a request never ends', async () => {
  await using silent = await serveLoopback(() => undefined)
  await using ending = await startProxy()
  await ending.put({ shares: { v1: 100 }, fence: 1, effectId: 'e', backends: { v1: silent.url } })
  const pending = ask(ending.url)
  await once(silent.server, 'request')
  const startMs = performance.now()
  const [code] = await Promise.all([ending.stop('SIGTERM'), expect(pending).rejects.toThrow()])
  expect(code).toBe(0)
  expect(performance.now() - startMs).toBeLessThan(4_000)
})

it('says in one line which port is in use', async () => {
  const { code, stderr } = await runProxyToExit(proxy.environment)
  expect(code).toBe(1)
  expect(stderr).toMatch(/^tidegate proxy: port \d+ on 127\.0\.0\.1 is in use; .+ \(LISTEN_PORT\)\n$/)
})

it('says in one line which settings are missing', async () => {
  expect(await runProxyToExit({ LISTEN_PORT: '0x' })).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^tidegate proxy: LISTEN_PORT: .+; ADMIN_PORT is not set; STATE_FILE is not set\n$/),
  })
})

it('does not start on a damaged state file', async () => {
  await using other = await startProxy()
  await other.stop()
  await writeFile(other.environment.STATE_FILE ?? '', '{"fence":')
  expect((await runProxyToExit(other.environment)).stderr).toMatch(/is damaged; restore it, or remove it/)
})

it('leaves no half-written state behind when it is killed while shares change', async () => {
  await using other = await startProxy()
  for (let next = 1; next <= 3; next++) {
    const puts = Array.from({ length: 5 }, (_, i) =>
      other
        .put({ shares: { v1: 50, v2: 50 }, fence: next * 10 + i, effectId: 'e', backends: backends() })
        .catch(() => undefined),
    )
    await puts[0]
    await other.stop('SIGKILL')
    await Promise.all(puts)
    const stored = JSON.parse(await readFile(other.environment.STATE_FILE ?? '', 'utf8')) as { fence: number }
    expect(stored.fence).toBeGreaterThanOrEqual(next * 10)
    await other.restart()
  }
})
