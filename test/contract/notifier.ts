/** What every notifier must do, run on the one in memory and on each real one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Message } from '../../src/core/release/evidence.ts'
import type { Notifier } from '../../src/ports/drivers.ts'
import { effectContext } from './driver-context.ts'

/** A channel `log`, and what was said on it. */
export interface NotifierUnderTest extends AsyncDisposable {
  notifier: Notifier
  subjects(): Promise<string[]>
}

const message = (subject: string): Message => ({
  urgency: 'page',
  audience: ['On-call'],
  subject,
  body: 'line one\nline "two"',
})

export function notifierContract(open: () => Promise<NotifierUnderTest>): void {
  describe('as a notifier', () => {
    let test: NotifierUnderTest
    beforeEach(async () => {
      test = await open()
    })
    afterEach(() => test[Symbol.asyncDispose]())
    const notify = (subject: string, context = effectContext()) =>
      test.notifier.notify('log', message(subject), context)

    it('says each message once, in order', async () => {
      expect(await notify('first')).toEqual({ ok: true, value: undefined })
      await notify('second')
      expect(await test.subjects()).toEqual(['first', 'second'])
    })

    it('says a repeated effect once, also when it comes twice at the same time', async () => {
      const context = effectContext()
      const outcomes = await Promise.all([notify('once', context), notify('once', context)])
      expect([...outcomes, await notify('once', context)].every(({ ok }) => ok)).toBe(true)
      expect(await test.subjects()).toEqual(['once'])
    })

    it('does not take one effect for another whose name begins the same', async () => {
      await notify('twelfth', effectContext({ effectId: 'r1/12' }))
      await notify('first', effectContext({ effectId: 'r1/1' }))
      expect(await test.subjects()).toEqual(['twelfth', 'first'])
    })

    it.each(['nobody', 'constructor'])('does not know the channel %s', async (channel) => {
      const notFound = { ok: false, error: { code: 'notFound', message: expect.stringContaining(`"${channel}"`) } }
      expect(await test.notifier.notify(channel, message('lost'), effectContext())).toMatchObject(notFound)
      expect(await test.notifier.ping(channel, effectContext())).toMatchObject(notFound)
    })

    it('answers a ping', async () => {
      expect(await test.notifier.ping('log', effectContext())).toEqual({ ok: true, value: undefined })
    })

    it('says nothing once aborted', async () => {
      const outcome = await notify('late', effectContext({ signal: AbortSignal.abort('too late') }))
      expect(outcome).toMatchObject({ ok: false, error: { code: 'unavailable' } })
      expect(await test.subjects()).toEqual([])
    })
  })
}
