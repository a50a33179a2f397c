/** What every kind of claims keeps to; each one's own test runs this. */
import { describe, expect, it } from 'vitest'
import type { Claim, Claims, Rest, Turns } from '../../src/ports/claims.ts'

interface Turn {
  stream: string
  claim: Claim
  end(rest: Rest | null): void
}

/** Turns that begin and wait to be ended by hand, or by the loss of their claim. */
export class RecordedTurns implements Turns {
  readonly begun: Turn[] = []
  readonly movedTo: { stream: string; version: number }[] = []

  run(stream: string, claim: Claim): Promise<Rest | null> {
    return new Promise((resolve) => {
      this.begun.push({ stream, claim, end: resolve })
      claim.signal.addEventListener('abort', () => resolve({ version: 0, wakeUp: { afterMs: 0 } }))
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

/** `open` gives claims on streams that nobody has; the caller's own hooks close them. */
export function claimsContract(name: string, open: () => Claims | Promise<Claims>): void {
  describe(`${name} claims`, () => {
    it('give nothing to whoever has not begun to run releases', async () => {
      expect(await (await open()).take('a')).toBe(false)
    })

    it('give a release one turn at a time, and another one when that has ended', async () => {
      const claims = await open()
      const turns = new RecordedTurns()
      await claims.start(turns)
      expect(await claims.take('a')).toBe(true)
      expect(await claims.take('a')).toBe(true)
      expect(await claims.take('b')).toBe(true)
      expect(turns.begun.map(({ stream }) => stream)).toEqual(['a', 'b'])
      expect(turns.begun.map(({ claim }) => claim.holds())).toEqual([true, true])
      turns.begun[0]?.end({ version: 0, wakeUp: { afterMs: null } })
      await until(() => {
        void claims.take('a')
        return turns.begun.length === 3
      })
      expect(turns.begun[2]?.stream).toBe('a')
    })

    it('end with every turn when they are closed, and give nothing after that', async () => {
      const claims = await open()
      const turns = new RecordedTurns()
      await claims.start(turns)
      await claims.take('a')
      await claims.close()
      const [turn] = turns.begun
      expect(turn?.claim.signal.aborted).toBe(true)
      expect(turn?.claim.holds()).toBe(false)
      expect(await claims.take('b')).toBe(false)
    })
  })
}
