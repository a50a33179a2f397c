/** Where and when, as the report writes it: lines of the document, release time, wall clock. */

import type { SourceRange } from '../core/plan/diagnostic.ts'
import { formatDuration } from '../core/plan/duration.ts'
import type { Plan } from '../core/plan/plan.ts'
import { code } from './markdown.ts'

/** `ROLLOUT.md:84` */
export function place(plan: Plan, { file, start, end }: SourceRange): string {
  const lines = end > start ? `${start}-${end}` : `${start}`
  return code(`${file ?? plan.document}:${lines}`)
}

/** Time since the start of the release: `+14.2 s`. */
export const releaseTime = (ms: number): string => `+${formatDuration(ms)}`

/** Wall clock in UTC, to the millisecond: `2026-03-02 09:00:00.000Z`. */
export const clock = (at: string | number): string => new Date(at).toISOString().replace('T', ' ')
