/** What every check runner must do, run on the one in memory and on each real one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CheckRunner } from '../../src/ports/drivers.ts'
import { abortingContext, effectContext, timed } from './driver-context.ts'

/** Checks `good`, `bad` (fails) and `hanging` (never answers). */
export interface CheckRunnerUnderTest extends AsyncDisposable {
  runner: CheckRunner
}

export function checkRunnerContract(open: () => Promise<CheckRunnerUnderTest>): void {
  describe('as a check runner', () => {
    let test: CheckRunnerUnderTest
    let runner: CheckRunner
    beforeAll(async () => {
      test = await open()
      runner = test.runner
    })
    afterAll(() => test[Symbol.asyncDispose]())

    it('reports what it saw, and does not judge beyond the expectation', async () => {
      expect(await runner.runCheck('good', effectContext())).toMatchObject({
        ok: true,
        value: { verdict: 'passed', details: [expect.any(String)] },
      })
      expect(await runner.runCheck('bad', effectContext())).toMatchObject({
        ok: true,
        value: { verdict: 'failed', details: [expect.any(String)] },
      })
    })

    it('takes the same effect twice', async () => {
      const context = effectContext()
      const verdicts = [await runner.runCheck('good', context), await runner.runCheck('good', context)]
      expect(verdicts.map((outcome) => outcome.ok && outcome.value.verdict)).toEqual(['passed', 'passed'])
    })

    it.each(['nothing', 'constructor'])('does not know the check %s', async (check) => {
      const notFound = { ok: false, error: { code: 'notFound', message: expect.stringContaining(`"${check}"`) } }
      expect(await runner.runCheck(check, effectContext())).toMatchObject(notFound)
      expect(await runner.ping(check, effectContext())).toMatchObject(notFound)
    })

    it('answers a ping', async () => {
      expect(await runner.ping('good', effectContext())).toEqual({ ok: true, value: undefined })
    })

    it('gives up by its time limit and by its signal', async () => {
      const late = await timed(runner.runCheck('hanging', effectContext({ timeoutMs: 100 })))
      expect(late.value).toMatchObject({ ok: false, error: { code: 'timeout' } })
      const stopped = await timed(runner.runCheck('hanging', abortingContext(50)))
      expect(stopped.value).toMatchObject({
        ok: false,
        error: { code: 'unavailable', message: expect.stringContaining('the test stops it') },
      })
      expect(late.elapsedMs + stopped.elapsedMs).toBeLessThan(2_000)
      const aborted = effectContext({ signal: AbortSignal.abort('too late') })
      expect(await runner.runCheck('good', aborted)).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    })
  })
}
