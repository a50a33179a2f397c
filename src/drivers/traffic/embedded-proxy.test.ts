import { expect, it } from 'vitest'
import { agent, ask } from '../../../test/contract/ask.ts'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { freePort, serveLoopback, serveSilence } from '../../../test/contract/loopback-server.ts'
import { startProxy } from '../../../test/contract/proxy-process.ts'
import { trafficRouterContract } from '../../../test/contract/traffic-router.ts'
import { ProxyTarget } from '../../core/plan/operator.ts'
import { createEmbeddedProxyRouter } from './embedded-proxy.ts'

const nowhere = { v1: 'http://127.0.0.1:9', v2: 'http://127.0.0.1:9' }
const targetAt = (admin: string, backends: Record<string, string> = nowhere) =>
  ProxyTarget.parse({
    driver: 'embedded-proxy',
    admin,
    backends,
    cohorts: { internal: { header: 'X-Cohort', value: 'internal' }, partners: { cookie: 'cohort', value: 'partners' } },
  })
const people = { internal: { 'x-cohort': 'internal' }, partners: { cookie: 'a=b; cohort=partners' } }

trafficRouterContract(async () => {
  const named = (version: string) => serveLoopback((_, response) => response.end(version))
  const [proxy, silence, v1, v2] = await Promise.all([startProxy(), serveSilence(), named('v1'), named('v2')])
  const targets = {
    main: targetAt(proxy.admin, { v1: v1.url, v2: v2.url }),
    silent: targetAt(silence.url),
  }
  return {
    router: createEmbeddedProxyRouter(targets),
    silent: 'silent',
    servedTo: async (cohort) => (await ask(proxy.url, cohort === null ? {} : { headers: people[cohort] })).body,
    [Symbol.asyncDispose]: async () => {
      agent.destroy()
      await Promise.all([proxy, silence, v1, v2].map((each) => each[Symbol.asyncDispose]()))
    },
  }
})

it('finds that somebody else routes a cohort meanwhile', async () => {
  await using other = await serveLoopback((_, response) =>
    response
      .setHeader('content-type', 'application/json')
      .end('{"shares": {"v1": 100}, "cohorts": {"internal": "v1"}}'),
  )
  const router = createEmbeddedProxyRouter({ main: targetAt(other.url) })
  expect(await router.setShares('main', { v1: 100 }, effectContext(), { internal: 'v2' })).toMatchObject({
    error: { code: 'unavailable', message: 'cohorts read back as internal to v1, asked for internal to v2' },
  })
  expect(await router.setShares('main', { v1: 100 }, effectContext())).toMatchObject({
    error: { code: 'unavailable', message: 'cohorts read back as internal to v1, asked for none' },
  })
})

it('says that nothing listens', async () => {
  const router = createEmbeddedProxyRouter({ main: targetAt(`http://127.0.0.1:${await freePort()}`) })
  const outcome = await router.setShares('main', { v1: 100 }, effectContext())
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: 'unavailable', cause: 'ECONNREFUSED', message: expect.stringContaining('is it running?') },
  })
})

it('says that something else answers', async () => {
  await using other = await serveLoopback((_, response) => response.end('hello'))
  const outcome = await createEmbeddedProxyRouter({ main: targetAt(other.url) }).ping('main', effectContext())
  expect(outcome).toMatchObject({
    ok: false,
    error: { code: 'rejected', message: expect.stringContaining('no Tidegate proxy') },
  })
})

it('gives the admin token, and says when it is missing', async () => {
  await using proxy = await startProxy({ ADMIN_TOKEN: 'letmein' })
  const targets = { main: targetAt(proxy.admin) }
  const without = await createEmbeddedProxyRouter(targets).setShares('main', { v1: 100 }, effectContext())
  expect(without).toMatchObject({ ok: false, error: { code: 'unauthorized' } })
  const withToken = await createEmbeddedProxyRouter(targets, { adminToken: 'letmein' }).setShares(
    'main',
    { v1: 100 },
    effectContext(),
  )
  expect(withToken).toEqual({ ok: true, value: { v1: 100, v2: 0 } })
})
