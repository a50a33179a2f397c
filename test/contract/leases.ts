/** What every kind of leases keeps to; each one's own test runs this. */
import { describe, expect, it } from 'vitest'
import type { Lease, Leases, Rest, Turns } from '../../src/ports/leases.ts'

interface Turn {
  stream: string
  lease: Lease
  end(rest: Rest | null): void
}

/** Turns that begin and wait to be ended by hand, or by the loss of their lease. */
export class RecordedTurns implements Turns {
  readonly begun: Turn[] = []
  readonly movedTo: { stream: string; version: number }[] = []

  run(stream: string, lease: Lease): Promise<Rest | null> {
    return new Promise((resolve) => {
      this.begun.push({ stream, lease, end: resolve })
      lease.signal.addEventListener('abort', () => resolve({ version: 0, wakeUp: { afterMs: 0 } }))
    })
  }

  async isUnfinished(): Promise<boolean> {
    return true
  }

  moved(stream: string, version: number): void {
    this.movedTo.push({ stream, version })
  }
}

/** Waits for a bounded time: what has not come by then does not come. */
export async function until(done: () => boolean, timeoutMs = 10_000): Promise<void> {
  for (const untilMs = performance.now() + timeoutMs; performance.now() < untilMs; ) {
    if (done()) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  expect(done(), 'it came in time').toBe(true)
}

/** `open` gives leases on streams that nobody has; the caller's own hooks close them. */
export function leasesContract(name: string, open: () => Leases | Promise<Leases>): void {
  describe(`${name} leases`, () => {
    it('give nothing to whoever has not begun to run releases', async () => {
      expect(await (await open()).take('a')).toBe(false)
    })

    it('give a release one turn at a time, and another one when that has ended', async () => {
      const leases = await open()
      const turns = new RecordedTurns()
      await leases.start(turns)
      expect(await leases.take('a')).toBe(true)
      expect(await leases.take('a')).toBe(true)
      expect(await leases.take('b')).toBe(true)
      expect(turns.begun.map(({ stream }) => stream)).toEqual(['a', 'b'])
      expect(turns.begun.map(({ lease }) => lease.holds())).toEqual([true, true])
      turns.begun[0]?.end({ version: 0, wakeUp: { afterMs: null } })
      await until(() => {
        void leases.take('a')
        return turns.begun.length === 3
      })
      expect(turns.begun[2]?.stream).toBe('a')
    })

    it('end with every turn when they are closed, and give nothing after that', async () => {
      const leases = await open()
      const turns = new RecordedTurns()
      await leases.start(turns)
      await leases.take('a')
      await leases.close()
      const [turn] = turns.begun
      expect(turn?.lease.signal.aborted).toBe(true)
      expect(turn?.lease.holds()).toBe(false)
      expect(await leases.take('b')).toBe(false)
    })
  })
}
