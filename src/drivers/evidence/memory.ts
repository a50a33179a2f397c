/** Checks whose results are given: for tests and rehearsals. */
import type { CheckEvidence } from '../../core/release/evidence.ts'
import { fail, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { isTimeout, withDeadline } from '../with-deadline.ts'

/** `hanging` never answers. */
export function createMemoryCheckRunner(checks: Readonly<Record<string, CheckEvidence | 'hanging'>>): CheckRunner {
  return {
    name: 'memory-check',
    async runCheck(check, context) {
      const found = findByName('check', checks, check)
      if (!found.ok) return found
      const { signal } = withDeadline(context)
      if (found.value === 'hanging' && !signal.aborted)
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
      if (found.value !== 'hanging' && !signal.aborted) return succeed(found.value)
      return fail(isTimeout(signal) ? 'timeout' : 'unavailable', `${check} was stopped: ${String(signal.reason)}`)
    },
    async ping(check) {
      const found = findByName('check', checks, check)
      return found.ok ? succeed(undefined) : found
    },
  }
}
