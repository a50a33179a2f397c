import type { ReleaseEvent } from '../events.ts'
import type { DriverError } from '../outcome.ts'

/** Where a step stands: `done`, the events that follow now, or the error that ends it. */
export type StepProgress = 'done' | ReleaseEvent[] | { failed: DriverError }
