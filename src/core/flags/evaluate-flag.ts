/** Answers for one flag and one context. */
import type { FlagSet } from './read-flag-set.ts'
import { failed, type Resolution } from './resolution.ts'
import { type Frame, RuleError } from './rules/rule.ts'

const maximumIterations = 100_000

/** Evaluations run one after the other and keep nothing of it. */
const frame: Frame = { timestampSec: 0, iterationsLeft: 0 }

export type EvaluationContext = Readonly<Record<string, unknown>>
export type FlagType = 'boolean' | 'string' | 'number' | 'object'

/** `timestampSec`: seconds since 1970, for rules that ask for the time. Never throws. */
export function evaluateFlag(set: FlagSet, key: string, context: EvaluationContext, timestampSec: number): Resolution {
  const flag = set.flags.get(key)
  if (flag === undefined) return failed('FLAG_NOT_FOUND', `there is no flag '${key}'`, set.metadata)
  const { rule } = flag
  if (rule === undefined) return flag.standing
  frame.timestampSec = timestampSec
  frame.iterationsLeft = maximumIterations
  try {
    return rule(context, frame)
  } catch (error) {
    return failed('GENERAL', `the targeting of flag '${key}' failed: ${reasonOf(error)}`, flag.metadata)
  }
}

/** What else is thrown comes from contexts that no JSON text gives. */
function reasonOf(error: unknown): string {
  return error instanceof RuleError ? error.message : 'a value of the context cannot be read'
}

/**
 * The answer for a caller that expects a type: `TYPE_MISMATCH` where the value has another. OFREP leaves this to its clients.
 * @public
 */
export function withType(resolution: Resolution, key: string, type: FlagType): Resolution {
  const { value, metadata } = resolution
  if (value === undefined || typeof value === type) return resolution
  return failed('TYPE_MISMATCH', `flag '${key}' is of type ${typeof value}, not ${type}`, metadata)
}
