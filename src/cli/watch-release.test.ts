/** Watching: told line by line in logs, drawn on terminals, ended by the right things. */
import { describe, expect, it } from 'vitest'
import { FakeController, fakeTerminal } from '../../test/fixtures/fake-controller.ts'
import { World } from '../../test/simulation/world.ts'
import { watchRelease } from './watch-release.ts'

const quickly = { intervalMs: 0 }
const bad = { errorRate: (arm: string) => (arm === 'candidate' ? 0.5 : 0) }

describe('in a log', () => {
  it('tells each thing once and in order', async () => {
    const api = new FakeController(new World())
    const { context, out } = fakeTerminal(api)
    const view = await watchRelease(context, api, 'r1', quickly)
    expect(view.status).toBe('Succeeded')
    const order = [
      /release r1 of Example, backend v1 → v2/,
      /◐ entered 10 %/,
      /● passed: stage 10 %/,
      /◐ entered 50 %/,
      /● passed: stage 100 %/,
      /● succeeded/,
    ]
    const found = order.map((pattern) => out.findIndex((line) => pattern.test(line)))
    expect(found).not.toContain(-1)
    expect(found).toEqual([...found].sort((a, b) => a - b))
    expect(out.filter((line) => line.includes('● passed: stage 10 %'))).toHaveLength(1)
  })

  it('tells the values every five seconds or so, not at every look', async () => {
    const api = new FakeController(new World(), 1)
    const { context, out } = fakeTerminal(api)
    await watchRelease(context, api, 'r1', quickly)
    const told = out.filter((line) => line.includes('baked')).length
    expect(told).toBeGreaterThan(3)
    expect(told).toBeLessThanOrEqual(api.world.nowMs / 5_000 + 1)
  })

  it('tells the rollback with its cause and its clock', async () => {
    const api = new FakeController(new World(bad))
    const { context, out } = fakeTerminal(api)
    await watchRelease(context, api, 'r1', quickly)
    expect(out.some((line) => line.includes('✖ fired: trigger error rate > 5 %, 50 %'))).toBe(true)
    expect(out.some((line) => line.includes('⟲ rollback decided by Tidegate: trigger "error rate > 5 %" holds'))).toBe(
      true,
    )
    expect(out.some((line) => /● share 0 % read back after .* of 1 min/.test(line))).toBe(true)
    expect(out.at(-1)).toContain('⟲ rolled back. Nothing: all traffic is back at v1.')
  })

  it('leaves stdout alone as chatter', async () => {
    const api = new FakeController(new World())
    const { context, out, err } = fakeTerminal(api, { isTty: true })
    await watchRelease(context, api, 'r1', { ...quickly, chatter: true })
    expect(out).toEqual([])
    expect(err.length).toBeGreaterThan(5)
  })
})

it('ends at a hold only when asked to', async () => {
  const band = { errorRate: (arm: string, nowMs: number) => (arm === 'candidate' && nowMs < 12_000 ? 0.03 : 0) }
  const held = new FakeController(new World(band))
  expect((await watchRelease(fakeTerminal(held).context, held, 'r1', { ...quickly, untilHeld: true })).status).toBe(
    'Held',
  )
  const whole = new FakeController(new World(band))
  expect((await watchRelease(fakeTerminal(whole).context, whole, 'r1', quickly)).status).toBe('Succeeded')
})

it('ends at once when interrupted, while it sleeps too', async () => {
  const api = new FakeController(new World({ signs: false }))
  const leave = new AbortController()
  setTimeout(() => leave.abort(), 20)
  const view = await watchRelease(fakeTerminal(api).context, api, 'r1', { intervalMs: 60_000, signal: leave.signal })
  expect(view.status).toBe('Progressing')
})

it('draws on a terminal and gives the cursor back, also when the release is unknown', async () => {
  const api = new FakeController(new World())
  const { context, out } = fakeTerminal(api, { isTty: true })
  await watchRelease(context, api, 'r1', quickly)
  expect(out[0]).toContain('[?25l')
  expect(out.at(-1)).toContain('[?25h')
  expect(out.at(-1)).toContain('● succeeded')
  await expect(watchRelease(context, api, 'r9', quickly)).rejects.toThrow('there is no release r9')
})

it('draws without colour when NO_COLOR is set', async () => {
  const api = new FakeController(new World())
  const { context, out } = fakeTerminal(api, { isTty: true, env: { NO_COLOR: '1' } })
  await watchRelease(context, api, 'r1', quickly)
  expect(out.join('')).not.toContain('[32m')
})
