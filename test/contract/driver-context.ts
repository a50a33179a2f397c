/** Contexts for driver calls in tests. */
import type { EffectContext } from '../../src/ports/drivers.ts'

let effects = 0

/** A fresh effect with generous limits unless told otherwise. */
export function effectContext(overrides: Partial<EffectContext> = {}): EffectContext {
  effects++
  return {
    effectId: `effect-${effects}`,
    fence: effects,
    signal: new AbortController().signal,
    timeoutMs: 5_000,
    ...overrides,
  }
}

/** Aborts by itself after `delayMs`; the call under test may take far longer by its own limit. */
export function abortingContext(delayMs: number): EffectContext {
  const abort = new AbortController()
  setTimeout(() => abort.abort('the test stops it'), delayMs)
  return effectContext({ signal: abort.signal, timeoutMs: 60_000 })
}

/** How long the call took, in milliseconds, beside what it gave. */
export async function timed<T>(call: Promise<T>): Promise<{ value: T; elapsedMs: number }> {
  const startMs = performance.now()
  const value = await call
  return { value, elapsedMs: performance.now() - startMs }
}
