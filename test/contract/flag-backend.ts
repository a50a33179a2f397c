/** What every flag backend must do, run on the one in memory and on each real one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FlagBackend } from '../../src/ports/drivers.ts'
import { effectContext } from './driver-context.ts'

/** A backend `main` with the flags `basket` and `search`, both off; one that can tell cohorts apart knows `internal` and `partners`. */
export interface FlagBackendUnderTest extends AsyncDisposable {
  backend: FlagBackend
}

export function flagBackendContract(open: () => Promise<FlagBackendUnderTest>): void {
  describe('as a flag backend', () => {
    let test: FlagBackendUnderTest
    let backend: FlagBackend
    beforeAll(async () => {
      test = await open()
      backend = test.backend
    })
    afterAll(() => test[Symbol.asyncDispose]())
    const set = (percent: number, context = effectContext(), flag = 'basket') =>
      backend.setFlag('main', flag, { percent }, context)
    const read = (flag = 'basket') => backend.readFlag('main', flag, effectContext())
    const at = (percent: number) => ({ ok: true, value: { percent } })

    it('has flags off that nobody set', async () => {
      expect(await read('search')).toEqual(at(0))
    })

    it.each([10, 0, 33.33, 100, 50, 99.99, 0])('gives %f %% read back, and reads it again', async (percent) => {
      expect(await set(percent)).toEqual(at(percent))
      expect(await read()).toEqual(at(percent))
    })

    it('resolves what its capabilities promise, and says so of what is finer', async () => {
      const step = backend.capabilities.resolutionPercent
      expect(await set(step)).toEqual(at(step))
      const finer = await set(step / 2)
      expect(finer).toMatchObject({
        ok: false,
        error: { code: 'unsupported', message: expect.stringContaining(`${step}`) },
      })
      expect(await read()).toEqual(at(step))
    })

    it('sets one flag and leaves the other', async () => {
      await set(20)
      await set(70, effectContext(), 'search')
      expect([await read(), await read('search')]).toEqual([at(20), at(70)])
    })

    it('turns a flag on for cohorts whole, beside the share, or says that it knows none', async () => {
      const setFor = (percent: number, cohorts?: string[]) =>
        backend.setFlag('main', 'basket', { percent, ...(cohorts ? { cohorts } : {}) }, effectContext())
      if (!backend.capabilities.cohorts.main?.length) {
        expect(await setFor(0, ['internal'])).toMatchObject({ ok: false, error: { code: 'unsupported' } })
        return
      }
      expect(backend.capabilities.cohorts.main).toEqual(expect.arrayContaining(['internal', 'partners']))
      const internal = { ok: true, value: { percent: 0, cohorts: ['internal'] } }
      expect(await setFor(0, ['internal'])).toEqual(internal)
      expect(await read()).toEqual(internal)
      expect(await setFor(10, ['internal', 'partners'])).toEqual({
        ok: true,
        value: { percent: 10, cohorts: ['internal', 'partners'] },
      })
      expect(await setFor(10, ['nobody'])).toMatchObject({ ok: false, error: { code: 'unsupported' } })
      expect(await setFor(0)).toEqual(at(0))
      expect(await read()).toEqual(at(0))
    })

    it('takes the same effect twice, also at the same time', async () => {
      const context = effectContext()
      expect(await Promise.all([set(40, context), set(40, context)])).toEqual([at(40), at(40)])
      expect(await set(40, context)).toEqual(at(40))
    })

    it('does what is asked at the same time in the order asked for', async () => {
      const shares = [5, 15, 25]
      expect(await Promise.all(shares.map((percent) => set(percent)))).toEqual(shares.map(at))
      expect(await read()).toEqual(at(25))
    })

    it('refuses a fence older than one it has seen, and changes nothing', async () => {
      if (!backend.capabilities.conditional) return expect(backend.capabilities.conditional).toBe(false)
      const late = effectContext()
      const { fence } = effectContext()
      await set(0, effectContext({ fence }))
      expect(await set(100, late)).toMatchObject({
        ok: false,
        error: { code: 'rejected', message: expect.stringContaining(`${fence}`) },
      })
      expect(await read()).toEqual(at(0))
    })

    it.each(['nothing', 'constructor'])('does not know the flag %s', async (flag) => {
      const notFound = { ok: false, error: { code: 'notFound', message: expect.stringContaining(`"${flag}"`) } }
      expect(await set(10, effectContext(), flag)).toMatchObject(notFound)
      expect(await read(flag)).toMatchObject(notFound)
    })

    it.each(['nowhere', 'constructor'])('does not know the backend %s', async (name) => {
      const notFound = { ok: false, error: { code: 'notFound', message: expect.stringContaining(`"${name}"`) } }
      expect(await backend.setFlag(name, 'basket', { percent: 1 }, effectContext())).toMatchObject(notFound)
      expect(await backend.readFlag(name, 'basket', effectContext())).toMatchObject(notFound)
      expect(await backend.ping(name, effectContext())).toMatchObject(notFound)
    })

    it('answers a ping', async () => {
      expect(await backend.ping('main', effectContext())).toEqual({ ok: true, value: undefined })
    })

    it('does nothing once aborted', async () => {
      await set(0)
      const outcome = await set(100, effectContext({ signal: AbortSignal.abort('too late') }))
      expect(outcome).toMatchObject({
        ok: false,
        error: { code: 'unavailable', message: expect.stringContaining('too late') },
      })
      expect(await read()).toEqual(at(0))
    })
  })
}
