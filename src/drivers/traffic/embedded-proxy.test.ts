import { expect, it } from 'vitest'
import { effectContext } from '../../../test/contract/driver-context.ts'
import { freePort, serveLoopback, serveSilence } from '../../../test/contract/loopback-server.ts'
import { startProxy } from '../../../test/contract/proxy-process.ts'
import { trafficRouterContract } from '../../../test/contract/traffic-router.ts'
import { createEmbeddedProxyRouter } from './embedded-proxy.ts'

const backends = { v1: 'http://127.0.0.1:9', v2: 'http://127.0.0.1:9' }
const targetAt = (admin: string) => ({ driver: 'embedded-proxy' as const, admin, backends })

trafficRouterContract(async () => {
  const [proxy, silence] = await Promise.all([startProxy(), serveSilence()])
  const router = createEmbeddedProxyRouter({ main: targetAt(proxy.admin), silent: targetAt(silence.url) })
  const close = async () => {
    await Promise.all([proxy[Symbol.asyncDispose](), silence[Symbol.asyncDispose]()])
  }
  return { router, silent: 'silent', [Symbol.asyncDispose]: close }
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
