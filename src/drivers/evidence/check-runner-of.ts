/** What check runners have in common: an entry is found by its name, the call has a deadline, errors say which check it was. */
import type { CheckEvidence } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'
import type { CheckRunner, DriverContext } from '../../ports/drivers.ts'
import { findByName } from '../find-by-name.ts'
import { withDeadline } from '../with-deadline.ts'

/** `context.signal` aborts at the deadline of the call. Without `look` a check is well once it is known. */
export interface Evidence<Spec> {
  gather(spec: Spec, context: DriverContext): Promise<Outcome<CheckEvidence>>
  /** For a ping: whether the evidence could be asked for now. */
  look?(spec: Spec, context: DriverContext): Promise<Outcome<unknown>>
}

/** Checks by name, as in `operator.yaml`. */
export function checkRunnerOf<Spec>(
  name: string,
  checks: Readonly<Record<string, Spec>>,
  { gather, look = async () => succeed(undefined) }: Evidence<Spec>,
): CheckRunner {
  async function ask<T>(
    check: string,
    context: DriverContext,
    question: (spec: Spec, context: DriverContext) => Promise<Outcome<T>>,
  ): Promise<Outcome<T>> {
    const found = findByName('check', checks, check)
    if (!found.ok) return found
    const outcome = await question(found.value, withDeadline(context))
    if (outcome.ok) return outcome
    const { code, message, cause } = outcome.error
    return fail(code, `${check}: ${message}`, cause)
  }
  return {
    name,
    runCheck: (check, context) => ask(check, context, gather),
    async ping(check, context) {
      const looked = await ask(check, context, look)
      return looked.ok ? succeed(undefined) : looked
    },
  }
}
