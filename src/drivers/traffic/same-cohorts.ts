/** What a router reads back of cohorts, against what it was asked for. */

import type { Cohorts } from '../../core/release/evidence.ts'
import { fail, type Outcome, succeed } from '../../core/release/outcome.ts'

/** `unavailable`, and worth another try, when a cohort is routed otherwise than asked, or one is left that should be gone. */
export function sameCohorts(asked: Cohorts, readBack: Cohorts): Outcome<void> {
  const names = new Set([...Object.keys(asked), ...Object.keys(readBack)])
  if ([...names].every((name) => asked[name] === readBack[name])) return succeed(undefined)
  return fail('unavailable', `cohorts read back as ${format(readBack)}, asked for ${format(asked)}`)
}

const format = (cohorts: Cohorts): string =>
  Object.entries(cohorts)
    .map(([name, version]) => `${name} to ${version}`)
    .join(', ') || 'none'
