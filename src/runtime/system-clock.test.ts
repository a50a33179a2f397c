/** The machine's clocks: comparable between processes, and waits that end on time or when asked. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBootId, systemClock } from './system-clock.ts'

const never = new AbortController().signal

describe('monotonic time', () => {
  it('grows with the time that passes', async () => {
    const before = systemClock.monotonicMs()
    await systemClock.sleep(30, never)
    const passedMs = systemClock.monotonicMs() - before
    expect(passedMs).toBeGreaterThanOrEqual(30)
    expect(passedMs).toBeLessThan(1_000)
  })

  it('has the same origin and boot in another process', () => {
    const module = join(import.meta.dirname, 'system-clock.ts')
    const script = `import { systemClock as c } from '${module}'; console.log(JSON.stringify([c.monotonicMs(), c.bootId()]))`
    const before = systemClock.monotonicMs()
    const [there, boot] = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' }),
    )
    expect(there).toBeGreaterThan(before)
    expect(there).toBeLessThan(systemClock.monotonicMs())
    expect(boot).toBe(systemClock.bootId())
  })

  it('names the boot where the kernel does not', () => {
    const id = readBootId('/nowhere')
    expect(id).toMatch(/^booted-\d+$/)
    expect(id).toBe(readBootId('/nowhere'))
  })

  it.runIf(process.platform === 'linux')('names the boot as Linux does', () => {
    expect(systemClock.bootId()).toMatch(/^[0-9a-f-]{36}$/)
  })
})

describe('sleep', () => {
  it('ends at once when asked, and leaves no listener behind', async () => {
    const abort = new AbortController()
    const before = systemClock.monotonicMs()
    const asleep = systemClock.sleep(60_000, abort.signal)
    abort.abort()
    await asleep
    await systemClock.sleep(60_000, abort.signal)
    expect(systemClock.monotonicMs() - before).toBeLessThan(1_000)
  })

  it('waits for longer than one timer can', async () => {
    const abort = new AbortController()
    let awake = false
    const asleep = systemClock.sleep(2 ** 31 + 1_000, abort.signal).then(() => (awake = true))
    await systemClock.sleep(20, never)
    expect(awake).toBe(false)
    abort.abort()
    await asleep
  })

  it.each([0, -5])('does not wait for %d ms', async (delayMs) => {
    const before = systemClock.monotonicMs()
    await systemClock.sleep(delayMs, never)
    expect(systemClock.monotonicMs() - before).toBeLessThan(1_000)
  })
})
