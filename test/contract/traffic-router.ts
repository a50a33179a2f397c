/** What every traffic router must do, run on the one in memory and on each real one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TrafficRouter } from '../../src/ports/drivers.ts'
import { abortingContext, effectContext, timed } from './driver-context.ts'

/**
 * A router whose target `main` has the backends `v1` and `v2` and, where it can have cohorts, `internal` and `partners`. `silent` names a target
 * that takes requests and never answers, if there can be one.
 */
export interface RouterUnderTest extends AsyncDisposable {
  router: TrafficRouter
  /** The version that serves somebody of this cohort now; `v1` is who of no cohort gets at shares 100 and 0. */
  servedTo(cohort: 'internal' | 'partners' | null): Promise<string>
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

    describe('with cohorts', () => {
      const baseline = { v1: 100, v2: 0 }
      const set = (cohorts?: Record<string, string>, context = effectContext()) =>
        router.setShares('main', baseline, context, cohorts)
      const served = async () => [
        await test.servedTo('internal'),
        await test.servedTo('partners'),
        await test.servedTo(null),
      ]

      it('says which it knows', () => {
        expect(router.capabilities.cohorts.main ?? []).toEqual(expect.arrayContaining(['internal', 'partners']))
      })

      it('gives a cohort its version whatever the shares are, and nobody else', async () => {
        expect(await set({ internal: 'v2' })).toEqual({ ok: true, value: baseline })
        expect(await served()).toEqual(['v2', 'v1', 'v1'])
        expect(await router.readShares('main', effectContext())).toEqual({ ok: true, value: baseline })
      })

      it('drops the cohorts that the next change does not name', async () => {
        await set({ internal: 'v2', partners: 'v2' })
        expect(await served()).toEqual(['v2', 'v2', 'v1'])
        await set({ partners: 'v2' })
        expect(await served()).toEqual(['v1', 'v2', 'v1'])
        await set()
        expect(await served()).toEqual(['v1', 'v1', 'v1'])
      })

      it.each<[string, Record<string, string>]>([
        ['unsupported', { strangers: 'v2' }],
        ['unsupported', { constructor: 'v2' }],
        ['rejected', { internal: 'v9' }],
      ])('finds %s %j, and changes nothing', async (code, cohorts) => {
        await set({ internal: 'v2' })
        const [name = ''] = Object.keys(cohorts)
        const message = expect.stringContaining(code === 'unsupported' ? `"${name}"` : 'v9')
        expect(await set(cohorts)).toMatchObject({ ok: false, error: { code, message } })
        expect(await served()).toEqual(['v2', 'v1', 'v1'])
      })

      it('refuses an older fence', async () => {
        const late = effectContext()
        await set()
        expect(await set({ internal: 'v2' }, late)).toMatchObject({ ok: false, error: { code: 'rejected' } })
        expect(await served()).toEqual(['v1', 'v1', 'v1'])
      })
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
