/** A flag climbs as plans write it: the team's own people, 10 %, everybody, then the automation that needs it; and falls in seconds. */
import { describe, expect, it } from 'vitest'
import type { ReleaseView } from '../../src/server/contract.ts'
import { FlagWorld } from './flag-world.ts'

const limit = { timeout: 180_000 }
const stageOf = ({ stage }: ReleaseView) => stage?.percent

describe('a flag that a plan moves', () => {
  it('goes to the own people, to a share, to everybody; automation follows when that has passed', limit, async () => {
    await using world = await FlagWorld.open()
    const releaseId = await world.start()
    const reaches = (percent: number) =>
      world.until(`the stage of ${percent} %`, async () => stageOf(await world.view(releaseId)) === percent)

    await reaches(0)
    expect(await world.variantFor('anna', 'anna@shop.example')).toBe('on')
    const outside = Array.from({ length: 50 }, (_, index) => `outside-${index}`)
    const variants = () => Promise.all(outside.map((user) => world.variantFor(user)))
    expect(new Set(await variants())).toEqual(new Set(['off']))

    await reaches(10)
    const first = await variants()
    expect(first).toContain('on')
    expect(first).toContain('off')
    expect(await world.variantFor('anna', 'anna@shop.example')).toBe('on')
    expect(await world.registerText()).not.toMatch(/automation.reminders:[\s\S]*share: 100/)

    await reaches(100)
    const all = await variants()
    expect(new Set(all)).toEqual(new Set(['on']))

    await world.until('a question to people', async () =>
      (await world.view(releaseId)).waits.some(({ gateId }) => gateId !== undefined),
    )
    const text = await world.registerText()
    expect(text).toContain('# Moved by the plan.')
    expect(text).toMatch(/automation.reminders:[\s\S]*share: 100/)
    const causes = (await world.history()).map(({ cause }) => cause?.release)
    expect(causes.filter((release) => release === releaseId).length).toBeGreaterThanOrEqual(6)
  })

  it('is off for everybody within its deadline when the new code fails, and the users see that', limit, async () => {
    await using world = await FlagWorld.open()
    const releaseId = await world.start()
    await world.until('the stage of 10 %', async () => stageOf(await world.view(releaseId)) === 10)
    await world.breakNewCheckout()
    await world.until('the rollback', async () => (await world.view(releaseId)).status === 'RolledBack')
    const { rollback } = await world.view(releaseId)
    expect(rollback?.cause).toContain('error rate > 10 %'.replace('error', 'Error'))
    expect(rollback?.readBackMs).toBeLessThan(rollback?.deadlineMs ?? 0)
    await world.until(
      'the switch at the shop',
      async () => (await world.variantFor('anna', 'anna@shop.example')) === 'off',
    )
    expect(await world.registerText()).toMatch(/checkout.new:[\s\S]*share: 0\b/)
  })
})
