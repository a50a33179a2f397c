/** Long-running processes that outlive the controller: started once, found again by pid and start time. */
import type { ProcessSpec } from '../core/plan/operator.ts'
import type { Outcome } from '../core/release/outcome.ts'

export interface Supervisor {
  /** Starts the process, or takes up the one that runs with the same specification; settles once it is ready. */
  start(name: string, spec: ProcessSpec, signal: AbortSignal): Promise<Outcome<{ pid: number }>>
  /** Ends the process and its children, by force after a few seconds. */
  stop(name: string): Promise<void>
  stopAll(): Promise<void>
}
