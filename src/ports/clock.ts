/** Time as the runtime sees it: a wall clock for people, a monotonic one for soaks and deadlines, and a way to wait. */
export interface Clock {
  /** Wall time, milliseconds since 1970. */
  wallMs(): number
  /** Monotonic time in milliseconds since an origin that only a reboot moves. */
  monotonicMs(): number
  /** Tells one boot of the machine from another: monotonic times compare only within one. */
  bootId(): string
  /** Resolves after `delayMs` or when the signal aborts, whichever is first. */
  sleep(delayMs: number, signal: AbortSignal): Promise<void>
}
