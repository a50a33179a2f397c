/** What every traffic router must do, run on the one in memory and on each real one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrafficRouter } from '../../src/ports/drivers.ts'
import { abortingContext, effectContext, timed } from './driver-context.ts'

/** A router whose target `main` has the backends `v1` and `v2`. `silent` names a target that takes requests and never answers, if there can be one. */
export interface RouterUnderTest extends AsyncDisposable {
  router: TrafficRouter
  silent?: string
}

export function trafficRouterContract(open: () => Promise<RouterUnderTest>): void {
  describe('as a traffic router', () => {
    let test: RouterUnderTest
    let router: TrafficRouter
    beforeAll(async () => {
      test = await open()
      router = test.router
    })
    afterAll(() => test[Symbol.asyncDispose]())

    it('gives the shares read back, and reads them again', async () => {
      const shares = { v1: 90, v2: 10 }
      expect(await router.setShares('main', shares, effectContext())).toEqual({ ok: true, value: shares })
      expect(await router.readShares('main', effectContext())).toEqual({ ok: true, value: shares })
    })

    it('resolves what its capabilities promise', async () => {
      const step = router.capabilities.resolutionPercent
      const shares = { v1: 100 - step, v2: step }
      expect(await router.setShares('main', shares, effectContext())).toEqual({ ok: true, value: shares })
    })

    it('takes the same effect twice', async () => {
      const context = effectContext()
      const first = await router.setShares('main', { v1: 50, v2: 50 }, context)
      expect(first.ok).toBe(true)
      expect(await router.setShares('main', { v1: 50, v2: 50 }, context)).toEqual(first)
    })

    it('refuses a fence older than one it has seen, and changes nothing', async () => {
      if (!router.capabilities.conditional) return expect(router.capabilities.conditional).toBe(false)
      const late = effectContext()
      const { fence } = effectContext()
      await router.setShares('main', { v1: 100, v2: 0 }, effectContext({ fence }))
      const refused = await router.setShares('main', { v1: 0, v2: 100 }, late)
      expect(refused).toMatchObject({
        ok: false,
        error: { code: 'rejected', message: expect.stringContaining(`${fence}`) },
      })
      expect(await router.readShares('main', effectContext())).toEqual({ ok: true, value: { v1: 100, v2: 0 } })
    })

    it('rejects a version it has no backend for', async () => {
      const outcome = await router.setShares('main', { v1: 90, v9: 10 }, effectContext())
      expect(outcome).toMatchObject({ ok: false, error: { code: 'rejected', message: expect.stringContaining('v9') } })
    })

    it('rejects shares that do not add up', async () => {
      const outcome = await router.setShares('main', { v1: 90, v2: 9 }, effectContext())
      expect(outcome).toMatchObject({ ok: false, error: { code: 'rejected', message: expect.stringContaining('99') } })
    })

    it.each(['nowhere', 'constructor'])('does not know the target %s', async (target) => {
      const notFound = { ok: false, error: { code: 'notFound', message: expect.stringContaining(`"${target}"`) } }
      expect(await router.setShares(target, { v1: 100 }, effectContext())).toMatchObject(notFound)
      expect(await router.readShares(target, effectContext())).toMatchObject(notFound)
      expect(await router.ping(target, effectContext())).toMatchObject(notFound)
    })

    it('answers a ping', async () => {
      expect(await router.ping('main', effectContext())).toEqual({ ok: true, value: undefined })
    })

    it('does nothing once aborted', async () => {
      await router.setShares('main', { v1: 100, v2: 0 }, effectContext())
      const context = effectContext({ signal: AbortSignal.abort('too late') })
      expect(await router.setShares('main', { v1: 0, v2: 100 }, context)).toMatchObject({ ok: false })
      expect(await router.readShares('main', effectContext())).toEqual({ ok: true, value: { v1: 100, v2: 0 } })
    })

    it('gives up a silent peer by its time limit and by its signal', async () => {
      const { silent } = test
      if (silent === undefined) return expect(router.name).toMatch(/^memory/)
      const late = await timed(router.setShares(silent, { v1: 100 }, effectContext({ timeoutMs: 100 })))
      expect(late.value).toMatchObject({ ok: false, error: { code: 'timeout' } })
      const stopped = await timed(router.readShares(silent, abortingContext(50)))
      expect(stopped.value).toMatchObject({
        ok: false,
        error: { code: 'unavailable', message: expect.stringContaining('the test stops it') },
      })
      expect(late.elapsedMs + stopped.elapsedMs).toBeLessThan(2_000)
    })
  })
}
