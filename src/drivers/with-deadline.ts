/** Makes a call's time limit a part of its signal. */
import type { DriverContext } from '../ports/drivers.ts'

/** The same context, whose signal also aborts (with a `TimeoutError`) once `timeoutMs` have passed from now: for calls of several steps. */
export function withDeadline<C extends DriverContext>(context: C): C {
  const deadline = AbortSignal.timeout(Math.floor(context.timeoutMs))
  return { ...context, signal: AbortSignal.any([context.signal, deadline]) }
}

export const isTimeout = (signal: AbortSignal): boolean =>
  signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
