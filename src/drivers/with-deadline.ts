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

/**
 * For work that does not hear a signal, such as a file system that hangs: what it gives, or `timeout` or `unavailable` (stopped) once the
 * signal aborts; not begun if it has already. `what` is the work as a noun, such as `reading report.xml`.
 */
export async function orAbort<T>(
  work: () => Promise<Outcome<T>>,
  what: string,
  signal: AbortSignal,
): Promise<Outcome<T>> {
  if (signal.aborted) return stoppedBy(signal, what)
  const aborted = Promise.withResolvers<Outcome<T>>()
  const onAbort = () => aborted.resolve(stoppedBy(signal, what))
  signal.addEventListener('abort', onAbort, { once: true })
  return Promise.race([work(), aborted.promise]).finally(() => signal.removeEventListener('abort', onAbort))
}

/** What work gives that ended because its signal aborted: `timeout`, or `unavailable` with the caller's reason. */
export const stoppedBy = (signal: AbortSignal, what: string): Outcome<never> =>
  isTimeout(signal)
    ? fail('timeout', `${what} took too long`)
    : fail('unavailable', `${what} was stopped: ${String(signal.reason)}`)
