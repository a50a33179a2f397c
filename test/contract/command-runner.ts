/** What every command runner must do, run on the one in memory and on each real one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandRunner } from '../../src/ports/drivers.ts'
import { abortingContext, effectContext, timed } from './driver-context.ts'

/**
 * Commands `echo` (writes its parameters `name`, of letters, and `count`, of digits, to its output), `fail` (exit code 3), `hang` (never
 * ends by itself) and `count` (writes how often it was run).
 */
export interface CommandRunnerUnderTest extends AsyncDisposable {
  runner: CommandRunner
}

export function commandRunnerContract(open: () => Promise<CommandRunnerUnderTest>): void {
  describe('as a command runner', () => {
    let test: CommandRunnerUnderTest
    let runner: CommandRunner
    beforeAll(async () => {
      test = await open()
      runner = test.runner
    })
    afterAll(() => test[Symbol.asyncDispose]())

    it('gives the exit code and the output', async () => {
      expect(await runner.run('fail', {}, effectContext())).toMatchObject({ ok: true, value: { exitCode: 3 } })
    })

    it('gives parameters in the order declared', async () => {
      const outcome = await runner.run('echo', { count: '7', name: 'ada' }, effectContext())
      expect(outcome).toEqual({ ok: true, value: { exitCode: 0, output: 'ada 7\n' } })
    })

    it.each([
      [{ name: 'ada' }, /needs the parameter "count"/],
      [{ name: 'ada', count: '7', force: 'yes' }, /takes no parameter "force"; it takes: name, count/],
      [{ name: 'ada', count: '7; rm -rf /' }, /parameter "count" does not match \[0-9\]\+/],
      [{ name: 'ada\nb', count: '7' }, /parameter "name" does not match/],
      [{ name: 'a'.repeat(1_001), count: '7' }, /parameter "name" is longer than 1000 characters/],
    ])('rejects %j', async (parameters, message) => {
      const outcome = await runner.run('echo', parameters as Record<string, string>, effectContext())
      expect(outcome).toMatchObject({ ok: false, error: { code: 'rejected', message: expect.stringMatching(message) } })
    })

    it('runs a repeated effect once', async () => {
      const context = effectContext()
      const first = await runner.run('count', {}, context)
      expect(first.ok).toBe(true)
      expect(await runner.run('count', {}, context)).toEqual(first)
      expect(await runner.run('count', {}, effectContext())).not.toEqual(first)
    })

    it.each(['nothing', 'constructor'])('does not know the command %s', async (id) => {
      const notFound = { ok: false, error: { code: 'notFound', message: expect.stringContaining(`"${id}"`) } }
      expect(await runner.run(id, {}, effectContext())).toMatchObject(notFound)
      expect(await runner.ping(id, effectContext())).toMatchObject(notFound)
    })

    it('answers a ping', async () => {
      expect(await runner.ping('echo', effectContext())).toEqual({ ok: true, value: undefined })
    })

    it('ends a command by its time limit and by its signal', async () => {
      const late = await timed(runner.run('hang', {}, effectContext({ timeoutMs: 100 })))
      expect(late.value).toMatchObject({ ok: false, error: { code: 'timeout' } })
      const stopped = await timed(runner.run('hang', {}, abortingContext(100)))
      expect(stopped.value).toMatchObject({
        ok: false,
        error: { code: 'unavailable', message: expect.stringContaining('the test stops it') },
      })
      expect(late.elapsedMs + stopped.elapsedMs).toBeLessThan(4_000)
      const aborted = await runner.run('fail', {}, effectContext({ signal: AbortSignal.abort('too late') }))
      expect(aborted).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    })
  })
}
