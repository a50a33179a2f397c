/** What every deployer must do, run on the one in memory and on each real one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunningVersions } from '../../src/core/release/evidence.ts'
import type { Outcome } from '../../src/core/release/outcome.ts'
import type { Deployer } from '../../src/ports/drivers.ts'
import { abortingContext, effectContext, timed } from './driver-context.ts'

/** Targets `replacing` and `beside`, each with the versions `v1`, `v2` and `stuck`, which never gets healthy. */
export interface DeployerUnderTest extends AsyncDisposable {
  deployer: Deployer
}

/** Versions by name, healthy ones marked. */
const seen = (outcome: Outcome<RunningVersions>) =>
  outcome.ok ? outcome.value.running.map(({ version, healthy }) => `${version} ${healthy}`).sort() : outcome.error

export function deployerContract(open: () => Promise<DeployerUnderTest>): void {
  describe('as a deployer', () => {
    let test: DeployerUnderTest
    let deployer: Deployer
    beforeEach(async () => {
      test = await open()
      deployer = test.deployer
    })
    afterEach(() => test[Symbol.asyncDispose]())

    it('runs nothing at first', async () => {
      expect(seen(await deployer.readVersion('beside', effectContext()))).toEqual([])
    })

    it('brings a version, waits until it is healthy, and reads it back', async () => {
      expect(seen(await deployer.deploy('beside', 'v1', effectContext()))).toEqual(['v1 true'])
      expect(seen(await deployer.readVersion('beside', effectContext()))).toEqual(['v1 true'])
    })

    it('keeps other versions beside it, or replaces them, as the target says', async () => {
      await deployer.deploy('beside', 'v1', effectContext())
      expect(seen(await deployer.deploy('beside', 'v2', effectContext()))).toEqual(['v1 true', 'v2 true'])
      await deployer.deploy('replacing', 'v1', effectContext())
      expect(seen(await deployer.deploy('replacing', 'v2', effectContext()))).toEqual(['v2 true'])
    })

    it('takes the same effect twice, and a new effect for what already runs', async () => {
      const context = effectContext()
      const first = await deployer.deploy('beside', 'v1', context)
      expect(await deployer.deploy('beside', 'v1', context)).toEqual(first)
      expect(await deployer.deploy('beside', 'v1', effectContext())).toEqual(first)
    })

    it.each(['nowhere', 'constructor'])('does not know the target %s', async (target) => {
      const notFound = { ok: false, error: { code: 'notFound', message: expect.stringContaining(`"${target}"`) } }
      expect(await deployer.deploy(target, 'v1', effectContext())).toMatchObject(notFound)
      expect(await deployer.readVersion(target, effectContext())).toMatchObject(notFound)
      expect(await deployer.ping(target, effectContext())).toMatchObject(notFound)
    })

    it('does not know a version that is not in its list, and says which are', async () => {
      const outcome = await deployer.deploy('beside', 'v9', effectContext())
      expect(outcome).toMatchObject({
        ok: false,
        error: { code: 'notFound', message: expect.stringMatching(/"v9".*v1, v2/) },
      })
    })

    it('answers a ping', async () => {
      expect(await deployer.ping('beside', effectContext())).toEqual({ ok: true, value: undefined })
    })

    it('gives up a version that never gets healthy by its time limit and by its signal', async () => {
      const late = await timed(deployer.deploy('beside', 'stuck', effectContext({ timeoutMs: 300 })))
      expect(late.value).toMatchObject({ ok: false, error: { code: 'timeout' } })
      const stopped = await timed(deployer.deploy('beside', 'stuck', abortingContext(300)))
      expect(stopped.value).toMatchObject({
        ok: false,
        error: { code: 'unavailable', message: expect.stringContaining('the test stops it') },
      })
      expect(late.elapsedMs + stopped.elapsedMs).toBeLessThan(3_000)
      expect(seen(await deployer.readVersion('beside', effectContext()))).toEqual([])
    })

    it('starts and stops nothing once aborted', async () => {
      await deployer.deploy('replacing', 'v1', effectContext())
      const late = effectContext({ signal: AbortSignal.abort('too late') })
      expect(await deployer.deploy('replacing', 'v2', late)).toMatchObject({
        ok: false,
        error: { code: 'unavailable' },
      })
      expect(seen(await deployer.readVersion('replacing', effectContext()))).toEqual(['v1 true'])
      const outcome = await deployer.deploy('beside', 'v1', effectContext({ signal: AbortSignal.abort('too late') }))
      expect(outcome).toMatchObject({ ok: false, error: { code: 'unavailable' } })
      expect(seen(await deployer.readVersion('beside', effectContext()))).toEqual([])
    })
  })
}
