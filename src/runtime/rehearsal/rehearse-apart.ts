/** A rehearsal in a thread of its own: a controller that rehearses a plan goes on running its releases. */
import { Worker } from 'node:worker_threads'
import type { Plan } from '../../core/plan/plan.ts'
import type { CheckEvidence } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { DriverContext } from '../../ports/drivers.ts'

/** Beside this file: compiled next to compiled code, as TypeScript next to TypeScript. */
const workerFile = new URL(`./rehearse-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url)

/** A plan that needs more than this is not rehearsed, and its controller lives on. */
const resourceLimits = { maxOldGenerationSizeMb: 1_024 }

/** Passed when the plan always ends safe and shows no weakness; fails only where it could not be rehearsed. */
export async function rehearseApart(plan: Plan, { signal, timeoutMs }: DriverContext): Promise<Outcome<CheckEvidence>> {
  const workerData = { plan, startWallMs: Date.now() }
  const worker = new Worker(workerFile, { workerData, resourceLimits })
  const { promise, resolve } = Promise.withResolvers<Outcome<CheckEvidence>>()
  const giveUp = () => resolve(fail('timeout', `the rehearsal took longer than ${timeoutMs} ms`))
  signal.addEventListener('abort', giveUp)
  worker.once('message', (evidence: CheckEvidence) => resolve(succeed(evidence)))
  worker.once('error', (error) => resolve(fail('rejected', `the plan could not be rehearsed: ${error.message}`)))
  worker.once('exit', () => resolve(fail('rejected', 'the rehearsal ended without a result')))
  if (signal.aborted) giveUp()
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', giveUp)
    await worker.terminate()
  }
}
