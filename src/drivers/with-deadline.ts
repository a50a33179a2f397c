/** Makes a call's time limit a part of its signal. */
import { fail, type Outcome } from '../core/release/outcome.ts'
import type { DriverContext } from '../ports/drivers.ts'

/** The same context, whose signal also aborts (with a `TimeoutError`) once `timeoutMs` have passed from now: for calls of several steps. */
export function withDeadline<C extends DriverContext>(context: C): C {
  const deadline = AbortSignal.timeout(Math.floor(context.timeoutMs))
  return { ...context, signal: AbortSignal.any([context.signal, deadline]) }
}

export const isTimeout = (signal: AbortSignal): boolean =>
  signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'

/** Why work (`reading x`) ended without a result: its time limit, or its caller. */
export const stoppedOutcome = (what: string, signal: AbortSignal): Outcome<never> =>
  isTimeout(signal)
    ? fail('timeout', `${what} was not over in time`)
    : fail('unavailable', `${what} was stopped: ${String(signal.reason)}`)

/** Waits for work that does not hear a signal itself, and no longer than until the signal; its late outcome is dropped. */
export async function untilStopped<T>(
  what: string,
  signal: AbortSignal,
  work: () => Promise<Outcome<T>>,
): Promise<Outcome<T>> {
  if (signal.aborted) return stoppedOutcome(what, signal)
  const { promise, resolve } = Promise.withResolvers<Outcome<T>>()
  const stop = () => resolve(stoppedOutcome(what, signal))
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await Promise.race([promise, work()])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
