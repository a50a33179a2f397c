/**
 * Who runs a release now. A controller with a store of its own runs them all. Those that share a store take turns: whoever has the lease of a
 * release acts on it, and a lease that is not renewed passes on.
 */
import type { WakeUp } from './event-store.ts'

export interface Lease {
  /** Aborts when the lease is lost, or this controller stops. */
  signal: AbortSignal
  /** False as soon as another controller may have the release. Asked right before anything is done to the outside. */
  holds(): boolean
  /** How long the release stays this controller's after its last sign of life, in milliseconds. */
  durationMs: number
  /** A release that has nothing to do for longer than this, in milliseconds, is let go; its wake-up brings it back, here or elsewhere. */
  restAfterMs: number
}

/** How a turn ended: where the release stands, and when it has to be taken up again. */
export interface Rest {
  version: number
  wakeUp: WakeUp
}

export interface Turns {
  /** Runs a release until it rests or its lease is lost. Null when it could not: it is tried again when the lease has run out. */
  run(stream: string, lease: Lease): Promise<Rest | null>
  /** Whether a release still has to be run; asked only where nobody knows. */
  isUnfinished(stream: string): Promise<boolean>
  /** The stream is at this version now: somebody else may have appended to it. */
  moved(stream: string, version: number): void
}

export interface Leases {
  /** From now on each release that is this controller's to run is handed to `turns`. */
  start(turns: Turns): Promise<void>
  /** A release has something to do. True when this controller runs it: its turn has begun. */
  take(stream: string): Promise<boolean>
  /** Lets go of every release, and settles when all turns have ended. */
  close(): Promise<void>
}
